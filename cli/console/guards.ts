import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { refusalPage } from './pages/layout.ts';

/** Who may come in, and by which address. */
export interface Admission {
  /** The token of the first address. Whoever has it is the operator. */
  readonly token: string;
  /** The port that the console listens on. It is known when the first request comes. */
  readonly port: number;
}

/** The name holds the port: cookies do not tell ports apart, and several consoles may run. */
const cookieName = ({ port }: Admission) => `evergreen-rooms-${port}`;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // without it a browser does not say where a form comes from
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Headers of every answer, errors too. */
export const safeHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
};

/**
 * Refuses requests for another host, which a name that was made to point here would send (DNS rebinding), and requests
 * that another page makes.
 */
export function onlyFromHere(admission: Admission): MiddlewareHandler {
  return async (context, next) => {
    const hosts = [`127.0.0.1:${admission.port}`, `localhost:${admission.port}`];
    const host = context.req.header('host') ?? '';
    if (!hosts.includes(host)) return refused(context, 'This address is not the console of this machine.');
    const origin = context.req.header('origin');
    // browsers name the origin of every form that is sent
    const isMissing = origin === undefined && context.req.method !== 'GET';
    if (isMissing || (origin !== undefined && origin !== `http://${host}`)) {
      return refused(context, 'Another page asked for this. Nothing was done.');
    }
    return next();
  };
}

/** Lets in whoever has the cookie, or the token of the first address, which becomes the cookie. */
export function onlyTheOperator(admission: Admission): MiddlewareHandler {
  return async (context, next) => {
    const name = cookieName(admission);
    if (isToken(getCookie(context, name), admission)) return next();
    if (context.req.method === 'GET' && isToken(context.req.query('token'), admission)) {
      setCookie(context, name, admission.token, { path: '/', httpOnly: true, sameSite: 'Strict' });
      return context.redirect('/');
    }
    return refused(context, 'Open the address that evergreen-rooms console printed.', 401);
  };
}

function isToken(given: string | undefined, { token }: Admission): boolean {
  if (given === undefined || given.length !== token.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(token));
}

function refused(context: Context, why: string, status: 401 | 403 = 403) {
  return context.html(refusalPage(why), status);
}

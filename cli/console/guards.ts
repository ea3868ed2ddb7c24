import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { refusalPage } from './pages/layout.ts';

/** The token and the address that give access. */
export interface Admission {
  /** The token of the first address. Anybody who has it is the operator. */
  readonly token: string;
  /** The port of the console. It is known when the first request comes. */
  readonly port: number;
}

/** The name contains the port: cookies do not distinguish ports, and several consoles may run. */
const cookieName = ({ port }: Admission) => `evergreen-rooms-${port}`;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // without this header a browser does not send the origin of a form
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Headers of every answer, including errors. */
export const safeHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
};

/**
 * Refuses requests for another host, which come from a name that points to this machine (DNS rebinding), and
 * requests from another page.
 */
export function onlyFromHere(admission: Admission): MiddlewareHandler {
  return async (context, next) => {
    const hosts = [`127.0.0.1:${admission.port}`, `localhost:${admission.port}`];
    const host = context.req.header('host') ?? '';
    if (!hosts.includes(host)) return refused(context, 'This address is not the console of this machine.');
    const origin = context.req.header('origin');
    // browsers send the origin with every form
    const isMissing = origin === undefined && !isReading(context.req.method);
    if (isMissing || (origin !== undefined && origin !== `http://${host}`)) {
      return refused(context, 'Another page asked for this. Nothing was done.');
    }
    return next();
  };
}

/** A HEAD is a GET whose answer has no body. */
const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Admits requests with the cookie, or with the token of the first address, which becomes the cookie. */
export function onlyTheOperator(admission: Admission): MiddlewareHandler {
  return async (context, next) => {
    const name = cookieName(admission);
    if (isToken(getCookie(context, name), admission)) return next();
    if (isReading(context.req.method) && isToken(context.req.query('token'), admission)) {
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

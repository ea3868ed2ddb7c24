import { randomBytes } from 'node:crypto';
import type {
  LambdaFunctionURLResult,
  APIGatewayProxyStructuredResultV2 as StructuredAnswer,
} from 'aws-lambda';
import { type Link, leadsToRoom, type Page, pageOf } from '../rooms/model/link.ts';
import type { Instant } from '../rooms/model/time.ts';
import { textsFor } from './language.ts';
import { type Branding, renderPage } from './page.ts';
import type { ShownPage } from './texts/texts.ts';

/** The appearance of a deployment's links. */
export interface Appearance extends Branding {
  /** `lobby`: an open room is a page with a button, and not a redirect. */
  readonly page: 'redirect' | 'lobby';
}

/** A visit, with only the necessary data about the visitor. */
export interface Visit {
  /** The path of the link: it contains only the slug. */
  readonly path: string;
  /** The host in the visitor's request, as far as the function knows it. */
  readonly host: string;
  readonly wantsJson: boolean;
  readonly acceptLanguage: string | undefined;
  /** The visitor has pressed the button, in a browser without scripts. */
  readonly knocked: boolean;
}

/** Browsers must not store an answer, or send a referrer. */
const PRIVATE = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
};

const STATUS: Partial<Record<ShownPage, number>> = {
  unknown: 404,
  cancelled: 410,
  ended: 410,
  unavailable: 503,
};

/** In seconds. */
const RETRY_AFTER = '30';

/** Returns what the holder of a slug gets at this moment. */
export function answerOf(
  link: Link | undefined,
  visit: Visit,
  appearance: Appearance,
  now: Instant,
): LambdaFunctionURLResult {
  const page = shownPage(link, visit, now);
  if (visit.wantsJson) return jsonOf(page, link);
  if (page === 'live' && appearance.page === 'redirect') {
    return { statusCode: 302, headers: { ...PRIVATE, location: new URL(link?.url ?? '').href } };
  }
  return htmlOf(page, link, visit, appearance);
}

/** The answer if the links cannot be read, or a knock cannot be sent. */
export function unavailable(visit: Visit, appearance: Appearance): LambdaFunctionURLResult {
  const answer = visit.wantsJson
    ? jsonOf('unavailable', undefined)
    : htmlOf('unavailable', undefined, visit, appearance);
  return { ...answer, headers: { ...answer.headers, 'retry-after': RETRY_AFTER } };
}

function htmlOf(
  page: ShownPage,
  link: Link | undefined,
  visit: Visit,
  appearance: Appearance,
): StructuredAnswer {
  const nonce = randomBytes(16).toString('base64url');
  return {
    statusCode: STATUS[page] ?? 200,
    headers: {
      ...PRIVATE,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentPolicy(nonce, appearance),
    },
    body: renderPage({
      ...appearance,
      page,
      link: page === 'unknown' ? undefined : link,
      texts: textsFor(visit.acceptLanguage),
      knocked: visit.knocked,
      nonce,
    }),
  };
}

/** The answer after the button: the page again, which then reloads by itself. */
export function afterKnock(page: Page, { path, wantsJson }: Visit): LambdaFunctionURLResult {
  if (wantsJson) return jsonOf(page, undefined, 202);
  return { statusCode: 303, headers: { ...PRIVATE, location: `${path}?knocked` } };
}

/** A room without TLS, or at the host of the links, counts as no room. */
function shownPage(link: Link | undefined, { host }: Visit, now: Instant): Page {
  const page = pageOf(link, now);
  return page === 'live' && !leadsToRoom(link?.url ?? '', host) ? 'rejected' : page;
}

function jsonOf(page: ShownPage, link: Link | undefined, status = STATUS[page] ?? 200): StructuredAnswer {
  const room = page === 'live' &&
    link?.url !== undefined && {
      url: new URL(link.url).href,
      expiresAt: isoOf(link.expiresAt),
      name: link.name,
    };
  return {
    statusCode: status,
    headers: { ...PRIVATE, 'content-type': 'application/json' },
    body: JSON.stringify({ state: page, ...room }),
  };
}

function isoOf(instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

/**
 * The redirect after the button may end at the room, and browsers check `form-action` at every step of it.
 */
function contentPolicy(nonce: string, { logo }: Branding): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    ...(logo === undefined ? [] : [`img-src ${new URL(logo).origin}`]),
    "form-action 'self' https:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

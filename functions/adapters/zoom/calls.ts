import { AmbiguousOutcomeError, DailyLimitError, UnauthorizedError } from '../../rooms/model/errors.ts';
import { DAY, type Instant, SECOND } from '../../rooms/model/time.ts';
import { readable } from '../provider/answer.ts';
import type { ProviderCall } from '../provider/call.ts';
import { type Call, caller } from '../provider/caller.ts';
import type { Reply } from '../provider/connection.ts';
import { answerOf, failureOf, isGone } from '../provider/failures.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { rateLimiter } from '../provider/rate-limiter.ts';
import { errorReply } from './schema.ts';
import { type Grants, grants } from './token.ts';

/** An account at Zoom, as an entry of the pool. */
export interface ZoomEntry {
  readonly name: string;
  /** The account of the server-to-server OAuth app. */
  readonly accountId: string;
  readonly clientId: string;
  /** ARN or name of the secret with the app's client secret. */
  readonly secret: string;
  /** The users whose meetings are the rooms, by e-mail address or id. */
  readonly hosts: readonly string[];
  /** @default https://api.zoom.us/v2 */
  readonly baseUrl?: string;
}

/** Calls per second of all apps of an account together, in the plan Pro. */
const LIGHT = 30;
const MEDIUM = 20;

/**
 * How many tokens a call tries after the first. Tokens live side by side according to Zoom; in 2022 and 2023
 * each new one ended the one before, so containers end each other's.
 */
const TOKENS = 4;

const BASE_URL = 'https://api.zoom.us/v2';

/** Codes of Zoom's errors, which are more precise than the status. */
const REFUSED = 300;
const NO_USER = 1001;
const FOREIGN_USER = 1010;
const NO_MEETING = 3001;
const NOT_SCHEDULED_FOR = 3000;
const IN_PROGRESS = 3002;
const NO_HOSTING = 3161;
const PAID_ONLY = 200;
/** Two sources name two codes for a token without the scope, one of them with a 401. */
const MISSING_SCOPE: ReadonlySet<number | undefined> = new Set([4711, 4700]);

/** Returns the source of an account's access tokens. */
export function zoomGrants(entry: ZoomEntry, options: ProviderOptions): Grants {
  const { name: application, accountId, clientId, secret, baseUrl = BASE_URL } = entry;
  return grants({ ...options, application, accountId, clientId, secret, tokenUrl: tokenUrlOf(baseUrl) });
}

export function zoomCalls(entry: ZoomEntry, options: ProviderOptions): Call {
  const { name: application, secret, baseUrl = BASE_URL } = entry;
  const { now, wait } = options;
  const light = rateLimiter({ application, now, wait, limit: LIGHT, window: SECOND });
  const medium = rateLimiter({ application, now, wait, limit: MEDIUM, window: SECOND });
  const { sign } = zoomGrants(entry, options);
  return caller({
    ...options,
    application,
    secret,
    baseUrl,
    sign,
    isRefused: (reply) => reply.status === 401 && !MISSING_SCOPE.has(codeOf(reply)),
    remakes: TOKENS,
    isOwn: (reply) => codeOf(reply) !== undefined,
    failure: (reply) => zoomFailure(reply, now),
    pace: (call) => ({ limiter: isMedium(call) ? medium : light }),
  });
}

/** Tokens come from another host than the API, unless another base URL is set. */
function tokenUrlOf(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  return !url || /(?:^|\.)zoom\.us$/.test(url.hostname)
    ? 'https://zoom.us/oauth/token'
    : `${url.origin}/oauth/token`;
}

function isMedium({ route }: ProviderCall): boolean {
  return route === '/users/{id}/meetings';
}

function codeOf(reply: Reply): number | undefined {
  return readable(reply, errorReply)?.code;
}

/** The meeting is in the trash, has expired, or was never there. */
export function saysNoMeeting(reply: Reply): boolean {
  return reply.status === 404 && codeOf(reply) === NO_MEETING;
}

/** For a page: its token has expired. */
export function saysRefused(reply: Reply): boolean {
  return reply.status === 400 && codeOf(reply) === REFUSED;
}

export function saysInProgress(reply: Reply): boolean {
  return reply.status === 400 && codeOf(reply) === IN_PROGRESS;
}

/** No user with this name hosts meetings in the account: another host may. */
export function saysNoHost(reply: Reply): boolean {
  const code = codeOf(reply);
  if (reply.status === 404) return code === NO_USER;
  return (
    reply.status === 400 &&
    [FOREIGN_USER, NOT_SCHEDULED_FOR, NO_HOSTING, PAID_ONLY].some((each) => each === code)
  );
}

/**
 * The host has used all creations and changes of the day. Only the text distinguishes this from other limits.
 */
export function saysUsedUp(reply: Reply): boolean {
  return reply.status === 429 && /daily rate limit \(\d+\)/i.test(reasonOf(reply) ?? '');
}

/** Returns when the day of Zoom's limits ends. */
export function nextDay(now: Instant): Instant {
  return (Math.floor(now / DAY) + 1) * DAY;
}

export function reasonOf(reply: Reply): string | undefined {
  const { message, errors } = readable(reply, errorReply) ?? {};
  const fields = (errors ?? []).map(({ field, message }) => `${field}: ${message}`);
  return [message, ...fields].filter(Boolean).join('; ') || undefined;
}

function zoomFailure(reply: Reply, now: () => Instant): Error {
  const reason = reasonOf(reply);
  const { status, call, headers } = reply;
  if (MISSING_SCOPE.has(codeOf(reply))) {
    return new UnauthorizedError(
      `${answerOf(reply, reason)}: add the scope to the app at the Zoom App Marketplace; evergreen-rooms doctor names all ` +
        'that are missing',
    );
  }
  if (saysNoHost(reply)) {
    return new UnauthorizedError(
      `${answerOf(reply, reason)}: ${call.id} of application's hosts cannot hold meetings; give it a licence, or take it ` +
        'out of hosts once its rooms have moved',
    );
  }
  if (status === 429 && /daily/i.test(reason ?? '')) {
    const retryAfter = nextDay(now()) - now();
    const said = answerOf(reply, reason);
    return new DailyLimitError(`the account's calls of the day are used up until 00:00 UTC: ${said}`, {
      retryAfter,
      ambiguous: false,
    });
  }
  if (isGone(reply) && !(saysNoMeeting(reply) && call.route.startsWith('/meetings/'))) {
    return new AmbiguousOutcomeError(
      `${answerOf(reply, reason)}: only code ${NO_MEETING} says that a meeting is gone, so nothing is given up`,
    );
  }
  const isBrief = status === 429 && headers['retry-after'] === undefined;
  return failureOf(reply, { reason, ...(isBrief && { retryAfter: BRIEFLY }) }, now);
}

/** The answer to too many calls per second does not say how long to wait. */
const BRIEFLY = 2 * SECOND;

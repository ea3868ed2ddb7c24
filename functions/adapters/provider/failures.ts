import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  ProviderContractError,
  ProviderRefusedError,
  RoomGoneError,
  ThrottledError,
  UnauthorizedError,
} from '../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { MINUTE, SECOND } from '../../rooms/model/time.ts';
import type { Reply } from './connection.ts';
import { redacted } from './redaction.ts';

/** What the adapter of a provider reads from an unsuccessful answer. */
export interface Diagnosis {
  /** The provider's reason, unchanged. */
  readonly reason?: string;
  /** How long to wait, if the body says so instead of a header. */
  readonly retryAfter?: Duration;
}

const REFUSED = new Set([400, 413, 422]);
const GONE = new Set([404, 410]);
const THROTTLED = new Set([429, 503]);

/** Matches texts about an account that is full, and not about a limit of one room. */
const FULL =
  /\b(?:max(?:imum)?|limit|quota|too many)\b[^.;]*\brooms\b|\brooms\b[^.;]*\b(?:max(?:imum)?|limit|quota|exceeded|reached)\b|\bmax_api_rooms\b/i;

/** Whether an answer to a create says that the account is full, with any status. */
export function saysFull({ status, call }: Reply, reason = ''): boolean {
  const isCreate = call.method === 'POST' && call.id === undefined;
  return isCreate && status >= 400 && status < 500 && status !== 429 && FULL.test(reason);
}

export function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}

/** Whether the call named a room that the provider does not know. */
export function isGone({ status, call }: Reply): boolean {
  return GONE.has(status) && call.id !== undefined;
}

/**
 * Returns the error for an unsuccessful answer that does not have the provider's form: it comes from a
 * gateway, a proxy or an HTML page in between. It says nothing about the room, the request or the account, so
 * nothing is given up because of it.
 *
 * @returns undefined if the status alone is enough, from any sender
 */
export function strangerFailure(reply: Reply): AmbiguousOutcomeError | undefined {
  const { status } = reply;
  const isVerdict = REFUSED.has(status) || GONE.has(status) || status === 403;
  if (!isVerdict) return undefined;
  return new AmbiguousOutcomeError(
    `${answerOf(reply)} in a form that is not the provider's own: something between here and the provider answered; ` +
      "check the application's base URL and the network, if it stays so",
  );
}

/**
 * Returns the error for an unsuccessful answer by the usual meaning of its status. Adapters first check for
 * meanings of their own. Only content that a caller wrote can be refused for good. An unknown status and a
 * refused read are tried again, because the cause may be a wrong base URL or a proxy.
 */
export function failureOf(reply: Reply, { reason, retryAfter }: Diagnosis, now: () => Instant): Error {
  const { status, call } = reply;
  const answer = answerOf(reply, reason);
  if (saysFull(reply, reason)) {
    return new ApplicationFullError(`the account holds as many rooms as it may: ${answer}`);
  }
  if (REFUSED.has(status) && call.body !== undefined) {
    return new ProviderRefusedError(`the provider refuses ${answer}`);
  }
  if (isGone(reply)) return new RoomGoneError(`the provider does not know the room any more: ${answer}`);
  if (status === 401 || status === 403) {
    return new UnauthorizedError(`the provider does not allow ${answer}; check what the account may do`);
  }
  if (THROTTLED.has(status)) {
    const wait = retryAfter === undefined ? retryAfterOf(reply, now) : bounded(retryAfter);
    return new ThrottledError(
      `the provider throttled the call; retrying in ${Math.ceil(wait / SECOND)} s: ${answer}`,
      {
        retryAfter: wait,
        ambiguous: status !== 429,
      },
    );
  }
  if (status >= 500 || status === 408) {
    return new AmbiguousOutcomeError(`${answer}: the call may still have had its effect`);
  }
  return new ProviderContractError(
    `${answer}, which the provider's contract rules out: check the application's base URL`,
  );
}

/** Returns the error for a successful status whose answer breaks the contract. */
export function unreadable(reply: Reply, found: string): AmbiguousOutcomeError {
  return new AmbiguousOutcomeError(
    `${answerOf(reply)} with a body that cannot be used (${found}): the call may still have had its effect`,
  );
}

/** Describes an answer in an error: the call, the status, the duration, the provider's own reason. */
export function answerOf(reply: Reply, reason = ''): string {
  const { title, status, milliseconds, authorization } = reply;
  const credential = authorization.slice(authorization.indexOf(' ') + 1);
  const words = redacted(reason, [authorization, credential]);
  return `${title}: ${status} after ${milliseconds} ms${words && `, ${words}`}`;
}

/** Used without `Retry-After`. */
const DEFAULT_WAIT: Duration = 10 * SECOND;

const SHORTEST_WAIT: Duration = SECOND;
const LONGEST_WAIT: Duration = 15 * MINUTE;

/**
 * Reads `Retry-After` in both of its forms, seconds and an HTTP date. The result is limited to between a
 * second and 15 minutes.
 */
export function retryAfterOf({ headers }: Pick<Reply, 'headers'>, now: () => Instant): Duration {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return bounded(Number(value) * SECOND);
  const date = Date.parse(value);
  return Number.isNaN(date) ? DEFAULT_WAIT : bounded(date - now());
}

function bounded(wait: Duration): Duration {
  return Math.min(Math.max(wait, SHORTEST_WAIT), LONGEST_WAIT);
}

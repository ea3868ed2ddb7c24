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

/** What an answer means to an adapter that knows its provider's words. */
export interface Diagnosis {
  /** The provider's reason, as it came. */
  readonly reason?: string;
  /** When to come back, where the body says it rather than a header. */
  readonly retryAfter?: Duration;
}

const REFUSED = new Set([400, 413, 422]);
const GONE = new Set([404, 410]);
const THROTTLED = new Set([429, 503]);

/** The words for an account that holds as many rooms as it may, and not for a limit of one room. */
const FULL =
  /\b(?:max(?:imum)?|limit|quota|too many)\b[^.;]*\brooms\b|\brooms\b[^.;]*\b(?:max(?:imum)?|limit|quota|exceeded|reached)\b|\bmax_api_rooms\b/i;

/** Whether an answer to a create says that the account is full, with whatever status. */
export function saysFull({ status, call }: Reply, reason = ''): boolean {
  const isCreate = call.method === 'POST' && call.id === undefined;
  return isCreate && status >= 400 && status < 500 && status !== 429 && FULL.test(reason);
}

export function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}

/** Whether the call named a room and the provider does not know it. */
export function isGone({ status, call }: Reply): boolean {
  return GONE.has(status) && call.id !== undefined;
}

/**
 * The error that a refusal in another shape than the provider's own stands for: a gateway, a proxy or a page of HTML in
 * between. It says nothing about the room, the request or the account, so nothing is given up for it.
 *
 * @returns undefined where the status alone says enough, whoever has sent it
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
 * The error that an unsuccessful answer stands for, by what every provider means by its status. Adapters look for
 * meanings of their own first. Only what a caller wrote can be refused for good: a status that the contract does not
 * know, or a refused look, is tried again, since a wrong base URL or a proxy in between may be all there is to it.
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
    return new AmbiguousOutcomeError(`${answer}: the call may have had its effect all the same`);
  }
  return new ProviderContractError(
    `${answer}, which the provider's contract rules out: check the application's base URL`,
  );
}

/** A successful status with an answer that says something else than the contract. */
export function unreadable(reply: Reply, found: string): AmbiguousOutcomeError {
  return new AmbiguousOutcomeError(
    `${answerOf(reply)} with a body that cannot be used (${found}): the call may have had its effect all the same`,
  );
}

/** An answer in an error's words: the call, the status, how long it took, the provider's own reason. */
export function answerOf(reply: Reply, reason = ''): string {
  const { title, status, milliseconds, authorization } = reply;
  const credential = authorization.slice(authorization.indexOf(' ') + 1);
  const words = redacted(reason, [authorization, credential]);
  return `${title}: ${status} after ${milliseconds} ms${words && `, ${words}`}`;
}

/** Without `Retry-After`. */
const DEFAULT_WAIT: Duration = 10 * SECOND;

const SHORTEST_WAIT: Duration = SECOND;
const LONGEST_WAIT: Duration = 15 * MINUTE;

/** `Retry-After` in both of its forms, seconds and an HTTP date, kept between a second and a quarter of an hour. */
export function retryAfterOf({ headers }: Pick<Reply, 'headers'>, now: () => Instant): Duration {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return bounded(Number(value) * SECOND);
  const date = Date.parse(value);
  return Number.isNaN(date) ? DEFAULT_WAIT : bounded(date - now());
}

function bounded(wait: Duration): Duration {
  return Math.min(Math.max(wait, SHORTEST_WAIT), LONGEST_WAIT);
}

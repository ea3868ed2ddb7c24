import { setTimeout as sleep } from 'node:timers/promises';
import { AmbiguousOutcomeError, ThrottledError, UnreachableError } from '../../rooms/model/errors.ts';
import type { Duration } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';
import type { ProviderCall } from './call.ts';
import { connection, type Reply } from './connection.ts';
import { credentials, type Sign } from './credentials.ts';
import { isSuccess, strangerFailure } from './failures.ts';
import type { ProviderOptions } from './options.ts';
import type { RateLimiter } from './rate-limiter.ts';

export interface CallerOptions extends ProviderOptions {
  readonly application: string;
  /** ARN or name of the secret with the credential. */
  readonly secret: string;
  readonly baseUrl: string;
  readonly sign: Sign;
  /** Whether an answer refuses the credential. @default every 401 */
  readonly isRefused?: (reply: Reply) => boolean;
  /** How often a refused credential is made again. @default 1 */
  readonly remakes?: number;
  /** Whether an unsuccessful answer has the shape of the provider's own errors. */
  readonly isOwn: (reply: Reply) => boolean;
  /** Returns the error for an unsuccessful answer. */
  readonly failure: (reply: Reply) => Error;
  /** Returns the limiter that counts the call, and the call's cost. */
  readonly pace?: (call: ProviderCall) => { readonly limiter: RateLimiter; readonly cost?: number };
  /** Called with every answer. */
  readonly heard?: (reply: Reply) => void;
}

/**
 * Makes a call. Throws the error for an unsuccessful answer.
 *
 * @param expected selects unsuccessful answers that are returned to the caller
 */
export type Call = (call: ProviderCall, expected?: (reply: Reply) => boolean) => Promise<Reply>;

/** How often a page is requested before the list is given up. */
const PAGE_ATTEMPTS = 3;

/** The longest wait before a page is requested again. The invocation also needs time to create a room. */
const LONGEST_PAUSE: Duration = 5 * SECOND;

/**
 * Makes calls at the allowed rate, with credentials that survive a rotation. A page of a list without an
 * answer is requested again, because reading it changes nothing and a long list would otherwise never end.
 * Any other failed call must be repeated by the caller.
 */
export function caller(options: CallerOptions): Call {
  const { isOwn, failure, pace, heard, wait = sleep } = options;
  const send = connection(options);
  const { present } = credentials(options);

  const once: Call = async (call, expected = () => false) => {
    const paced = pace?.(call);
    const reply = await present(async (authorization) => {
      const arrived = await paced?.limiter.turn(paced.cost, call.background);
      try {
        const answer = await send(call, authorization);
        heard?.(answer);
        return answer;
      } finally {
        arrived?.();
      }
    });
    if (isSuccess(reply)) return reply;
    const isProvider = isOwn(reply);
    if (isProvider && expected(reply)) return reply;
    const error = (isProvider ? undefined : strangerFailure(reply)) ?? failure(reply);
    if (error instanceof ThrottledError) paced?.limiter.hold(error.retryAfter);
    throw error;
  };

  return async (call, expected) => {
    const started = performance.now();
    const mayPause = (pause: Duration) => performance.now() - started + pause <= LONGEST_PAUSE;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(call, expected);
      } catch (error) {
        const pause = pauseAfter(error, call);
        if (!isPage(call) || attempt === PAGE_ATTEMPTS || pause === undefined || !mayPause(pause))
          throw error;
        if (pause > 0) await wait(pause);
      }
    }
  };
}

function isPage({ method, id, page = method === 'GET' && id === undefined }: ProviderCall): boolean {
  return page;
}

/** Returns how long to wait before a page is requested again; undefined if that would not help. */
function pauseAfter(error: unknown, { background = false }: ProviderCall): Duration | undefined {
  // the limiter knows of the throttle and delays calls in the background
  if (error instanceof ThrottledError) return background ? 0 : error.retryAfter;
  const mayPass = error instanceof AmbiguousOutcomeError || error instanceof UnreachableError;
  return mayPass ? 0 : undefined;
}

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
  /** Whether an unsuccessful answer has the shape of the provider's own errors. */
  readonly isOwn: (reply: Reply) => boolean;
  /** The error that an unsuccessful answer stands for. */
  readonly failure: (reply: Reply) => Error;
  /** What the call is counted against, and how much it costs. */
  readonly pace?: (call: ProviderCall) => { readonly limiter: RateLimiter; readonly cost?: number };
  /** Sees every answer. */
  readonly heard?: (reply: Reply) => void;
}

/**
 * Makes a call and throws what an unsuccessful answer stands for.
 *
 * @param expected unsuccessful answers that the caller wants to see itself
 */
export type Call = (call: ProviderCall, expected?: (reply: Reply) => boolean) => Promise<Reply>;

/** How often a page is asked for before the list is given up. */
const PAGE_ATTEMPTS = 3;

/** No page is asked for again after so long, and none is waited for longer: there is a room to be made yet. */
const LONGEST_PAUSE: Duration = 5 * SECOND;

/**
 * Calls in their turn, under credentials that heal. A page of a list is asked for again where the first try got no
 * answer, since reading it changes nothing and a long list would never come to its end otherwise; whatever else
 * fails is its caller's to repeat.
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

/** How long to wait before a page is asked for again; undefined where that would not help. */
function pauseAfter(error: unknown, { background = false }: ProviderCall): Duration | undefined {
  // the limiter knows of a throttle, and lets a call in the background wait for its turn
  if (error instanceof ThrottledError) return background ? 0 : error.retryAfter;
  const mayPass = error instanceof AmbiguousOutcomeError || error instanceof UnreachableError;
  return mayPass ? 0 : undefined;
}

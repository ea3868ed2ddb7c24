import type { Instant } from '../../rooms/model/time.ts';
import { MINUTE } from '../../rooms/model/time.ts';
import { readable } from '../provider/answer.ts';
import { apiKeySigner } from '../provider/api-key.ts';
import type { ProviderCall } from '../provider/call.ts';
import { type Call, caller } from '../provider/caller.ts';
import type { Reply } from '../provider/connection.ts';
import { failureOf } from '../provider/failures.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { type RateLimiter, rateLimiter } from '../provider/rate-limiter.ts';
import { errorReply, throttleReply } from './schema.ts';

/** An organisation at Whereby, as an entry of the pool. */
export interface WherebyEntry {
  readonly name: string;
  /** ARN or name of the secret with the API key. */
  readonly secret: string;
  /** @default https://api.whereby.dev/v1 */
  readonly baseUrl?: string;
}

/** Points per minute on the smallest plan; the answers name larger limits. */
const POINTS = 100;

/** Whereby counts points and not calls, for the whole organisation. */
export function wherebyCalls(entry: WherebyEntry, options: ProviderOptions): Call {
  const { name: application, secret, baseUrl = 'https://api.whereby.dev/v1' } = entry;
  const { now, wait } = options;
  const points = rateLimiter({ application, now, wait, limit: POINTS, window: MINUTE });
  return caller({
    ...options,
    application,
    secret,
    baseUrl,
    sign: apiKeySigner({ application, secret }),
    // no body is documented: an empty one or an object counts as Whereby's own
    isOwn: (reply) => reply.text.trim() === '' || readable(reply, errorReply) !== undefined,
    failure: (reply) => wherebyFailure(reply, now),
    pace: (call) => ({ limiter: points, cost: costOf(call) }),
    heard: (reply) => noteBudget(reply, points, now),
  });
}

/** Two sources name prices; these are the higher ones. */
const READ = 1;
const WRITE_OR_LIST = 3;

function costOf({ method, id }: ProviderCall): number {
  return method === 'GET' && id !== undefined ? READ : WRITE_OR_LIST;
}

/** Notes the plan's limit, and how much of it others of the organisation have left. */
function noteBudget({ headers }: Reply, points: RateLimiter, now: () => Instant): void {
  const limit = Number(headers['x-ratelimit-limit'] ?? Number.NaN);
  if (limit > 0) points.allow(limit);
  const remaining = Number(headers['x-ratelimit-remaining'] ?? Number.NaN);
  const reset = Date.parse(String(headers['x-ratelimit-reset'])) - now();
  const wait = Math.min(reset, MINUTE);
  if (reset > 0 && remaining < (limit > 0 ? limit : POINTS) / 2) points.holdBackground(wait);
  if (remaining < WRITE_OR_LIST && reset > 0) points.hold(wait);
}

/** No other error body is documented, so its text is only shown to people. */
function wherebyFailure(reply: Reply, now: () => Instant): Error {
  const { msLeft, ms_left } = readable(reply, throttleReply)?.data ?? {};
  return failureOf(reply, { reason: reply.text, retryAfter: msLeft ?? ms_left }, now);
}

import { SECOND } from '../../rooms/model/time.ts';
import { readable } from '../provider/answer.ts';
import { apiKeySigner } from '../provider/api-key.ts';
import { type Call, caller } from '../provider/caller.ts';
import type { Reply } from '../provider/connection.ts';
import { failureOf } from '../provider/failures.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { rateLimiter } from '../provider/rate-limiter.ts';
import { errorReply } from './schema.ts';

/** A domain at Daily, as an entry of the pool. */
export interface DailyEntry {
  readonly name: string;
  /** ARN or name of the secret with the API key. */
  readonly secret: string;
  /** @default https://api.daily.co/v1 */
  readonly baseUrl?: string;
}

export interface DailyCalls {
  readonly call: Call;
  readonly failure: (reply: Reply) => Error;
}

/** Deletions have a rate limit of their own, a tenth of the limit of all other calls. */
export function dailyCalls(entry: DailyEntry, options: ProviderOptions): DailyCalls {
  const { name: application, secret, baseUrl = 'https://api.daily.co/v1' } = entry;
  const { now, wait } = options;
  const most = rateLimiter({ application, now, wait, limit: 100, window: 5 * SECOND });
  // a room can also be ended in another way, so no call waits for a deletion
  const deletions = rateLimiter({ application, now, wait, limit: 50, window: 30 * SECOND, maxWait: 0 });
  const failure = (reply: Reply) => failureOf(reply, { reason: reasonOf(reply) }, now);
  const call = caller({
    ...options,
    application,
    secret,
    baseUrl,
    isOwn: (reply) => readable(reply, errorReply)?.error !== undefined,
    failure,
    sign: apiKeySigner({ application, secret }),
    pace: ({ method }) => ({ limiter: method === 'DELETE' ? deletions : most }),
  });
  return { call, failure };
}

/** For a create, the name may be taken. For a page, the cursor may be gone. */
export const isRefused = ({ status }: Reply): boolean => status === 400;

/** `info` is for people and may change, so no decision depends on it. */
function reasonOf(reply: Reply): string | undefined {
  const { error, info } = readable(reply, errorReply) ?? {};
  return info ?? error ?? undefined;
}

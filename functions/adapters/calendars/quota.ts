import { ThrottledError } from '../../rooms/model/errors.ts';
import { type Duration, type Instant, SECOND } from '../../rooms/model/time.ts';
import { type Budget, rateLimiter } from '../provider/rate-limiter.ts';

/** How many containers write at the same time. Each has its part of a quota. */
export const WRITERS = 2;

/** An event is read and written. */
const CALLS_OF_A_WRITE = 2;

/** The quota of one account of a system, as far as one container knows it. */
export interface Quota {
  /**
   * Gives the write of an event its turn.
   *
   * @param hasWaited whether it comes back: it had its turn then
   * @throws ThrottledError that says when it must come back
   */
  admit(hasWaited: boolean): void;
  /**
   * Makes a call, unless the system throttled one. After that no call is sent for the time that it named.
   *
   * @throws ThrottledError
   */
  spend<T>(call: () => Promise<T>): Promise<T>;
}

/** @param connection its name, for errors */
export function quota(connection: string, { limit, window }: Budget, now: () => Instant): Quota {
  const limiter = rateLimiter({ application: connection, limit: limit / WRITERS, window, now });

  /** @throws ThrottledError */
  function comeBackAfter(wait: Duration): void {
    if (wait <= 0) return;
    throw new ThrottledError(
      `connection ${connection} uses up the quota of its calendars: its turn is in ${Math.ceil(wait / SECOND)} s`,
      { retryAfter: wait, ambiguous: false },
    );
  }

  return {
    admit(hasWaited) {
      if (!hasWaited || limiter.held() > 0) comeBackAfter(limiter.book(CALLS_OF_A_WRITE));
    },
    async spend(call) {
      comeBackAfter(limiter.held());
      try {
        return await call();
      } catch (error) {
        if (error instanceof ThrottledError) limiter.hold(error.retryAfter);
        throw error;
      }
    },
  };
}

/** Returns the quota of each account, by its name. */
export function quotas(...[connection, budget, now]: Parameters<typeof quota>): (account: string) => Quota {
  const known = new Map<string, Quota>();
  return (account) => {
    const found = known.get(account) ?? quota(connection, budget, now);
    known.set(account, found);
    return found;
  };
}

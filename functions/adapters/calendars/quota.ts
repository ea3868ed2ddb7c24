import { ThrottledError } from '../../rooms/model/errors.ts';
import { type Duration, type Instant, SECOND } from '../../rooms/model/time.ts';
import type { Budget } from '../provider/rate-limiter.ts';
import { bookings } from './bookings.ts';

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
   * Makes a call, as soon as few enough are under way. After one that the system throttles, no call is sent
   * for the time that it names.
   *
   * @throws ThrottledError
   */
  spend<T>(call: () => Promise<T>): Promise<T>;
}

/** The limits of an account. */
export interface CallBudget extends Budget {
  /** How many calls of this container may be under way. @default no limit */
  readonly atOnce?: number;
}

/** @param connection its name, for errors */
export function quota(
  connection: string,
  { limit, window, atOnce = Number.POSITIVE_INFINITY }: CallBudget,
  now: () => Instant,
): Quota {
  const limiter = bookings({ limit: limit / WRITERS, window, cost: CALLS_OF_A_WRITE, now });
  const waiting: (() => void)[] = [];
  let free = atOnce;

  async function place(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((given) => waiting.push(given));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }

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
      if (!hasWaited || limiter.held() > 0) comeBackAfter(limiter.book());
    },
    async spend(call) {
      await place();
      try {
        comeBackAfter(limiter.held());
        return await call();
      } catch (error) {
        if (error instanceof ThrottledError) limiter.hold(error.retryAfter);
        throw error;
      } finally {
        leave();
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

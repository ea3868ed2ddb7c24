import { setTimeout as sleep } from 'node:timers/promises';
import { ThrottledError } from '../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';

/** A provider's limit: this many calls, or points, in any period of this length. */
export interface Budget {
  readonly limit: number;
  readonly window: Duration;
}

export interface RateLimiterOptions extends Budget {
  readonly application: string;
  readonly now: () => Instant;
  /** The longest time that a call waits here; a call that would wait longer fails. @default 5 seconds */
  readonly maxWait?: Duration;
  /** @default a timer */
  readonly wait?: (duration: Duration) => Promise<unknown>;
}

export interface RateLimiter {
  /**
   * Resolves when a call may be sent. Call the returned function once the answer has come, or will not come.
   *
   * @param cost in the budget's unit, default 1
   * @param background leaves half of the budget to other calls, and waits for up to two windows
   * @throws ThrottledError, not ambiguous, if the call would wait longer than `maxWait`
   */
  turn(cost?: number, background?: boolean): Promise<() => void>;
  /** The provider throttled a call: no call is sent for that time. */
  hold(duration: Duration): void;
  /** Others have used more than half of the budget: no background call is sent for that time. */
  holdBackground(duration: Duration): void;
  /** The provider reported another limit. */
  allow(limit: number): void;
}

/** The share of the limit that this container uses: other containers and people share the account. */
export const OURS = 0.9;

/** The share of that for calls in the background, which are not urgent. */
const BACKGROUND = 0.5;

/** `at`: when the call is sent; once it is answered, the latest instant at which it can have arrived. */
interface Turn {
  at: Instant;
  readonly cost: number;
  answered: boolean;
}

/**
 * Spaces the calls of one container so that a provider need not throttle them: a sliding window, first come
 * first served. The provider counts arrivals, which are later than departures, each by a different time. So a
 * call stays in the window until one window after its answer.
 */
export function rateLimiter({
  application,
  now,
  maxWait = 5 * SECOND,
  wait = sleep,
  ...budget
}: RateLimiterOptions): RateLimiter {
  const { window } = budget;
  let limit = budget.limit * OURS;
  let heldUntil: Instant = 0;
  let backgroundHeldUntil: Instant = 0;
  let turns: Turn[] = [];

  /**
   * Returns the earliest instant at which the window has space for the cost, after the turns that are already
   * taken.
   */
  function nextTurn(cost: number, before: readonly Turn[], background: boolean): Instant {
    const most = background ? Math.max(cost, limit * BACKGROUND) : limit;
    const latest = before.filter(({ at }) => at > now() - window).sort((a, b) => a.at - b.at);
    let at = Math.max(now(), heldUntil, background ? backgroundHeldUntil : 0);
    let spent = latest.reduce((sum, turn) => sum + turn.cost, 0);
    for (const turn of latest) {
      if (spent + cost <= most) break;
      spent -= turn.cost;
      at = Math.max(at, turn.at + window);
    }
    return at;
  }

  function forget(): void {
    turns = turns.filter(({ at, answered }) => !answered || at > now() - window);
  }

  return {
    async turn(cost = 1, background = false) {
      forget();
      const at = nextTurn(cost, turns, background);
      const delay = at - now();
      if (delay > (background ? 2 * window : maxWait)) {
        throw new ThrottledError(
          `the provider of application ${application} allows no call for ${Math.ceil(delay / SECOND)} s: its limit is ` +
            'used up, or it throttled a call',
          { retryAfter: delay, ambiguous: false },
        );
      }
      const turn: Turn = { at, cost, answered: false };
      turns.push(turn);
      for (let left = delay; left > 0; left = turn.at - now()) {
        await wait(left);
        if (now() < turn.at) break;
        // earlier calls were answered meanwhile, and may have arrived later than they were sent
        turn.at = nextTurn(cost, turns.slice(0, turns.indexOf(turn)), background);
      }
      return () => {
        turn.at = Math.max(turn.at, now());
        turn.answered = true;
      };
    },
    hold(duration) {
      heldUntil = Math.max(heldUntil, now() + duration);
    },
    holdBackground(duration) {
      backgroundHeldUntil = Math.max(backgroundHeldUntil, now() + duration);
    },
    allow(named) {
      limit = named * OURS;
    },
  };
}

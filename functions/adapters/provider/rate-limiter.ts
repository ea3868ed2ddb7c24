import { setTimeout as sleep } from 'node:timers/promises';
import { ThrottledError } from '../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';

/** What a provider allows: so many calls, or points, in any stretch of time of this length. */
export interface Budget {
  readonly limit: number;
  readonly window: Duration;
}

export interface RateLimiterOptions extends Budget {
  readonly application: string;
  readonly now: () => Instant;
  /** The longest a call waits here; one that would wait longer is given back. @default 5 seconds */
  readonly maxWait?: Duration;
  /** @default a timer */
  readonly wait?: (duration: Duration) => Promise<unknown>;
}

export interface RateLimiter {
  /**
   * Resolves when a call may go out, with what is to be called once its answer has come, or none will.
   *
   * @param cost in the budget's unit, default 1
   * @param background leaves half of the budget to other calls, and waits for two windows where it must
   * @throws ThrottledError, not ambiguous, where that is later than `maxWait`
   */
  turn(cost?: number, background?: boolean): Promise<() => void>;
  /** The provider throttled a call: no call goes out for that time. */
  hold(duration: Duration): void;
  /** Others have used more than half of the budget: nothing goes out in the background for so long. */
  holdBackground(duration: Duration): void;
  /** The provider named another limit. */
  allow(limit: number): void;
}

/** Others share the account: containers beside this one, and people. */
const OURS = 0.9;

/** Of that, what calls in the background may use: nobody waits for them, and somebody may for the others. */
const BACKGROUND = 0.5;

/** `at`: when the call goes out; once it is answered, the latest instant at which it can have arrived. */
interface Turn {
  at: Instant;
  readonly cost: number;
  answered: boolean;
}

/**
 * Spaces the calls of one container so that a provider need not throttle them: a sliding window, first come first
 * served. The provider counts arrivals, which are later than departures and not all by the same time. So a call stays
 * in the window until a window after its answer.
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

  /** The earliest instant at which the window before it has room for the cost, after the turns given away already. */
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

  return {
    async turn(cost = 1, background = false) {
      turns = turns.filter(({ at, answered }) => !answered || at > now() - window);
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
        // those before it were answered meanwhile, and may have arrived later than they went out
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

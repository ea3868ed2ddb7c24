import type { Duration, Instant } from '../../rooms/model/time.ts';
import { type Budget, OURS } from '../provider/rate-limiter.ts';

export interface BookingsOptions extends Budget {
  /** What each turn takes of the limit. */
  readonly cost: number;
  readonly now: () => Instant;
}

/** Turns for work that comes back for them, however far ahead they are. */
export interface Bookings {
  /**
   * Takes the next turn.
   *
   * @returns how long it is until then; 0: now
   */
  book(): Duration;
  /** Returns how long there is no turn. */
  held(): Duration;
  /** No turn is given for that time. */
  hold(duration: Duration): void;
}

/**
 * Gives turns in the order in which they are asked for, in a sliding window. A turn only needs to know the one
 * that leaves the window for it, so that it takes the same time however many wait.
 */
export function bookings({ limit, window, cost, now }: BookingsOptions): Bookings {
  const most = Math.max(1, Math.floor((limit * OURS) / cost));
  /** The latest turns, as many as a window has. The next turn takes the place of the oldest one. */
  const latest: Instant[] = [];
  let oldest = 0;
  let heldUntil: Instant = 0;
  return {
    book() {
      const leaves = latest[oldest];
      const at = Math.max(now(), heldUntil, leaves === undefined ? 0 : leaves + window);
      latest[oldest] = at;
      oldest = (oldest + 1) % most;
      return at - now();
    },
    held: () => Math.max(0, heldUntil - now()),
    hold(duration) {
      heldUntil = Math.max(heldUntil, now() + duration);
    },
  };
}

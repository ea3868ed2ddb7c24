import { fraction } from './digest.ts';
import { DAY, type Duration, type Instant, MINUTE } from './time.ts';

export interface RenewalPolicy {
  /** How long before its expiry a room is renewed, if its life is long enough for that. */
  readonly renewBefore: Duration;
  /** The longest time between two runs of the schedule. */
  readonly longestGap: Duration;
}

/** The longest time until a run reaches the last of its rooms, including spread and retries. */
export const RUN_ALLOWANCE: Duration = 30 * MINUTE;

/** An emergency is at most this last part of a life, unless a single run takes longer. */
const EMERGENCY_SHARE = 0.05;

/** A window takes at most this part of a life. */
const LONGEST_WINDOW = 0.9;

/**
 * Jitter takes at most this part of a life, half of what the longest window leaves. The cost of spreading:
 * rooms are renewed 2.5 % earlier on average.
 */
const JITTER_SHARE = 0.05;

/** A room that lives by its use is warned this long before it ends unused. */
export const UNUSED_WARNING: Duration = 60 * DAY;

/**
 * Returns how long before its expiry a room of this life is renewed. The window is `renewBefore`, at most a
 * third of the life. It is widened to two runs of the schedule if a third of the life remains outside it, and
 * always to one run.
 *
 * @returns undefined if the life is too short for even one run
 */
export function renewalWindow(life: Duration, policy: RenewalPolicy): Duration | undefined {
  const preferred = Math.min(policy.renewBefore, life / 3);
  const oneRun = policy.longestGap + RUN_ALLOWANCE;
  const twoRuns = 2 * policy.longestGap + RUN_ALLOWANCE;
  if (preferred >= twoRuns) return preferred;
  if (twoRuns <= (life * 2) / 3) return twoRuns;
  if (oneRun <= life * LONGEST_WINDOW) return Math.max(oneRun, preferred);
  return undefined;
}

/** Returns the shortest life that has time for one run of the schedule. */
export function shortestRenewableLife({ longestGap }: RenewalPolicy): Duration {
  return (longestGap + RUN_ALLOWANCE) / LONGEST_WINDOW;
}

/**
 * Returns when the planner first nominates a room: `expiresAt - window - jitter`. Jitter is derived from the
 * key, so that rooms that were created in one minute do not become due in one minute. It only makes renewal
 * earlier, so no room misses a run.
 *
 * @param since when the room was given this expiry
 * @returns undefined if the life is too short for even one run
 */
export function renewalTime(
  key: string,
  since: Instant,
  expiresAt: Instant,
  policy: RenewalPolicy,
): Instant | undefined {
  const life = expiresAt - since;
  const window = renewalWindow(life, policy);
  if (window === undefined) return undefined;
  const jitter = fraction(`jitter ${key}`) * life * JITTER_SHARE;
  return Math.floor(expiresAt - window - jitter);
}

/**
 * Returns the time from which a room has priority over all others. This is in the last 5 % of its life and in
 * the second half of its window. In any case it is before the last run of the schedule that can still save
 * it.
 *
 * @param since when the room was given this expiry
 */
export function emergencyTime(since: Instant, expiresAt: Instant, policy: RenewalPolicy): Instant {
  const life = expiresAt - since;
  const late = Math.min(life * EMERGENCY_SHARE, (renewalWindow(life, policy) ?? 0) / 2);
  return Math.floor(expiresAt - Math.max(late, policy.longestGap + RUN_ALLOWANCE));
}

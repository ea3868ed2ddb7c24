import { fraction } from './digest.ts';
import { DAY, type Duration, type Instant, MINUTE } from './time.ts';

export interface RenewalPolicy {
  /** How long before its expiry a room is renewed, where its life is long enough for that. */
  readonly renewBefore: Duration;
  /** The longest time between two runs of the schedule. */
  readonly longestGap: Duration;
}

/** What a run may take to reach the last of its rooms, spread and retries included. */
export const RUN_ALLOWANCE: Duration = 30 * MINUTE;

/** An emergency is at most this last part of a life, unless a single run takes longer. */
const EMERGENCY_SHARE = 0.05;

/** A window takes at most this part of a life. */
const LONGEST_WINDOW = 0.9;

/**
 * Jitter takes at most this part of a life, half of what the longest window leaves: the price of spreading is renewing
 * 2.5 % earlier on average.
 */
const JITTER_SHARE = 0.05;

/** A room that lives by its use is warned of so long before it ends unused. */
export const UNUSED_WARNING: Duration = 60 * DAY;

/**
 * How long before its expiry a room of this life is renewed: `renewBefore`, at most a third of the life, yet wide
 * enough for two runs of the schedule where that leaves a third of the life in peace, and for one always.
 *
 * @returns undefined where the life is too short for even one run
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

/** The shortest life that leaves time for one run of the schedule. */
export function shortestRenewableLife({ longestGap }: RenewalPolicy): Duration {
  return (longestGap + RUN_ALLOWANCE) / LONGEST_WINDOW;
}

/**
 * When the planner shall first nominate a room: `expiresAt - window - jitter`. Jitter comes from the key, so that
 * rooms made in one minute do not fall due in one minute; it only ever makes renewal earlier, so it costs no run.
 *
 * @param since when the room was given this expiry
 * @returns undefined where the life is too short for even one run
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
 * From here on a room goes before all others: in the last 5 % of its life, in the second half of its window, and in
 * any case before the last run of the schedule that can still save it.
 *
 * @param since when the room was given this expiry
 */
export function emergencyTime(since: Instant, expiresAt: Instant, policy: RenewalPolicy): Instant {
  const life = expiresAt - since;
  const late = Math.min(life * EMERGENCY_SHARE, (renewalWindow(life, policy) ?? 0) / 2);
  return Math.floor(expiresAt - Math.max(late, policy.longestGap + RUN_ALLOWANCE));
}

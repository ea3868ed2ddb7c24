import type { Room } from './room.ts';
import { type Duration, HOUR, type Instant, MINUTE } from './time.ts';

/** The first waits are short, because most failures pass quickly. */
const BACK_OFF: readonly Duration[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR];

/**
 * Returns the time of the planner's next look after this many failures. It is at most a tenth of the
 * remaining life away. In an emergency every run looks.
 */
export function backedOff(
  { dueAt, emergencyAt, current }: Room,
  attempts: number,
  now: Instant,
): Instant | undefined {
  if (dueAt === undefined) return undefined;
  const pause = BACK_OFF[Math.min(attempts, BACK_OFF.length) - 1] ?? 0;
  const left = Math.max(0, (current?.expiresAt ?? now) - now);
  const again = Math.floor(now + Math.min(pause, left / 10));
  return Math.max(dueAt, Math.min(again, emergencyAt ?? again));
}

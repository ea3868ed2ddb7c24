import type { Instant } from '../../rooms/room.ts';
import { padded } from '../sequence.ts';

/**
 * Where news stands among other news of the same event: by the number that the calendar counts, then by the time of
 * the change, whichever of the two the calendar trusts more first. Of two that are equal in both, a cancellation is
 * the newer: that is how those look that carry the event as it was.
 */
export function stamp(parts: readonly number[], cancelled: boolean): string {
  return [...parts.map((part) => padded(Math.min(part, LARGEST))), cancelled ? '1' : '0'].join('.');
}

const LARGEST = 9_999_999_999_999;

/** An instant that came as text; the fallback where it is missing or is none. */
export function instantOr(text: string | null | undefined, fallback: Instant): Instant {
  const instant = Date.parse(text ?? '');
  return Number.isNaN(instant) ? fallback : instant;
}

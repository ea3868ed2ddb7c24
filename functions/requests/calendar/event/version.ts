import { type Instant, SECOND } from '../../../rooms/model/time.ts';
import { padded } from '../../room-request/sequence.ts';

/**
 * Where news stands among other news of the same event: by the number that the calendar counts, then by the time of
 * the change, whichever of the two the calendar trusts more first. Of two that are equal in both, a cancellation is
 * the newer: that is how those look that carry the event as it was.
 */
export function stamp(parts: readonly number[], cancelled: boolean): string {
  return [...parts.map((part) => padded(Math.min(part, LARGEST))), cancelled ? '1' : '0'].join('.');
}

const LARGEST = 9_999_999_999_999;

/**
 * When a calendar says that something changed; when the bus was told where it does not say. A clock that is ahead is
 * not believed: its news would outrank all that is still to come.
 */
export function changeTime(
  text: string | null | undefined,
  { toldAt }: { readonly toldAt: Instant },
): Instant {
  return notAfter(toldAt, instantOr(text, toldAt));
}

/** The bus keeps whole seconds only: a change may be later than its telling by the rest of that second. */
export function notAfter(toldAt: Instant, change: Instant): Instant {
  return Math.min(change, toldAt + SECOND - 1);
}

/** An instant that came as text; the fallback where it is missing or is none. */
export function instantOr(text: string | null | undefined, fallback: Instant): Instant {
  const instant = Date.parse(text ?? '');
  return Number.isNaN(instant) ? fallback : instant;
}

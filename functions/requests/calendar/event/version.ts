import { type Instant, SECOND } from '../../../rooms/model/time.ts';
import { padded } from '../../room-request/sequence.ts';

/**
 * Returns the place of an update among the updates of the same event. It is compared by the calendar's
 * counter and by the time of the change; the one that the calendar maintains better comes first. If both are
 * equal, a cancellation is newer, because a cancellation may repeat the event's counter and time.
 */
export function stamp(parts: readonly number[], cancelled: boolean): string {
  return [...parts.map((part) => padded(Math.min(part, LARGEST))), cancelled ? '1' : '0'].join('.');
}

const LARGEST = 9_999_999_999_999;

/**
 * Returns the time of a change according to the calendar, or the time of the bus event if the calendar names
 * none. A time in the future is not accepted: its update would outrank all later ones.
 */
export function changeTime(
  text: string | null | undefined,
  { toldAt }: { readonly toldAt: Instant },
): Instant {
  return notAfter(toldAt, instantOr(text, toldAt));
}

/**
 * The bus keeps whole seconds only, so a change may be later than its bus event by the rest of that second.
 */
export function notAfter(toldAt: Instant, change: Instant): Instant {
  return Math.min(change, toldAt + SECOND - 1);
}

/** Reads an instant from text; the fallback if the text is missing or is not an instant. */
export function instantOr(text: string | null | undefined, fallback: Instant): Instant {
  const instant = Date.parse(text ?? '');
  return Number.isNaN(instant) ? fallback : instant;
}

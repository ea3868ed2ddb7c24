import type { Sequence } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';

/**
 * Returns the place of a request among the requests for its key. The time of a message of the queue is its
 * send time, to the millisecond.
 */
export function requestSequence(askedAt: Instant, queuedAt: Instant): Sequence {
  return { source: 'request', value: `${padded(askedAt)}.${padded(queuedAt)}` };
}

/**
 * The same for an event of the bus. Its time is its `time` field, so that an event which the bus retried or
 * replayed does not look new. The bus keeps whole seconds only. If the queue accepted the event within that
 * second, the queue's time is used. Otherwise the time within the second is unknown: a cancellation counts as
 * sent at its end and anything else at its start, so that no cancellation is lost.
 */
export function eventSequence(time: Instant, queuedAt: Instant, isCancellation: boolean): Sequence {
  const isRounded = time % SECOND === 0;
  const latest = time + SECOND - 1;
  if (isRounded && queuedAt <= latest) return requestSequence(queuedAt, queuedAt);
  return requestSequence(isRounded && isCancellation ? latest : time, queuedAt);
}

/** Returns a whole number, zero or more, with leading zeros, so that it compares as a string. */
export function padded(value: number, digits = 13): string {
  return String(Math.max(0, Math.floor(value))).padStart(digits, '0');
}

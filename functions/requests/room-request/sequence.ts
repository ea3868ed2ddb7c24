import type { Sequence } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';

/**
 * Where a request stands among the requests for its key. A queue's message is as old as its sending, to the
 * millisecond.
 */
export function requestSequence(askedAt: Instant, queuedAt: Instant): Sequence {
  return { source: 'request', value: `${padded(askedAt)}.${padded(queuedAt)}` };
}

/**
 * The same for an event of the bus. It is as old as its `time`, so that one which the bus retried or replayed does not
 * pass for news. The bus keeps whole seconds only. An event that the queue took within that second is as old as that.
 * When in its second a later one was sent nobody knows: then a cancellation stands at its end and all else at its
 * start, so that no cancellation is lost.
 */
export function eventSequence(time: Instant, queuedAt: Instant, isCancellation: boolean): Sequence {
  const isRounded = time % SECOND === 0;
  const latest = time + SECOND - 1;
  if (isRounded && queuedAt <= latest) return requestSequence(queuedAt, queuedAt);
  return requestSequence(isRounded && isCancellation ? latest : time, queuedAt);
}

/** A whole number from zero on, so that it compares as a string. */
export function padded(value: number, digits = 13): string {
  return String(Math.max(0, Math.floor(value))).padStart(digits, '0');
}

import type { Instant, Sequence } from '../rooms/room.ts';

/**
 * Where a request stands among the requests for its key. A queue's message is as old as its sending, to the
 * millisecond. An event is as old as its `time`, so that one which the bus retried or replayed does not pass for
 * news; the bus keeps whole seconds only, so within one second the time at which the queue took it decides.
 */
export function requestSequence(askedAt: Instant, queuedAt: Instant): Sequence {
  return { source: 'request', value: `${padded(askedAt)}.${padded(queuedAt)}` };
}

/** A whole number from zero on, so that it compares as a string. */
export function padded(value: number, digits = 13): string {
  return String(Math.max(0, Math.floor(value))).padStart(digits, '0');
}

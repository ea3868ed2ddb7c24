import { randomUUID } from 'node:crypto';
import { LARGEST_BODY } from '../requests/message.ts';
import { shown } from '../requests/refusal.ts';
import { RequestRefusedError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';

/** The source of a calendar's event. */
export interface Provenance {
  readonly source: 'calendar-feed' | 'calendar-file';
  /** The calendar's id. */
  readonly name: string;
  readonly timeZone?: string;
  readonly at: Instant;
}

/** One event of a calendar, in a calendar of its own. */
export interface Single {
  readonly uid: string;
  /**
   * Returns the text. It is created when it is sent, because thousands of events may each repeat a large time
   * zone.
   */
  readonly icalendar: () => string;
}

export interface Messages {
  readonly bodies: Iterable<string>;
  /** Returns how many bodies have been taken so far. */
  readonly sent: () => number;
  /** UIDs of events that are too large for a message, among the bodies taken so far. */
  readonly tooLarge: readonly string[];
}

/** Returns a message for each event, except for those that are too large. */
export function calendarMessages(events: readonly Single[], provenance: Provenance): Messages {
  const tooLarge: string[] = [];
  let sent = 0;
  function* bodies() {
    for (const { uid, icalendar } of events) {
      const body = calendarMessage(icalendar(), provenance);
      if (Buffer.byteLength(body) > LARGEST_BODY) {
        tooLarge.push(uid);
      } else {
        sent += 1;
        yield body;
      }
    }
  }
  return { bodies: bodies(), sent: () => sent, tooLarge };
}

/**
 * Call this after the other messages are sent. The task then goes to the dead-letter queue with the reason,
 * and no other event is delayed.
 *
 * @param where the feed or the file
 * @throws RequestRefusedError if an event is too large
 */
export function refuseTooLarge(where: string, { tooLarge }: Messages): void {
  const [first, ...others] = tooLarge;
  if (first === undefined) return;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new RequestRefusedError(
    `${where}: left out event ${shown(first)}${more}, too large for a message of at most ${LARGEST_BODY} bytes; ` +
      'all others were sent on',
  );
}

/** Returns the message in the form of a bus event. */
function calendarMessage(icalendar: string, { source, name, timeZone, at }: Provenance): string {
  return JSON.stringify({
    id: randomUUID(),
    source,
    'detail-type': 'Calendar Event Updated',
    time: new Date(at).toISOString(),
    detail: { calendarId: name, ...(timeZone && { timeZone }), icalendar },
  });
}

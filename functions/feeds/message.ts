import { randomUUID } from 'node:crypto';
import { LARGEST_BODY } from '../requests/message.ts';
import { shown } from '../requests/refusal.ts';
import { RequestRefusedError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';

/** Where a calendar's event comes from. */
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
  /** Written when it is sent, since a few thousand of them may repeat a large time zone each. */
  readonly icalendar: () => string;
}

export interface Messages {
  readonly bodies: Iterable<string>;
  /** How many bodies were taken so far. */
  readonly sent: () => number;
  /** UIDs of events that no message holds, as far as the bodies were taken. */
  readonly tooLarge: readonly string[];
}

/** A message for each event, except for those that are too large for one. */
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
 * To be called when the others are sent, so that what was read is buried with its reason and nothing else is held up.
 *
 * @param where the feed or the file
 * @throws RequestRefusedError where an event is too large
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

/** In the shape that the bus gives to events. */
function calendarMessage(icalendar: string, { source, name, timeZone, at }: Provenance): string {
  return JSON.stringify({
    id: randomUUID(),
    source,
    'detail-type': 'Calendar Event Updated',
    time: new Date(at).toISOString(),
    detail: { calendarId: name, ...(timeZone && { timeZone }), icalendar },
  });
}

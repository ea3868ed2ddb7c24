import { randomUUID } from 'node:crypto';
import type { Instant } from '../rooms/room.ts';

/** Where a calendar's event comes from. */
export interface Provenance {
  readonly source: 'calendar-feed' | 'calendar-file';
  /** The calendar's id. */
  readonly name: string;
  readonly timeZone?: string;
  readonly at: Instant;
}

/** One event of a calendar as a message of the requests queue, in the shape that the bus gives to events. */
export function calendarMessage(icalendar: string, { source, name, timeZone, at }: Provenance): string {
  return JSON.stringify({
    id: randomUUID(),
    source,
    'detail-type': 'Calendar Event Updated',
    time: new Date(at).toISOString(),
    detail: { calendarId: name, ...(timeZone && { timeZone }), icalendar },
  });
}

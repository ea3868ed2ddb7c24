import { randomUUID } from 'node:crypto';
import { alone } from '../feeds/changes.ts';
import { isHidden } from '../requests/calendar/formats/graph.ts';
import { keptFields, withoutHiddenTitles } from '../requests/calendar/formats/strip.ts';
import { readIcs, writeIcs } from '../requests/calendar/ics/text.ts';
import { base32Digest, canonicalJson } from '../rooms/model/digest.ts';
import type { Instant } from '../rooms/model/time.ts';
import type { Identity } from './meetings.ts';
import type { KnownEvent } from './memory.ts';
import type { StoredEvent } from './system.ts';

/**
 * The part of an event that goes into the queue: no attendees, description or place, and no title of a
 * private event.
 */
export type Kept =
  | { readonly event: object }
  /** The text does not contain the event's id in its calendar. */
  | { readonly eventId: string; readonly icalendar: string };

/**
 * Returns the part of an event that rooms depend on.
 *
 * @throws RequestRefusedError if an iCalendar text is cut off
 */
export function keptOf({ id, content }: Pick<StoredEvent, 'id' | 'content'>): Kept {
  switch (content.format) {
    case 'google': {
      const { visibility } = content.event;
      return { event: keptFields(content.event, visibility === 'private' || visibility === 'confidential') };
    }
    case 'graph':
      return { event: keptFields(content.event, isHidden(content.event)) };
    case 'icalendar':
      // with a METHOD the object would count as a message, and not as complete
      return {
        eventId: id,
        icalendar: readIcs(content.text)
          .flatMap(({ method: _, ...calendar }) =>
            calendar.events.map(({ uid, lines }) =>
              alone(calendar, { uid, lines: withoutHiddenTitles(lines) }),
            ),
          )
          .join(''),
      };
  }
}

/** Returns the event with the identity of its room, which may differ from its id in its own calendar. */
export function withIdentity(kept: Kept, { event }: Identity): Kept {
  if ('icalendar' in kept) return { ...kept, eventId: event };
  const { recurringEventId, seriesMasterId, ...fields } = kept.event as Readonly<Record<string, unknown>>;
  if (recurringEventId !== undefined) return { event: { ...fields, recurringEventId: event } };
  if (seriesMasterId) return { event: { ...fields, seriesMasterId: event } };
  return { event: { ...fields, id: event, ...(seriesMasterId === null && { seriesMasterId }) } };
}

/** Stamps change with each write, including this project's. They do not make an event different. */
const STAMPS = new Set(['updated', 'lastModifiedDateTime', 'etag', '@odata.etag', 'changeKey']);

/** Returns a digest of all fields that a room depends on. */
export function digestOf(kept: Kept, timeZone: string | undefined): string {
  return base32Digest(`${READING} ${timeZone ?? ''} ${canonicalJson(withoutStamps(kept))}`, 16);
}

/**
 * Increases when the rules for reading change: events that were read under older rules are then sent again.
 */
const READING = 1;

/** Returns the event without the time of its change: the time of its message counts. */
export function withoutChangeTime(kept: Kept): Kept {
  // the fields of an object stay
  return 'event' in kept ? { event: withoutStamps(kept.event) as object } : kept;
}

function withoutStamps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutStamps);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !STAMPS.has(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutStamps(field)]));
}

export interface Provenance {
  /** The id of the connected calendar. */
  readonly calendar: string;
  readonly timeZone?: string | undefined;
  readonly at: Instant;
}

/** Returns an event as the bus would deliver it. */
export function eventMessage(
  kept: Kept,
  isCancelled: boolean,
  { calendar, timeZone, at }: Provenance,
): string {
  return JSON.stringify({
    id: randomUUID(),
    source: 'calendar-connection',
    'detail-type': isCancelled ? 'Calendar Event Cancelled' : 'Calendar Event Updated',
    time: new Date(at).toISOString(),
    detail: { calendarId: calendar, ...(timeZone && { timeZone }), ...kept },
  });
}

/** Returns the update for an event that its calendar no longer has. */
export function removalOf({ id, uid }: KnownEvent, format: 'google' | 'graph' | 'icalendar'): Kept {
  switch (format) {
    case 'google':
      return { event: { kind: 'calendar#event', id, status: 'cancelled' } };
    case 'graph':
      return { event: { id } };
    case 'icalendar': {
      const lines = ['BEGIN:VEVENT', `UID:${uid ?? ''}`, 'STATUS:CANCELLED', 'END:VEVENT'];
      return { eventId: id, icalendar: writeIcs({ zones: [], events: [] }, { uid: uid ?? '', lines }) };
    }
  }
}

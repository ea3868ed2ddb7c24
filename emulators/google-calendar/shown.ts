import { type Calendar, type EventRecord, type Fields, uidOf } from './calendars.ts';
import type { Switches } from './choices.ts';

export function etagOf(record: EventRecord): string {
  return `"${record.updated}${String(record.change).padStart(4, '0')}"`;
}

/** Returns an event as the API shows it. */
export function shown(record: EventRecord, calendar: Calendar): Fields {
  const { id, fields, created, updated, sequence, organizer } = record;
  return {
    kind: 'calendar#event',
    etag: etagOf(record),
    id,
    status: 'confirmed',
    htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(`${id} ${calendar.id}`).toString('base64url')}`,
    created: new Date(created).toISOString(),
    updated: new Date(updated).toISOString(),
    creator: personOf(organizer, calendar),
    organizer: personOf(organizer, calendar),
    iCalUID: uidOf(record),
    sequence,
    reminders: { useDefault: true },
    eventType: 'default',
    ...fields,
  };
}

/** A deleted event shows only the guaranteed fields, unless the switch says otherwise. */
export function listed(record: EventRecord, calendar: Calendar, { deletedEvents }: Switches): Fields {
  const whole = shown(record, calendar);
  if (whole.status !== 'cancelled' || deletedEvents === 'full') return whole;
  const { kind, etag, id, status, recurringEventId, originalStartTime } = whole;
  return {
    kind,
    etag,
    id,
    status,
    ...(recurringEventId !== undefined && { recurringEventId, originalStartTime }),
  };
}

function personOf(email: string, calendar: Calendar): Fields {
  return { email, ...(email === calendar.id && { self: true }) };
}

import type { EventRecord, ExceptionRecord, Fields, Mailbox } from './mailboxes.ts';
import { instantOf, plannedStarts, timeOf } from './occurrences.ts';

export function etagOf(record: { readonly change: number }): string {
  return `W/"${changeKeyOf(record)}"`;
}

function changeKeyOf({ change }: { readonly change: number }): string {
  return Buffer.from(`change ${change}`).toString('base64url');
}

/** Returns a single event, or a series, as the API shows it. */
export function shown(record: EventRecord, mailbox: Mailbox): Fields {
  const { id, created, modified, organizer, uid } = record;
  const { properties: _, ...fields } = record.fields;
  return {
    '@odata.etag': etagOf(record),
    id,
    createdDateTime: new Date(created).toISOString(),
    lastModifiedDateTime: new Date(modified).toISOString(),
    changeKey: changeKeyOf(record),
    categories: [],
    iCalUId: uid,
    isAllDay: false,
    isCancelled: false,
    isOrganizer: organizer === mailbox.address,
    seriesMasterId: null,
    type: fields.recurrence ? 'seriesMaster' : 'singleInstance',
    organizer: { emailAddress: { name: organizer, address: organizer } },
    sensitivity: 'normal',
    originalStartTimeZone: 'UTC',
    originalEndTimeZone: 'UTC',
    recurrence: null,
    attendees: [],
    location: { displayName: '' },
    body: { contentType: 'html', content: '' },
    ...fields,
  };
}

export function occurrenceId({ id }: EventRecord, original: number): string {
  return `${id.slice(0, -5)}${(original / 60_000).toString(36)}OAA=`;
}

/** Returns one occurrence of a series as the API shows it. */
export function shownOccurrence(record: EventRecord, mailbox: Mailbox, original: number): Fields {
  const exception = record.exceptions.get(original);
  const length = instantOf(record.fields.end) - instantOf(record.fields.start);
  return {
    ...shown(record, mailbox),
    '@odata.etag': etagOf(exception ?? record),
    id: occurrenceId(record, original),
    type: exception ? 'exception' : 'occurrence',
    seriesMasterId: record.id,
    originalStart: new Date(original).toISOString(),
    recurrence: null,
    start: timeOf(original),
    end: timeOf(original + length),
    ...exception?.fields,
    ...(exception && { lastModifiedDateTime: new Date(exception.modified).toISOString() }),
  };
}

/** Returns the current start and end of an occurrence. */
export function timesOf(record: EventRecord, original: number): readonly [number, number] {
  const fields: ExceptionRecord['fields'] = record.exceptions.get(original)?.fields ?? {};
  const length = instantOf(record.fields.end) - instantOf(record.fields.start);
  const start = fields.start ? instantOf(fields.start) : original;
  return [start, fields.end ? instantOf(fields.end) : start + length];
}

/** Returns the planned starts of the occurrences that take place and overlap a window now. */
export function happening(record: EventRecord, from: number, until: number): readonly number[] {
  const planned = plannedStarts(record, until);
  const moved = [...record.exceptions.keys()].filter((original) => !planned.includes(original));
  return [...planned, ...moved].filter((original) => {
    const [start, end] = timesOf(record, original);
    return !record.cancelled.has(original) && start < until && end > from;
  });
}

/** `OID.<id of the series>.<date>`. */
export function cancelledOccurrences({ id, cancelled }: EventRecord): readonly string[] {
  return [...cancelled].map((original) => `OID.${id}.${new Date(original).toISOString().slice(0, 10)}`);
}

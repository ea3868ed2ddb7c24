import type { Random } from '../http/random.ts';
import type { Switches } from './choices.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface CalendarOptions {
  /** The address of its owner, or of a group's calendar. */
  readonly id: string;
  /** IANA name. Default `Europe/Berlin`. */
  readonly timeZone?: string;
  /** The addresses with which it is shared, besides its owner, and their permissions. */
  readonly sharedWith?: Readonly<Record<string, 'reader' | 'writer'>>;
}

export interface EventRecord {
  readonly id: string;
  /** The fields that people and programs set, `status`, `start` and so on. */
  fields: Fields;
  created: number;
  updated: number;
  sequence: number;
  /** The calendar's change counter at the event's last change. */
  change: number;
  /** The calendar that owns the event; other calendars have a guest's copy. */
  readonly organizer: string;
}

/** A calendar with which another emulator can be started, as JSON. */
export interface KeptCalendar {
  readonly id: string;
  readonly change: number;
  readonly events: readonly EventRecord[];
}

/** A mail that would have been sent. */
export interface Mail {
  readonly calendar: string;
  readonly eventId: string;
  readonly to: string;
}

export class Calendar {
  readonly id: string;
  readonly timeZone: string;
  readonly sharedWith: Map<string, 'reader' | 'writer'>;
  readonly events = new Map<string, EventRecord>();
  /** Counts changes. */
  change = 0;
  /** Sync tokens of an earlier count are invalid. */
  oldestToken = 0;

  constructor({ id, timeZone = 'Europe/Berlin', sharedWith = {} }: CalendarOptions) {
    this.id = id;
    this.timeZone = timeZone;
    this.sharedWith = new Map(Object.entries(sharedWith));
  }

  /** Continues a calendar of an earlier emulator. Its sync tokens are invalid. */
  restore({ change, events }: KeptCalendar): void {
    for (const event of events) this.events.set(event.id, { ...event });
    this.expireTokens(change);
  }

  expireTokens(change = this.change): void {
    this.change = change + 1;
    this.oldestToken = this.change;
  }

  roleOf(user: string): 'owner' | 'reader' | 'writer' | undefined {
    return user === this.id ? 'owner' : this.sharedWith.get(user);
  }
}

/** The organizer's fields of an event; all others are separate in each copy. */
const SHARED = [
  'summary',
  'description',
  'location',
  'start',
  'end',
  'recurrence',
  'attendees',
  'status',
  'conferenceData',
  'visibility',
  'attachments',
];

/** A change of these fields plans the event again. */
const PLANNED = ['start', 'end', 'recurrence'];

/** Fields that the API sets by itself. */
const OWN = [
  'kind',
  'etag',
  'id',
  'created',
  'updated',
  'creator',
  'organizer',
  'sequence',
  'htmlLink',
  'iCalUID',
];

interface CalendarsParts {
  readonly random: Random;
  readonly now: () => number;
  readonly switches: Switches;
  readonly kept: readonly KeptCalendar[];
  readonly onChange: () => void;
}

/** Calendars, their events, and the copies of events in the calendars of guests. */
export class Calendars {
  readonly mails: Mail[] = [];
  readonly #all: Map<string, Calendar>;
  readonly #random: Random;
  readonly #now: () => number;
  readonly #switches: Switches;
  readonly #onChange: () => void;

  constructor(options: readonly CalendarOptions[], parts: CalendarsParts) {
    this.#all = new Map(options.map((each) => [each.id, new Calendar(each)]));
    for (const each of parts.kept) this.named(each.id).restore(each);
    this.#onChange = parts.onChange;
    this.#random = parts.random;
    this.#now = parts.now;
    this.#switches = parts.switches;
  }

  find(id: string): Calendar | undefined {
    return this.#all.get(id);
  }

  kept(): readonly KeptCalendar[] {
    return [...this.#all.values()].map(({ id, change, events }) => ({
      id,
      change,
      events: [...events.values()],
    }));
  }

  /** @throws Error if there is no such calendar */
  named(id: string): Calendar {
    const calendar = this.#all.get(id);
    if (calendar) return calendar;
    throw new Error(`there is no calendar ${id}`);
  }

  /** Creates an event of the calendar, with copies for its guests. */
  insert(calendar: Calendar, fields: Fields, sendUpdates?: string): EventRecord {
    const id = typeof fields.id === 'string' ? fields.id : this.#newId();
    const record = this.#put(calendar, {
      id,
      fields: without(fields, OWN),
      created: this.#now(),
      updated: 0,
      sequence: 0,
      change: 0,
      organizer: calendar.id,
    });
    this.#spread(record);
    this.#mail(calendar, record, sendUpdates);
    return record;
  }

  /**
   * Changes fields: objects are merged, arrays are replaced, null removes a field.
   *
   * @param by the address of the writer's calendar
   */
  patch(calendar: Calendar, record: EventRecord, fields: Fields, sendUpdates?: string): EventRecord {
    const isCopy = record.organizer !== calendar.id;
    const changes = without(
      fields,
      isCopy && this.#switches.guestWrites === 'ignore' ? [...OWN, ...SHARED] : OWN,
    );
    if (Object.keys(changes).length === 0) return record;
    const before = JSON.stringify(PLANNED.map((name) => record.fields[name]));
    record.fields = merged(record.fields, changes);
    if (JSON.stringify(PLANNED.map((name) => record.fields[name])) !== before) record.sequence += 1;
    this.#put(calendar, record);
    if (!isCopy) this.#spread(record);
    this.#mail(calendar, record, sendUpdates);
    return record;
  }

  /** The organizer's deletion deletes the copies too; a guest's deletion affects only the guest's copy. */
  delete(calendar: Calendar, record: EventRecord, sendUpdates?: string): void {
    record.fields = { ...record.fields, status: 'cancelled' };
    this.#put(calendar, record);
    for (const exception of exceptionsOf(calendar, record.id)) {
      exception.fields = { ...exception.fields, status: 'cancelled' };
      this.#put(calendar, exception);
    }
    if (record.organizer === calendar.id) this.#spread(record);
    this.#mail(calendar, record, sendUpdates);
  }

  /** Returns an exception of a series, by its planned start: a new one has all fields of its series. */
  exception(calendar: Calendar, series: EventRecord, originalStart: Fields): EventRecord {
    const id = `${series.id}_${stampOf(originalStart)}`;
    const known = calendar.events.get(id);
    if (known) return known;
    const { recurrence: _, start, end, ...fields } = series.fields;
    // an event has a start and an end
    const length = instantOf(end as Fields) - instantOf(start as Fields);
    return this.#put(calendar, {
      id,
      fields: {
        ...fields,
        recurringEventId: series.id,
        originalStartTime: originalStart,
        start: originalStart,
        end: later(originalStart, length),
        iCalUID: uidOf(series),
      },
      created: this.#now(),
      updated: 0,
      sequence: series.sequence,
      change: 0,
      organizer: series.organizer,
    });
  }

  #put(calendar: Calendar, record: EventRecord): EventRecord {
    calendar.change += 1;
    record.change = calendar.change;
    record.updated = this.#now();
    calendar.events.set(record.id, record);
    this.#onChange();
    return record;
  }

  /** Creates copies for the guests whose calendars are in this emulator. */
  #spread(record: EventRecord): void {
    for (const guest of guestsOf(record)) {
      const calendar = this.#all.get(guest);
      if (!calendar || guest === record.organizer) continue;
      const known = calendar.events.get(record.id);
      const shared = Object.fromEntries(SHARED.map((name) => [name, record.fields[name]]));
      const fields = { ...known?.fields, ...shared, ...idsOf(record) };
      this.#put(calendar, { ...record, fields, created: known?.created ?? record.created });
    }
  }

  #mail(calendar: Calendar, record: EventRecord, sendUpdates: string | undefined): void {
    const asked = sendUpdates ?? (this.#switches.mailsByDefault ? 'all' : 'none');
    if (asked === 'none') return;
    for (const to of guestsOf(record)) {
      if (to !== calendar.id) this.mails.push({ calendar: calendar.id, eventId: record.id, to });
    }
  }

  #newId(): string {
    return Array.from(
      { length: 26 },
      () => '0123456789abcdefghijklmnopqrstuv'[Math.floor(this.#random() * 32)],
    ).join('');
  }
}

/** Returns the exceptions of a series that are stored as events of their own. */
export function exceptionsOf({ events }: Calendar, seriesId: string): readonly EventRecord[] {
  return [...events.values()].filter(({ fields }) => fields.recurringEventId === seriesId);
}

export function uidOf({ id, fields }: EventRecord): string {
  return typeof fields.iCalUID === 'string' ? fields.iCalUID : `${id}@google.com`;
}

function idsOf({ fields }: EventRecord): Fields {
  const { recurringEventId, originalStartTime, iCalUID } = fields;
  return { ...(recurringEventId !== undefined && { recurringEventId, originalStartTime, iCalUID }) };
}

function guestsOf({ fields }: EventRecord): readonly string[] {
  // entries of lists are objects here
  const attendees = Array.isArray(fields.attendees) ? (fields.attendees as readonly Fields[]) : [];
  return attendees.flatMap(({ email }) => (typeof email === 'string' ? [email] : []));
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function merged(before: Fields, changes: Fields): Fields {
  const result: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') delete result[name];
    else if (isPlain(value) && isPlain(result[name])) result[name] = merged(result[name], value);
    else result[name] = value;
  }
  return result;
}

function isPlain(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function instantOf({ dateTime, date }: Fields): number {
  return Date.parse(String(dateTime ?? date));
}

/** Returns a time as the ids of occurrences contain it: in UTC, or a date. */
function stampOf(time: Fields): string {
  if (typeof time.date === 'string') return time.date.replaceAll('-', '');
  return new Date(instantOf(time)).toISOString().replace(/[-:]|\.\d+/g, '');
}

function later(time: Fields, by: number): Fields {
  const moved = new Date(instantOf(time) + by).toISOString();
  return typeof time.date === 'string'
    ? { date: moved.slice(0, 10) }
    : { ...time, dateTime: moved.replace('.000', '') };
}

import ICAL from 'ical.js';
import * as z from 'zod/mini';
import { RequestRefusedError, toError } from '../../../rooms/model/errors.ts';
import { DAY, type Instant } from '../../../rooms/model/time.ts';
import { checked } from '../../refusal.ts';
import { padded } from '../../room-request/sequence.ts';
import type { CalendarContext } from '../event/context.ts';
import { changeTime, stamp } from '../event/version.ts';
import { unfolded } from '../ics/lines.ts';
import { lengthUntil, readIcsTimes } from '../ics/times.ts';
import type {
  EventTimes,
  ParsedCalendarEvent,
  ParsedEvent,
  ParsedOccurrence,
} from '../recurrence/calendar-event.ts';
import { type DateTime, instantOf, mustHaveZone, mustReadDateTime } from '../time/date-time.ts';
import { UTC, type Zone, zoneNamed } from '../time/zone.ts';

const timeSchema = z.looseObject({
  date: z.nullish(z.string()),
  dateTime: z.nullish(z.string()),
  timeZone: z.nullish(z.string()),
});

/** The fields of a Google Calendar API event that a room depends on. */
const eventSchema = z.looseObject({
  id: z
    .string()
    .check(z.minLength(1, 'must not be empty'), z.maxLength(1024, 'must have at most 1024 characters')),
  status: z.nullish(z.string()),
  summary: z.nullish(z.string()),
  visibility: z.nullish(z.string()),
  updated: z.nullish(z.string()),
  sequence: z.nullish(z.number()),
  start: z.nullish(timeSchema),
  end: z.nullish(timeSchema),
  recurrence: z.nullish(z.array(z.string()).check(z.maxLength(1000, 'must have at most 1000 lines'))),
  recurringEventId: z.nullish(z.string()),
  originalStartTime: z.nullish(timeSchema),
  iCalUID: z.nullish(z.string()),
});

type GoogleEvent = z.output<typeof eventSchema>;
type GoogleTime = z.output<typeof timeSchema>;

export const GOOGLE_FIELDS: readonly string[] = ['kind', ...Object.keys(eventSchema.shape)];

/**
 * Reads an event of the Google Calendar API: a single event, a series, or one of its occurrences.
 *
 * @throws RequestRefusedError
 */
export function readGoogle(body: unknown, context: CalendarContext): ParsedCalendarEvent {
  const event = checked(eventSchema, body, 'event');
  const seriesId = event.recurringEventId ?? event.id;
  const { calendarId } = context;
  return {
    identity: ['google', calendarId ?? '', seriesId],
    origin: {
      format: 'google',
      ...(calendarId !== undefined && { calendarId }),
      eventId: seriesId,
      ...(event.iCalUID && { uid: event.iCalUID }),
    },
    ...(event.recurringEventId ? {} : { event: tellEvent(event, context) }),
    occurrences: event.recurringEventId ? [tellOccurrence(event, context)] : [],
  };
}

/** `updated` first: a cancelled event may come without its `sequence`. */
function tell(event: GoogleEvent, context: CalendarContext) {
  const { sequence, visibility, summary, status, updated } = event;
  const cancelled = context.isCancelled || status === 'cancelled';
  return {
    at: stamp([changeTime(updated, context), sequence ?? 0], cancelled),
    // Google keeps a cancelled occurrence cancelled when its series is edited. Planning the series again
    // raises the sequence and ends that. Without a sequence the cancellation stays valid.
    epoch: typeof sequence === 'number' ? padded(sequence) : HOLDS,
    ...(summary && { title: summary }),
    isPrivate: visibility === 'private' || visibility === 'confidential',
    cancelled,
  };
}

/** Greater than every epoch. */
const HOLDS = '~';

function tellEvent(event: GoogleEvent, context: CalendarContext): ParsedEvent {
  const told = tell(event, context);
  const times = readTimes(event, context, told.cancelled);
  return { ...told, complete: false, ...(times && { times }) };
}

function readTimes(event: GoogleEvent, context: CalendarContext, cancelled: boolean): EventTimes | undefined {
  const { start, end, recurrence } = event;
  if (!start && cancelled) return undefined;
  const first = readTime(start, 'event.start');
  const zone = zoneOf(start, first, context);
  const last = end ? readTime(end, 'event.end') : first;
  const isOneClock = !end?.timeZone || end.timeZone === start?.timeZone;
  const endZone = isOneClock && start?.timeZone ? zone : zoneOf(end ?? start, last, context);
  const wall = first.offset === undefined ? first.wall : zone.toWall(first.wall - first.offset);
  const times: EventTimes = {
    zone,
    start: wall,
    length: lengthUntil({ ...last, zone: endZone }, { first, start: wall, zone }, NAMES),
    rules: [],
    exceptRules: [],
    extra: [],
    excluded: new Set(),
    excludedDays: new Set(),
    shifts: [],
  };
  const lines = unfolded((recurrence ?? []).join('\n'));
  return lines.length > 0 ? { ...times, ...readRecurrence(lines, first, times, context) } : times;
}

const NAMES = ['event.start', 'event.end'] as const;

function tellOccurrence(event: GoogleEvent, context: CalendarContext): ParsedOccurrence {
  const told = tell(event, context);
  const times = readTimes(event, context, told.cancelled);
  const { originalStartTime, id } = event;
  const original = originalStartTime
    ? instantOfTime(originalStartTime, 'event.originalStartTime', context)
    : idsInstant(id, context);
  return {
    ...told,
    id: original,
    following: false,
    ...(times &&
      !told.cancelled && {
        end: times.zone.toInstant(times.start + times.length.days * DAY) + times.length.time,
      }),
  };
}

/** An occurrence's id ends with its planned start in UTC, or its date. */
function idsInstant(id: string, context: CalendarContext): Instant {
  const [, year, month, day, hour, minute, second] =
    /_(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/.exec(id) ?? [];
  if (year === undefined) throw new RequestRefusedError('event.originalStartTime: is missing');
  const date = `${year}-${month}-${day}`;
  const time = hour === undefined ? { date } : { dateTime: `${date}T${hour}:${minute}:${second}Z` };
  return instantOfTime(time, 'event.id', context);
}

function readTime(time: GoogleTime | null | undefined, field: string): DateTime {
  const text = time?.dateTime ?? time?.date;
  if (!text) throw new RequestRefusedError(`${field}: is missing`);
  return mustReadDateTime(text, field);
}

function instantOfTime(time: GoogleTime, field: string, context: CalendarContext): Instant {
  const dateTime = readTime(time, field);
  return instantOf(dateTime, zoneOf(time, dateTime, context), field);
}

/** Returns the zone that a time names; a date has the calendar's zone. */
function zoneOf(time: GoogleTime | null | undefined, dateTime: DateTime, context: CalendarContext): Zone {
  const { zone, defaultZone, steps } = context;
  const named = time?.timeZone ? zoneNamed(time.timeZone, steps) : undefined;
  const found = dateTime.isDate ? (zone ?? named ?? defaultZone) : (named ?? zone ?? defaultZone);
  return dateTime.offset === undefined ? mustHaveZone(found, dateTime, 'event.start') : (found ?? UTC);
}

/** Google's `recurrence` has lines of iCalendar, without the event around them. */
function readRecurrence(
  lines: readonly string[],
  first: DateTime,
  { zone, start }: EventTimes,
  { zone: calendarZone, steps, leniency }: CalendarContext,
): Pick<EventTimes, 'rules' | 'exceptRules' | 'extra' | 'excluded' | 'excludedDays'> {
  const text = new Date(start).toISOString().replace(/[-:]|\.\d+/g, '');
  const begin = first.isDate ? `DTSTART;VALUE=DATE:${text.slice(0, 8)}` : `DTSTART:${text.slice(0, 15)}`;
  const event = ['BEGIN:VEVENT', begin, ...lines, 'END:VEVENT'];
  const times = readIcsTimes(parsed(event.join('\r\n')), {
    zoneNamed: (name) => {
      const named = zoneNamed(name, steps) ?? calendarZone;
      if (named) return named;
      throw new RequestRefusedError('event.recurrence: TZID must be the name of an IANA time zone');
    },
    // values without a zone use the event's zone
    calendarZone: zone,
    leniency,
  });
  if (!times) throw new RequestRefusedError('event.recurrence: cannot be read');
  const { rules, exceptRules, extra, excluded, excludedDays } = times;
  return { rules, exceptRules, extra, excluded, excludedDays };
}

function parsed(text: string): ICAL.Component {
  try {
    return ICAL.Component.fromString(text);
  } catch (cause) {
    throw new RequestRefusedError(`event.recurrence: ${toError(cause).message.slice(0, 200)}`, { cause });
  }
}

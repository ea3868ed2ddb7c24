import * as z from 'zod/mini';
import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { DAY } from '../../../rooms/model/time.ts';
import { checked, shown } from '../../refusal.ts';
import type { CalendarContext } from '../event/context.ts';
import { changeTime, instantOr, stamp } from '../event/version.ts';
import { lengthUntil } from '../ics/times.ts';
import type {
  EventTimes,
  Length,
  ParsedCalendarEvent,
  ParsedEvent,
  ParsedOccurrence,
} from '../recurrence/calendar-event.ts';
import { endOf } from '../recurrence/occurrences.ts';
import { type DateTime, instantOf, mustReadDateTime } from '../time/date-time.ts';
import { dayOf } from '../time/local-time.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import { type Zone, zoneNamed } from '../time/zone.ts';
import { readPattern, recurrenceSchema } from './graph-recurrence.ts';

const timeSchema = z.looseObject({ dateTime: z.string(), timeZone: z.nullish(z.string()) });

const shape = {
  id: z
    .string()
    .check(z.minLength(1, 'must not be empty'), z.maxLength(1024, 'must have at most 1024 characters')),
  iCalUId: z.nullish(z.string()),
  subject: z.nullish(z.string()),
  sensitivity: z.nullish(z.string()),
  isCancelled: z.nullish(z.boolean()),
  isAllDay: z.nullish(z.boolean()),
  lastModifiedDateTime: z.nullish(z.string()),
  start: z.nullish(timeSchema),
  end: z.nullish(timeSchema),
  type: z.nullish(z.string()),
  seriesMasterId: z.nullish(z.string()),
  originalStart: z.nullish(z.string()),
  originalStartTimeZone: z.nullish(z.string()),
  recurrence: z.nullish(recurrenceSchema),
  cancelledOccurrences: z.nullish(z.array(z.string())),
  '@removed': z.optional(z.unknown()),
};

const occurrenceSchema = z.looseObject(shape);

/** The fields of a Microsoft Graph event that a room depends on. */
const eventSchema = z.looseObject({ ...shape, exceptionOccurrences: z.nullish(z.array(z.unknown())) });

type GraphEvent = z.output<typeof occurrenceSchema>;

export const GRAPH_FIELDS: readonly string[] = ['@odata.type', ...Object.keys(eventSchema.shape)];

/**
 * Reads an event of Microsoft Graph: a single event, a series (with its exceptions, if they were requested),
 * or one occurrence.
 *
 * @throws RequestRefusedError
 */
export function readGraph(body: unknown, context: CalendarContext): ParsedCalendarEvent {
  const event = checked(eventSchema, body, 'event');
  const { calendarId } = context;
  const seriesId = event.seriesMasterId ?? event.id;
  const isOccurrence = Boolean(event.seriesMasterId);
  const told = isOccurrence ? undefined : tellEvent(event, context);
  const exceptions = event.exceptionOccurrences ?? [];
  return {
    identity: ['graph', calendarId ?? '', seriesId],
    origin: {
      format: 'graph',
      ...(calendarId !== undefined && { calendarId }),
      eventId: seriesId,
      ...(event.iCalUId && { uid: event.iCalUId }),
    },
    ...(told && { event: told }),
    occurrences: isOccurrence
      ? [tellOccurrence(event, context)]
      : exceptions.flatMap((exception) =>
          tellException(exception, told?.times, context).map((each) => asNewAs(told, each)),
        ),
  };
}

/**
 * Reads an exception together with its series. An invalid field gets the series' value, and the exception
 * then ends no earlier than its planned occurrence. An unreadable exception is left out.
 */
function tellException(
  exception: unknown,
  series: EventTimes | undefined,
  context: CalendarContext,
): ParsedOccurrence[] {
  const { leniency } = context;
  const known = leniency.repairs;
  return leniency.orWithout(() => {
    const zone = context.zone ?? series?.zone;
    const beside = { ...context, isCancelled: false, ...(zone && { zone }) };
    const event = checked(occurrenceSchema, exception, 'event.exceptionOccurrences');
    const told = tellOccurrence(event, beside, series?.length);
    if (!series || told.end === undefined || leniency.repairs === known) return [told];
    const planned = endOf(series.zone, series.zone.toWall(told.id), series.length);
    return [{ ...told, end: Math.max(told.end, planned) }];
  }, []);
}

/** An exception that comes with the series is as new as the series, even if its own time is older. */
function asNewAs(event: ParsedEvent | undefined, occurrence: ParsedOccurrence): ParsedOccurrence {
  return event && event.at > occurrence.at ? { ...occurrence, at: event.at, epoch: event.at } : occurrence;
}

function tell(event: GraphEvent, context: CalendarContext) {
  const { lastModifiedDateTime, isCancelled, subject } = event;
  const cancelled = context.isCancelled || isCancelled === true || event['@removed'] !== undefined;
  const at = stamp([changeTime(lastModifiedDateTime, context)], cancelled);
  return {
    at,
    epoch: at,
    ...(subject && { title: subject }),
    isPrivate: isHidden(event),
    cancelled,
  };
}

export function isHidden(event: unknown): boolean {
  // reading an unknown field of any value is safe
  const { sensitivity } = (event ?? {}) as { readonly sensitivity?: unknown };
  return sensitivity === 'private' || sensitivity === 'confidential';
}

function tellEvent(event: z.output<typeof eventSchema>, context: CalendarContext): ParsedEvent {
  const told = tell(event, context);
  const times = readTimes(event, context, told.cancelled);
  const complete = Boolean(event.cancelledOccurrences && event.exceptionOccurrences);
  return { ...told, complete, ...(times && { times }) };
}

/** @param inherited the length of the series, for an occurrence with a missing or invalid one */
function tellOccurrence(event: GraphEvent, context: CalendarContext, inherited?: Length): ParsedOccurrence {
  const told = tell(event, context);
  const times = readTimes(event, context, told.cancelled, inherited);
  const original = event.originalStart
    ? instantOr(event.originalStart, Number.NaN)
    : times?.zone.toInstant(times.start);
  if (original === undefined || Number.isNaN(original)) {
    throw new RequestRefusedError('event.originalStart: an occurrence must say when it was planned to start');
  }
  return {
    ...told,
    id: original,
    following: false,
    ...(times && !told.cancelled && { end: endOf(times.zone, times.start, times.length) }),
  };
}

function readTimes(
  event: GraphEvent,
  context: CalendarContext,
  cancelled: boolean,
  inherited?: Length,
): EventTimes | undefined {
  const { start, end, isAllDay, recurrence } = event;
  if (!start && cancelled) return undefined;
  if (!start) throw new RequestRefusedError('event.start: is missing');
  const first = mustReadDateTime(start.dateTime, 'event.start');
  const last = end ? mustReadDateTime(end.dateTime, 'event.end') : first;
  const zone = seriesZone(event, context);
  const clock = clockOf(start.timeZone, context, 'event.start');
  const isOneClock = !end?.timeZone || end.timeZone === start.timeZone;
  const endClock = isOneClock ? clock : clockOf(end.timeZone, context, 'event.end');
  const wall = isAllDay ? first.wall : zone.toWall(instantOf(first, clock, 'event.start'));
  const begin = { first: zoned(first, clock), start: wall, zone };
  const untilEnd = () => lengthUntil(zoned(last, endClock), begin, ['event.start', 'event.end']);
  const length = inherited ? context.leniency.orWithout(untilEnd, inherited) : untilEnd();
  return {
    zone,
    start: wall,
    length: isAllDay
      ? { days: Math.max(1, Math.round((last.wall - first.wall) / DAY)), time: 0 }
      : inherited && length.time === 0
        ? inherited
        : length,
    rules: recurrence ? [readPattern(recurrence)] : [],
    exceptRules: [],
    extra: [],
    excluded: new Set(),
    excludedDays: new Set(cancelledDays(event, context)),
    shifts: [],
  };
}

/** Returns the clock of a time: that of its zone, or of the calendar. */
function clockOf(name: string | null | undefined, context: CalendarContext, field: string): Zone | undefined {
  const { zone, defaultZone, steps } = context;
  const named = name ? (zoneNamed(name, steps) ?? zoneBeside(name, field, context)) : undefined;
  return named ?? zone ?? defaultZone;
}

function zoned(time: DateTime, zone: Zone | undefined) {
  return { ...time, ...(zone && { zone }) };
}

/** Outlook writes `tzone://Microsoft/Custom` for a zone without a name: then the calendar's zone is used. */
function zoneBeside(name: string, field: string, { zone, steps, leniency }: CalendarContext): Zone {
  if (!zone) return mustKnow(name, field, steps);
  leniency.warn(`${field}: the time zone ${shown(name)} is unknown, and was taken for that of the calendar`);
  return zone;
}

/** Returns the zone of the series. Its times are often in another zone, the one that the reader asked for. */
function seriesZone(event: GraphEvent, context: CalendarContext): Zone {
  const { recurrence, originalStartTimeZone, start, isAllDay } = event;
  const names = [recurrence?.range.recurrenceTimeZone, originalStartTimeZone, start?.timeZone];
  const named = names
    .filter((name) => name)
    .map((name) => zoneNamed(name ?? '', context.steps))
    .find((zone) => zone);
  const zone = isAllDay ? (context.zone ?? named) : (named ?? context.zone);
  return (
    zone ??
    context.defaultZone ??
    mustKnow(names.find((name) => name) ?? '', 'event.start.timeZone', context.steps)
  );
}

function mustKnow(name: string, field: string, steps: WorkBudget): Zone {
  const zone = zoneNamed(name, steps);
  if (zone) return zone;
  throw new RequestRefusedError(
    `${field}: its time zone must be the name of a Windows or an IANA time zone, got ${shown(name)}`,
  );
}

/** Graph names cancelled occurrences as `OID.<id of the series>.<date>`. */
function cancelledDays({ cancelledOccurrences }: GraphEvent, { leniency }: CalendarContext): number[] {
  return (cancelledOccurrences ?? []).flatMap((id) => {
    const date = /\.(\d{4}-\d\d-\d\d)$/.exec(id)?.[1] ?? '';
    const day = () => [dayOf(mustReadDateTime(date, 'event.cancelledOccurrences').wall)];
    return leniency.orWithout(day, []);
  });
}

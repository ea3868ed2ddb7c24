import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { DAY, type Instant } from '../../../rooms/model/time.ts';
import type { CalendarContext } from '../event/context.ts';
import { type IcsComponent, readComponents } from '../ics/components.ts';
import type { IcsCalendar, IcsEvent } from '../ics/text.ts';
import type {
  EventTimes,
  Length,
  ParsedCalendarEvent,
  ParsedEvent,
  ParsedOccurrence,
} from '../recurrence/calendar-event.ts';
import { endOf, planOccurrences } from '../recurrence/occurrences.ts';

/** Messages that attendees send about an event; they do not change the event. */
const ANSWERS = new Set(['REPLY', 'COUNTER', 'DECLINECOUNTER', 'REFRESH']);

/** Returns why a calendar has no consequence; undefined if it has one. */
export function reasonToSkip({ method = '' }: IcsCalendar): string | undefined {
  return ANSWERS.has(method)
    ? `a ${method} is an attendee's answer and does not change the event`
    : undefined;
}

/**
 * Reads one event of an iCalendar text (RFC 5545, and the methods of RFC 5546).
 *
 * @throws RequestRefusedError
 */
export function readIcalendar(
  calendar: IcsCalendar,
  event: IcsEvent,
  context: CalendarContext,
): ParsedCalendarEvent {
  if (event.uid === '') throw new RequestRefusedError('UID: is missing');
  const components = readComponents(calendar, event, context);
  const masters = components.filter(({ isWhole }) => isWhole);
  const master = newest(masters, (one) => lastEnd(one, context));
  if (calendar.method === 'ADD') {
    return {
      ...identityOf(event, context),
      occurrences: masters.flatMap((added) => additions(added, context)),
    };
  }
  const exceptions = onePerOccurrence(components.filter(({ isWhole }) => !isWhole));
  const told = master && tellEvent(master, exceptions, calendar);
  return {
    ...identityOf(event, context),
    ...(told && { event: told }),
    occurrences: exceptions
      .filter(({ following }) => !(following && told))
      .map((exception) => tellOccurrence(exception, told)),
  };
}

function identityOf(
  { uid }: IcsEvent,
  { calendarId, eventId }: CalendarContext,
): Pick<ParsedCalendarEvent, 'identity' | 'origin'> {
  return {
    identity: ['ical', calendarId ?? '', uid],
    origin: {
      format: 'icalendar',
      ...(calendarId !== undefined && { calendarId }),
      ...(eventId !== undefined && { eventId }),
      uid,
    },
  };
}

/**
 * Returns the component with the highest SEQUENCE (RFC 5546, 2.1.4) of those about the same occurrence; among
 * equals, the one that ends last. It gets the time of the newest of them.
 */
function newest(
  all: readonly IcsComponent[],
  endOfOne: (component: IcsComponent) => Instant,
): IcsComponent | undefined {
  const [first, ...others] = all;
  if (!first || others.length === 0) return first;
  const highest = Math.max(...all.map(({ sequence }) => sequence));
  const equals = all
    .filter(({ sequence }) => sequence === highest)
    .map((one) => ({ one, end: endOfOne(one) }));
  const last = equals.reduce((best, each) => (each.end > best.end ? each : best));
  const at =
    all
      .map((each) => each.at)
      .sort()
      .at(-1) ?? first.at;
  return { ...last.one, at };
}

function lastEnd({ cancelled, times }: IcsComponent, { steps }: CalendarContext): Instant {
  if (cancelled || !times) return Number.NEGATIVE_INFINITY;
  const { endless, last } = planOccurrences(times, steps);
  return endless ? Number.POSITIVE_INFINITY : (last.at(-1)?.end ?? Number.NEGATIVE_INFINITY);
}

function onePerOccurrence(exceptions: readonly IcsComponent[]): readonly IcsComponent[] {
  const groups = Map.groupBy(exceptions, ({ id, following }) => `${id}${following}`);
  return [...groups.values()].flatMap((group) => newest(group, exceptionEnd) ?? []);
}

function exceptionEnd({ cancelled, times, atLeast = 0 }: IcsComponent): Instant {
  if (cancelled || !times) return Number.NEGATIVE_INFINITY;
  return Math.max(atLeast, endOf(times.zone, times.start, times.length));
}

/**
 * Reads the event as a whole. A calendar file has an event with all its exceptions; a message may have the
 * event alone.
 */
function tellEvent(
  { at, title, isPrivate, cancelled, times }: IcsComponent,
  exceptions: readonly IcsComponent[],
  { method = 'PUBLISH' }: IcsCalendar,
): ParsedEvent {
  if (!cancelled && !times) throw new RequestRefusedError('DTSTART: is missing');
  return {
    at,
    epoch: at,
    title,
    isPrivate,
    cancelled,
    complete: method === 'PUBLISH',
    ...(times && { times: withExceptions(withRanges(times, exceptions), exceptions) }),
  };
}

/**
 * Returns the times without the occurrences that have exceptions. So the plan, which has only the last
 * occurrences, contains the last ones that take place.
 */
function withExceptions(times: EventTimes, exceptions: readonly IcsComponent[]): EventTimes {
  const own = exceptions.filter(({ following, id }) => !following && id !== undefined);
  const walls = own.map(({ id = 0 }) => times.zone.toWall(id));
  return walls.length === 0 ? times : { ...times, excluded: new Set([...times.excluded, ...walls]) };
}

/**
 * Applies moves and cancellations of all later occurrences. They are calculated by the clock of the series,
 * which is known here.
 */
function withRanges(times: EventTimes, exceptions: readonly IcsComponent[]): EventTimes {
  const ranges = exceptions.filter(({ following, id }) => following && id !== undefined);
  const wallOf = (id: Instant | undefined) => times.zone.toWall(id ?? 0);
  const cuts = ranges.filter(({ cancelled }) => cancelled).map(({ id }) => wallOf(id));
  const shifts = ranges.flatMap(({ id, cancelled, times: moved, atLeast }) => {
    if (cancelled || !moved) return [];
    const from = wallOf(id);
    const by = times.zone.toWall(moved.zone.toInstant(moved.start)) - from;
    if (atLeast === undefined) return [{ from, by, length: moved.length }];
    // a repaired exception never moves an end to an earlier time
    return [{ from, by: Math.max(0, by), length: longer(moved.length, times.length) }];
  });
  return { ...times, shifts, ...(cuts.length > 0 && { cut: Math.min(...cuts) }) };
}

function longer(one: Length, other: Length): Length {
  const inDays = ({ days, time }: Length) => days + time / DAY;
  return inDays(one) < inDays(other) ? other : one;
}

function tellOccurrence(exception: IcsComponent, event: ParsedEvent | undefined): ParsedOccurrence {
  const { id = 0, following, title, isPrivate, cancelled, times } = exception;
  if (!cancelled && !times)
    throw new RequestRefusedError('DTSTART: is missing from an occurrence that was moved');
  // an exception that comes with the event is as new as the event, even if its own time is older
  const at = event && event.at > exception.at ? event.at : exception.at;
  return {
    id,
    at,
    epoch: at,
    title,
    isPrivate,
    cancelled,
    following,
    ...(times && !cancelled && { end: exceptionEnd(exception) }),
  };
}

/** METHOD:ADD adds occurrences, each as an update of its own. */
function additions(
  { at, title, isPrivate, cancelled, times }: IcsComponent,
  { steps }: CalendarContext,
): ParsedOccurrence[] {
  if (!times) throw new RequestRefusedError('DTSTART: is missing');
  const plan = planOccurrences(times, steps);
  if (plan.endless) {
    throw new RequestRefusedError('RRULE: occurrences that are added (METHOD:ADD) must come to an end');
  }
  return plan.last.map(({ id, end }) => ({
    id,
    end,
    at,
    epoch: at,
    title,
    isPrivate,
    cancelled,
    following: false,
  }));
}

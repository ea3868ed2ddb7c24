import ICAL from 'ical.js';
import { RequestRefusedError } from '../../rooms/errors.ts';
import type { Instant } from '../../rooms/room.ts';
import type { CalendarContext } from './context.ts';
import { textOf } from './ics-property.ts';
import { type IcsCalendar, type IcsEvent, propertyOf, writeIcs } from './ics-text.ts';
import { type Clocks, readIcsTimes, readInstant } from './ics-times.ts';
import { zonesOf } from './ics-zones.ts';
import { endOf, planOf } from './plan.ts';
import { instantOr, stamp } from './stamp.ts';
import type { EventTimes, Telling, ToldEvent, ToldOccurrence } from './telling.ts';
import { zoneNamed } from './zone.ts';

/** What attendees send about an event; it does not change the event. */
const ANSWERS = new Set(['REPLY', 'COUNTER', 'DECLINECOUNTER', 'REFRESH']);

/** Why nothing follows from a calendar, if so. */
export function reasonToSkip({ method = '' }: IcsCalendar): string | undefined {
  return ANSWERS.has(method)
    ? `a ${method} is an attendee's answer and does not change the event`
    : undefined;
}

/**
 * What an iCalendar text tells of one event (RFC 5545, and the methods of RFC 5546).
 *
 * @throws RequestRefusedError
 */
export function readIcalendar(calendar: IcsCalendar, event: IcsEvent, context: CalendarContext): Telling {
  if (event.uid === '') throw new RequestRefusedError('UID: is missing');
  const components = new Components(calendar, event, context);
  const masters = components.all.filter(({ isWhole }) => isWhole);
  const master = newest(masters);
  if (calendar.method === 'ADD') {
    return {
      ...identityOf(event, context),
      occurrences: masters.flatMap((added) => additions(added, context)),
    };
  }
  const exceptions = components.all.filter(({ isWhole }) => !isWhole);
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
  { calendarId }: CalendarContext,
): Pick<Telling, 'identity' | 'origin'> {
  return {
    identity: ['ical', calendarId ?? '', uid],
    origin: { format: 'icalendar', ...(calendarId !== undefined && { calendarId }), uid },
  };
}

/** A VEVENT, as far as it is the same for all kinds of news. */
interface IcsComponent {
  readonly isWhole: boolean;
  readonly following: boolean;
  readonly at: string;
  readonly cancelled: boolean;
  readonly isPrivate: boolean;
  readonly title: string;
  /** When the occurrence that it speaks of was planned to start. */
  readonly id?: Instant;
  readonly times?: EventTimes;
}

/** The VEVENTs of one event, read. */
class Components {
  readonly all: readonly IcsComponent[];

  constructor(calendar: IcsCalendar, event: IcsEvent, context: CalendarContext) {
    const component = parse(calendar, event);
    const calendarZone = context.zone ?? zoneNamed(calendar.timeZone ?? '') ?? context.defaultZone;
    const clocks: Clocks = {
      zoneNamed: zonesOf(component, context.steps),
      ...(calendarZone && { calendarZone }),
    };
    const titles = titlesOf(event);
    this.all = component
      .getAllSubcomponents('vevent')
      .map((vevent, index) =>
        readComponent(vevent, { calendar, context, clocks, title: titles[index] ?? '' }),
      );
  }
}

/** Titles are read by us: nothing that a person wrote is in what `ical.js` sees, so nor is it in what it complains of. */
function titlesOf({ lines }: IcsEvent): string[] {
  const titles: string[] = [];
  let component: string[] = [];
  for (const line of lines) {
    component.push(line);
    if (!/^END:VEVENT\s*$/i.test(line)) continue;
    titles.push(unescaped(propertyOf(component, 'SUMMARY')));
    component = [];
  }
  return titles;
}

function unescaped(text: string): string {
  return text.replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? ' ' : character));
}

function parse(calendar: IcsCalendar, event: IcsEvent): ICAL.Component {
  const lines = event.lines.filter((line) => !/^SUMMARY[;:]/i.test(line));
  try {
    return new ICAL.Component(ICAL.parse(writeIcs(calendar, { uid: event.uid, lines })));
  } catch (cause) {
    throw new RequestRefusedError(`icalendar: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
}

interface Reading {
  readonly calendar: IcsCalendar;
  readonly context: CalendarContext;
  readonly clocks: Clocks;
  readonly title: string;
}

function readComponent(vevent: ICAL.Component, { calendar, context, clocks, title }: Reading): IcsComponent {
  const text = (name: string) => textOf(vevent, name).toUpperCase();
  const cancelled = context.isCancelled || calendar.method === 'CANCEL' || text('status') === 'CANCELLED';
  const id = readInstant(vevent, 'recurrence-id', clocks);
  const times = readIcsTimes(vevent, clocks);
  return {
    isWhole: id === undefined,
    following:
      String(vevent.getFirstProperty('recurrence-id')?.getParameter('range')).toUpperCase() ===
      'THISANDFUTURE',
    at: stamp([Number(text('sequence')) || 0, changedAt(vevent, calendar, context)], cancelled),
    cancelled,
    isPrivate: text('class') === 'PRIVATE' || text('class') === 'CONFIDENTIAL',
    title,
    ...(id !== undefined && { id }),
    ...(times && { times }),
  };
}

/**
 * When the news is from. A message's DTSTAMP is the time of the message; in a calendar file it may be the time at
 * which the file was fetched, and LAST-MODIFIED is the better witness.
 */
function changedAt(
  vevent: ICAL.Component,
  { method = 'PUBLISH' }: IcsCalendar,
  context: CalendarContext,
): Instant {
  const [first, second] = method === 'PUBLISH' ? ['last-modified', 'dtstamp'] : ['dtstamp', 'last-modified'];
  const instant = (name: string) => instantOr(textOf(vevent, name).replace(/Z?$/, 'Z'), Number.NaN);
  return (
    [instant(first as string), instant(second as string), context.toldAt].find((at) => !Number.isNaN(at)) ?? 0
  );
}

function newest<T extends { readonly at: string }>(all: readonly T[]): T | undefined {
  return all.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
}

/** A calendar's file has an event with all its exceptions, a message may have the event alone. */
function tellEvent(
  { at, title, isPrivate, cancelled, times }: IcsComponent,
  exceptions: readonly IcsComponent[],
  { method = 'PUBLISH' }: IcsCalendar,
): ToldEvent {
  if (!cancelled && !times) throw new RequestRefusedError('DTSTART: is missing');
  return {
    at,
    epoch: at,
    title,
    isPrivate,
    cancelled,
    complete: method === 'PUBLISH',
    ...(times && { times: withRanges(times, exceptions) }),
  };
}

/** Moves and cancellations of all that follow are worked out by the clock of the series while it is at hand. */
function withRanges(times: EventTimes, exceptions: readonly IcsComponent[]): EventTimes {
  const ranges = exceptions.filter(({ following, id }) => following && id !== undefined);
  const wallOf = (id: Instant | undefined) => times.zone.toWall(id ?? 0);
  const cuts = ranges.filter(({ cancelled }) => cancelled).map(({ id }) => wallOf(id));
  const shifts = ranges.flatMap(({ id, cancelled, times: moved }) => {
    if (cancelled || !moved) return [];
    const start = times.zone.toWall(moved.zone.toInstant(moved.start));
    return [{ from: wallOf(id), by: start - wallOf(id), length: moved.length }];
  });
  return { ...times, shifts, ...(cuts.length > 0 && { cut: Math.min(...cuts) }) };
}

function tellOccurrence(exception: IcsComponent, event: ToldEvent | undefined): ToldOccurrence {
  const { id = 0, following, title, isPrivate, cancelled, times } = exception;
  if (!cancelled && !times)
    throw new RequestRefusedError('DTSTART: is missing from an occurrence that was moved');
  // what comes with the event is as new as the event, whatever its own stamp says
  const at = event && event.at > exception.at ? event.at : exception.at;
  return {
    id,
    at,
    epoch: at,
    title,
    isPrivate,
    cancelled,
    following,
    ...(times && !cancelled && { end: endOf(times.zone, times.start, times.length) }),
  };
}

/** METHOD:ADD: further occurrences, each of which is one by itself. */
function additions(
  { at, title, isPrivate, cancelled, times }: IcsComponent,
  { steps }: CalendarContext,
): ToldOccurrence[] {
  if (!times) throw new RequestRefusedError('DTSTART: is missing');
  const plan = planOf(times, steps);
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

import ICAL from 'ical.js';
import { RequestRefusedError } from '../../rooms/errors.ts';
import type { Instant } from '../../rooms/room.ts';
import type { CalendarContext } from './context.ts';
import { componentsOf, propertyOf, unescaped, withoutTitles } from './ics-lines.ts';
import { textOf } from './ics-property.ts';
import { type IcsCalendar, type IcsEvent, writeIcs } from './ics-text.ts';
import { type Clocks, readIcsTimes, readOccurrenceId } from './ics-times.ts';
import { type ZoneFinder, zonesOf } from './ics-zones.ts';
import { instantOr, notAfter, stamp } from './stamp.ts';
import type { EventTimes } from './telling.ts';
import { zoneNamed } from './zone.ts';

/** A VEVENT, as far as it is the same for all kinds of news. */
export interface IcsComponent {
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

/**
 * The VEVENTs of one event, read.
 *
 * @throws RequestRefusedError
 */
export function readComponents(
  calendar: IcsCalendar,
  event: IcsEvent,
  context: CalendarContext,
): readonly IcsComponent[] {
  const component = parse(calendar, event);
  const zones = zonesOf(component, context.steps);
  const calendarZone = context.zone ?? ownZone(calendar, zones, context) ?? context.defaultZone;
  const clocks: Clocks = { zoneNamed: zones, ...(calendarZone && { calendarZone }) };
  const titles = titlesOf(event);
  const vevents = component.getAllSubcomponents('vevent');
  const series = vevents.find((vevent) => !vevent.getFirstProperty('recurrence-id'));
  return vevents.map((vevent, index) =>
    readComponent(vevent, { calendar, context, clocks, series, title: titles[index] ?? '' }),
  );
}

/** What the calendar itself says of its floating times and dates: a name that is known, or that it defines. */
function ownZone({ timeZone, zones }: IcsCalendar, find: ZoneFinder, { steps }: CalendarContext) {
  const name = unescaped(timeZone ?? '');
  return zones.some((zone) => zone.name === name) ? find(name) : zoneNamed(name, steps);
}

/** Titles are read by us: nothing that a person wrote is in what `ical.js` sees, so nor is it in what it complains of. */
function titlesOf({ lines }: IcsEvent): string[] {
  return componentsOf(lines).map((component) => unescaped(propertyOf(component, 'SUMMARY')));
}

function parse(calendar: IcsCalendar, event: IcsEvent): ICAL.Component {
  const lines = withoutTitles(event.lines);
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
  /** The VEVENT that the others are exceptions of. */
  readonly series: ICAL.Component | undefined;
  readonly title: string;
}

function readComponent(
  vevent: ICAL.Component,
  { calendar, context, clocks, series, title }: Reading,
): IcsComponent {
  const text = (name: string) => textOf(vevent, name).toUpperCase();
  const cancelled = context.isCancelled || calendar.method === 'CANCEL' || text('status') === 'CANCELLED';
  const id = readOccurrenceId(vevent, series, clocks);
  const times = readIcsTimes(vevent, clocks);
  return {
    isWhole: id === undefined,
    following:
      String(vevent.getFirstProperty('recurrence-id')?.getParameter('range')).toUpperCase() ===
      'THISANDFUTURE',
    at: stamp([Number(text('sequence')) || 0, changedAt(vevent, calendar, context)], cancelled),
    cancelled,
    isPrivate: isHiddenClass(text('class')),
    title,
    ...(id !== undefined && { id }),
    ...(times && { times }),
  };
}

/** A CLASS that nobody knows is to be taken for PRIVATE. */
export function isHiddenClass(name: string): boolean {
  return !/^(PUBLIC)?$/i.test(name);
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
  const [at = context.toldAt] = [instant(first as string), instant(second as string)].filter(
    (found) => !Number.isNaN(found),
  );
  return notAfter(context.toldAt, at);
}

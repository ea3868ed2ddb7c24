import ICAL from 'ical.js';
import { RequestRefusedError, toError } from '../../../rooms/model/errors.ts';
import type { Instant } from '../../../rooms/model/time.ts';
import type { CalendarContext } from '../event/context.ts';
import type { Leniency } from '../event/leniency.ts';
import { instantOr, notAfter, stamp } from '../event/version.ts';
import type { EventTimes } from '../recurrence/calendar-event.ts';
import { endOf } from '../recurrence/occurrences.ts';
import { UTC, zoneNamed } from '../time/zone.ts';
import { componentsOf, propertyOf, unescaped, withoutTitles } from './lines.ts';
import { textOf } from './property.ts';
import { type IcsCalendar, type IcsEvent, writeIcs } from './text.ts';
import { type Clocks, type Inherited, readIcsTimes, readOccurrenceId } from './times.ts';
import { type ZoneFinder, zonesOf } from './zones.ts';

/** The fields of a VEVENT that all kinds of updates have. */
export interface IcsComponent {
  readonly isWhole: boolean;
  readonly following: boolean;
  readonly at: string;
  /** Counts how often the event was planned again. */
  readonly sequence: number;
  readonly cancelled: boolean;
  readonly isPrivate: boolean;
  readonly title: string;
  /** The planned start of the occurrence that it is about. */
  readonly id?: Instant;
  readonly times?: EventTimes;
  /** The earliest end: an earlier one in its times is ignored. */
  readonly atLeast?: Instant;
}

/**
 * Reads the VEVENTs of one event.
 *
 * @throws RequestRefusedError
 */
export function readComponents(
  calendar: IcsCalendar,
  event: IcsEvent,
  context: CalendarContext,
): readonly IcsComponent[] {
  const { component, lines } = parse(calendar, event, context.leniency);
  const zones = zonesOf(component, context.steps);
  const calendarZone =
    context.zone ??
    ownZone(calendar, zones, context) ??
    context.defaultZone ??
    onlyZone(calendar, zones, context);
  const clocks: Clocks = {
    zoneNamed: zones,
    leniency: context.leniency,
    ...(calendarZone && { calendarZone }),
  };
  const titles = titlesOf(lines);
  const vevents = component.getAllSubcomponents('vevent');
  const series = seriesAmong(vevents);
  const inherited = series && context.leniency.orWithout(() => readIcsTimes(series, clocks), undefined);
  return vevents.flatMap((vevent, index) => {
    const reading = { calendar, context, clocks, series, title: titles[index] ?? '' };
    if (series && sequenceOf(vevent) < sequenceOf(series) && isWhole(vevent)) {
      return context.leniency.orWithout(() => [readComponent(vevent, reading)], []);
    }
    if (isWhole(vevent) || !inherited) return [readComponent(vevent, reading)];
    return readException(vevent, reading, inherited);
  });
}

/** Returns the component with the highest SEQUENCE of those with one UID; the others may be invalid. */
function seriesAmong(vevents: readonly ICAL.Component[]): ICAL.Component | undefined {
  const [first, ...others] = vevents.filter(isWhole);
  return first && others.reduce((best, each) => (sequenceOf(each) > sequenceOf(best) ? each : best), first);
}

function isWhole(vevent: ICAL.Component): boolean {
  return !vevent.getFirstProperty('recurrence-id');
}

function sequenceOf(vevent: ICAL.Component): number {
  return Number(textOf(vevent, 'sequence')) || 0;
}

/**
 * Reads an exception together with its series. An invalid field gets the series' value. An unreadable
 * exception is left out, so that one bad exception does not lose the series.
 */
function readException(vevent: ICAL.Component, reading: Reading, inherited: Inherited): IcsComponent[] {
  const { leniency } = reading.context;
  const zoneNamed = (name: string) =>
    leniency.orWithout(() => reading.clocks.zoneNamed(name), inherited.zone);
  const known = leniency.repairs;
  return leniency.orWithout(() => {
    const eventZone = inherited.zone === UTC ? undefined : inherited.zone;
    const clocks = { ...reading.clocks, zoneNamed, ...(eventZone && { eventZone }) };
    const read = readComponent(vevent, { ...reading, clocks }, inherited);
    if (!read.cancelled && !read.times) {
      throw new RequestRefusedError('DTSTART: is missing from an occurrence that was moved');
    }
    const isRepaired = leniency.repairs > known;
    return [isRepaired ? { ...read, atLeast: plannedEnd(read, inherited) } : read];
  }, []);
}

/** The intended end of a repaired exception is unknown, so it ends no earlier than its planned occurrence. */
function plannedEnd({ id = 0 }: IcsComponent, { zone, length }: Inherited): Instant {
  return endOf(zone, zone.toWall(id), length);
}

/** Returns the calendar's own zone for floating times and dates: a known name, or a zone that it defines. */
function ownZone({ timeZone, zones }: IcsCalendar, find: ZoneFinder, { steps, leniency }: CalendarContext) {
  const name = unescaped(timeZone ?? '').trim();
  if (name === '') return undefined;
  const named = zones.some((zone) => zone.name === name)
    ? leniency.orWithout(() => find(name), undefined)
    : undefined;
  return named ?? zoneNamed(name, steps);
}

/** Returns the only zone that a calendar defines, if no other zone is named. */
function onlyZone({ zones }: IcsCalendar, find: ZoneFinder, { leniency }: CalendarContext) {
  const [only, ...others] = zones;
  return only && others.length === 0 ? leniency.orWithout(() => find(only.name), undefined) : undefined;
}

/** Reads the titles without `ical.js`. No text of a person reaches the library, so none is in its errors. */
function titlesOf(lines: readonly string[]): string[] {
  return componentsOf(lines).map((component) => unescaped(propertyOf(component, 'SUMMARY')));
}

function parse(calendar: IcsCalendar, { lines }: IcsEvent, leniency: Leniency) {
  try {
    return { component: parsed(calendar, lines), lines };
  } catch (error) {
    const kept = readableComponents(calendar, componentsOf(lines), leniency).flat();
    // the error is between the components, or in all of them
    if (kept.length === 0) throw error;
    return { component: parsed(calendar, kept), lines: kept };
  }
}

function parsed(calendar: IcsCalendar, lines: readonly string[]): ICAL.Component {
  try {
    return new ICAL.Component(ICAL.parse(writeIcs(calendar, { uid: '', lines: withoutTitles(lines) })));
  } catch (cause) {
    throw new RequestRefusedError(`icalendar: ${toError(cause).message.slice(0, 200)}`, { cause });
  }
}

/**
 * Returns the readable components. Leaves out unreadable parts that only remove occurrences, and unreadable
 * exceptions of a series.
 */
function readableComponents(
  calendar: IcsCalendar,
  components: readonly (readonly string[])[],
  leniency: Leniency,
): readonly (readonly string[])[] {
  const isException = (lines: readonly string[]) => lines.some((line) => /^RECURRENCE-ID[;:]/i.test(line));
  const hasSeries = components.some((lines) => !isException(lines));
  return components.flatMap((lines) => {
    if (leniency.orWithout(() => parsed(calendar, lines), undefined)) return [lines];
    const without = lines.filter((line) => !/^EX(?:DATE|RULE)[;:]/i.test(line));
    if (!(hasSeries && isException(lines))) parsed(calendar, without);
    return leniency.orWithout(() => parsed(calendar, without) && [without], []);
  });
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
  inherited?: Inherited,
): IcsComponent {
  const text = (name: string) => textOf(vevent, name).toUpperCase();
  const cancelled = context.isCancelled || calendar.method === 'CANCEL' || text('status') === 'CANCELLED';
  const id = readOccurrenceId(vevent, series, clocks);
  const read = () => readIcsTimes(vevent, clocks, inherited);
  // a cancellation needs no times
  const times = cancelled ? context.leniency.orWithout(read, undefined) : read();
  const sequence = sequenceOf(vevent);
  return {
    isWhole: id === undefined,
    following:
      String(vevent.getFirstProperty('recurrence-id')?.getParameter('range')).toUpperCase() ===
      'THISANDFUTURE',
    at: stamp([sequence, changedAt(vevent, calendar, context)], cancelled),
    sequence,
    cancelled,
    isPrivate: isHiddenClass(text('class')),
    title,
    ...(id !== undefined && { id }),
    ...(times && { times }),
  };
}

/** An unknown CLASS counts as PRIVATE. */
export function isHiddenClass(name: string): boolean {
  return !/^(PUBLIC)?$/i.test(name);
}

/**
 * Returns the time of an update. The DTSTAMP of a message is the time of the message. In a calendar file it
 * may be the time of the download, so LAST-MODIFIED is more reliable there.
 */
function changedAt(
  vevent: ICAL.Component,
  { method = 'PUBLISH' }: IcsCalendar,
  context: CalendarContext,
): Instant {
  const [first, second] = method === 'PUBLISH' ? ['last-modified', 'dtstamp'] : ['dtstamp', 'last-modified'];
  const instant = (name: string) => instantOr(textOf(vevent, name).replace(/Z?$/, 'Z'), Number.NaN);
  // jCal gives a date as text
  const [at = context.toldAt] = [instant(first as string), instant(second as string)].filter(
    (found) => !Number.isNaN(found),
  );
  return notAfter(context.toldAt, at);
}

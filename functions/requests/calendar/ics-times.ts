import type ICAL from 'ical.js';
import { RequestRefusedError } from '../../rooms/errors.ts';
import { DAY, type Instant } from '../../rooms/room.ts';
import { type DateTime, instantOf, mustHaveZone, mustReadDateTime } from './date-time.ts';
import { textOf } from './ics-property.ts';
import type { ZoneFinder } from './ics-zones.ts';
import { readRule } from './read-rule.ts';
import { type Rule, unitOf } from './rule.ts';
import type { EventTimes, Length } from './telling.ts';
import { dayOf, type Wall } from './wall.ts';
import { UTC, type Zone } from './zone.ts';

/** Where a VEVENT's times are to be understood. */
export interface Clocks {
  readonly zoneNamed: ZoneFinder;
  /** For floating times and dates. */
  readonly calendarZone?: Zone;
}

/** A time of a VEVENT, with the zone that it names. */
interface ZonedTime extends DateTime {
  readonly zone?: Zone;
}

/**
 * When a VEVENT takes place, with all its recurrences.
 *
 * @throws RequestRefusedError
 */
export function readIcsTimes(event: ICAL.Component, clocks: Clocks): EventTimes | undefined {
  const first = readTimes(event, 'dtstart', clocks)[0];
  if (!first) return undefined;
  const zone = zoneOfStart(first);
  const start = wallIn(zone, first, 'DTSTART');
  const excluded = readTimes(event, 'exdate', clocks);
  const wholeDays = first.isDate ? [] : excluded.filter(({ isDate }) => isDate);
  return {
    zone,
    start,
    length: readLength(event, { first, start, zone }, clocks),
    rules: readRules(event, 'rrule', zone),
    exceptRules: readRules(event, 'exrule', zone),
    extra: [
      ...readTimes(event, 'rdate', clocks).map((time) => ({ start: wallOf(time, first, { zone, start }) })),
      ...readPeriods(event, zone, clocks),
    ],
    excluded: new Set(
      excluded.filter((time) => !wholeDays.includes(time)).map((time) => wallIn(zone, time, 'EXDATE')),
    ),
    excludedDays: new Set(wholeDays.map(({ wall }) => dayOf(wall))),
    shifts: [],
  };
}

function zoneOfStart(first: ZonedTime): Zone {
  return first.offset === undefined ? mustHaveZone(first.zone, first, 'DTSTART') : UTC;
}

/** An extra date of an event that has a time is at that time. */
function wallOf(time: ZonedTime, first: ZonedTime, { zone, start }: { zone: Zone; start: Wall }): Wall {
  return time.isDate && !first.isDate
    ? time.wall + (start - dayOf(start) * DAY)
    : wallIn(zone, time, 'RDATE');
}

/**
 * When the occurrence that a VEVENT speaks of was planned to start. A date means the occurrence of that day, also where
 * the series has a time.
 *
 * @throws RequestRefusedError where a day has several
 */
export function readOccurrenceId(
  event: ICAL.Component,
  series: ICAL.Component | undefined,
  clocks: Clocks,
): Instant | undefined {
  const time = readTimes(event, 'recurrence-id', clocks)[0];
  const first = time?.isDate && series ? readTimes(series, 'dtstart', clocks)[0] : undefined;
  if (!time || !series || !first || first.isDate) {
    return time && instantOf(time, time.zone, 'RECURRENCE-ID');
  }
  const zone = zoneOfStart(first);
  if (readRules(series, 'rrule', zone).some(isSeveralTimesADay)) {
    throw new RequestRefusedError(
      'RECURRENCE-ID: must have a time, since the series takes place several times a day, got a date',
    );
  }
  return zone.toInstant(time.wall + (first.wall - dayOf(first.wall) * DAY));
}

function isSeveralTimesADay(rule: Rule): boolean {
  return unitOf(rule) < DAY || [rule.hours, rule.minutes, rule.seconds].some((list = []) => list.length > 1);
}

function readTimes(event: ICAL.Component, name: string, { zoneNamed, calendarZone }: Clocks): ZonedTime[] {
  return event.getAllProperties(name).flatMap((property) => {
    const [, parameters, type, ...values] = property.toJSON() as [
      string,
      { tzid?: string },
      string,
      ...unknown[],
    ];
    if (type === 'period') return [];
    return values.map((value): ZonedTime => {
      // a date that is not marked as one comes out like this
      const time = mustReadDateTime(String(value).replace(/T::$/, ''), name.toUpperCase());
      const zone = time.isDate || parameters.tzid === undefined ? calendarZone : zoneNamed(parameters.tzid);
      return { ...time, ...(zone && { zone }) };
    });
  });
}

function readPeriods(event: ICAL.Component, zone: Zone, clocks: Clocks): { start: Wall; end: Instant }[] {
  return event.getAllProperties('rdate').flatMap((property) => {
    const [, parameters, type, ...values] = property.toJSON() as [
      string,
      { tzid?: string },
      string,
      ...unknown[],
    ];
    if (type !== 'period') return [];
    const periodZone =
      parameters.tzid === undefined ? clocks.calendarZone : clocks.zoneNamed(parameters.tzid);
    return values.map((value) => {
      const [from, to] = value as [string, string];
      const time: ZonedTime = { ...mustReadDateTime(from, 'RDATE'), ...(periodZone && { zone: periodZone }) };
      const start = wallIn(zone, time, 'RDATE');
      const end = to.startsWith('P')
        ? endAfter(zone, start, readDuration(to, 'RDATE'))
        : instantOf(mustReadDateTime(to, 'RDATE'), periodZone, 'RDATE');
      return { start, end };
    });
  });
}

function endAfter(zone: Zone, start: Wall, { days, time }: Length): Instant {
  return zone.toInstant(start + days * DAY) + time;
}

/** What the clock of a zone shows at a time that may be told by another clock. */
function wallIn(zone: Zone, time: ZonedTime, field: string): Wall {
  return time.offset === undefined && (time.zone === zone || time.isDate)
    ? time.wall
    : zone.toWall(instantOf(time, time.zone, field));
}

function readRules(event: ICAL.Component, name: string, zone: Zone) {
  return event.getAllProperties(name).map((property) => readRule(property, zone));
}

/** A day where it starts on a date and nothing is said, no time at all where it starts at a time. */
function readLength(
  event: ICAL.Component,
  { first, start, zone }: { first: ZonedTime; start: Wall; zone: Zone },
  clocks: Clocks,
): Length {
  const duration = textOf(event, 'duration');
  if (duration) return readDuration(duration, 'DURATION');
  const end = readTimes(event, 'dtend', clocks)[0];
  if (!end) return first.isDate ? { days: 1, time: 0 } : { days: 0, time: 0 };
  const length =
    first.isDate && end.isDate
      ? { days: daysBetween(first.wall, end.wall), time: 0 }
      : { days: 0, time: instantOf(end, end.zone, 'DTEND') - zone.toInstant(start) };
  if (length.days < 0 || length.time < 0) {
    throw new RequestRefusedError('DTEND: must not be before DTSTART');
  }
  return length;
}

/** The end is the day after the last; of one day, some write that day itself. */
export function daysBetween(start: Wall, end: Wall): number {
  return Math.round((end - start) / DAY) || 1;
}

/** A week is seven days, and days follow the calendar; RFC 5545 has no months in a duration. */
function readDuration(text: string, field: string): Length {
  const [, sign, weeks, days, hours, minutes, seconds] =
    /^([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/.exec(
      text,
    ) ?? [];
  if (sign === undefined || sign === '-') {
    throw new RequestRefusedError(
      `${field}: must be a duration that is not negative, got "${text.slice(0, 40)}"`,
    );
  }
  const time = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
  return { days: Number(weeks ?? 0) * 7 + Number(days ?? 0), time };
}

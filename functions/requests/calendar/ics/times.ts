import type ICAL from 'ical.js';
import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { DAY, type Instant } from '../../../rooms/model/time.ts';
import type { Leniency } from '../event/leniency.ts';
import type { EventTimes, Length } from '../recurrence/calendar-event.ts';
import { type Rule, unitOf } from '../recurrence/rule.ts';
import { type DateTime, instantOf, mustHaveZone, mustReadDateTime } from '../time/date-time.ts';
import { dayOf, type LocalTime } from '../time/local-time.ts';
import { UTC, type Zone } from '../time/zone.ts';
import { textOf } from './property.ts';
import { readRule } from './rrule.ts';
import type { ZoneFinder } from './zones.ts';

/** The zones in which a VEVENT's times are read. */
export interface Clocks {
  readonly zoneNamed: ZoneFinder;
  /** For floating times and dates. */
  readonly calendarZone?: Zone;
  /** For floating times of an event that names a zone in another property. */
  readonly eventZone?: Zone;
  readonly leniency: Leniency;
}

/** The values of the series for an occurrence whose own are missing or invalid. */
export type Inherited = Pick<EventTimes, 'zone' | 'length'>;

/** A time of a VEVENT, with the zone that it names. */
interface ZonedTime extends DateTime {
  readonly zone?: Zone;
}

/**
 * Reads when a VEVENT takes place, with all its recurrences.
 *
 * @throws RequestRefusedError
 */
export function readIcsTimes(
  event: ICAL.Component,
  clocks: Clocks,
  inherited?: Inherited,
): EventTimes | undefined {
  const first = readTimes(event, 'dtstart', clocks)[0];
  if (!first) return undefined;
  const zone = zoneOfStart(first, event, clocks);
  const own = clocksBeside(first, zone, clocks);
  const start = wallIn(zone, { ...first, zone: first.zone ?? zone }, 'DTSTART');
  const excluded = readExcluded(event, first, own);
  const wholeDays = first.isDate ? [] : excluded.filter(({ isDate }) => isDate);
  return {
    zone,
    start,
    length: readLength(event, { first, start, zone }, own, inherited?.length),
    rules: readRules(event, 'rrule', zone, first.isDate),
    exceptRules: clocks.leniency.orWithout(() => readRules(event, 'exrule', zone), []),
    extra: [
      ...readTimes(event, 'rdate', own).map((time) => ({ start: wallOf(time, first, { zone, start }) })),
      ...readPeriods(event, zone, own),
    ],
    excluded: new Set(
      excluded
        .filter((time) => !wholeDays.includes(time))
        .flatMap((time) => clocks.leniency.orWithout(() => [wallIn(zone, time, 'EXDATE')], [])),
    ),
    excludedDays: new Set(wholeDays.map(({ wall }) => dayOf(wall))),
    shifts: [],
  };
}

/** A start without a zone uses the zone of its end, because both must be of one kind. */
function zoneOfStart(first: ZonedTime, event: ICAL.Component, clocks: Clocks): Zone {
  if (first.offset !== undefined) return UTC;
  const zone = first.zone ?? readTimes(event, 'dtend', clocks)[0]?.zone;
  return mustHaveZone(zone, first, 'DTSTART');
}

/**
 * The other times of an event use the zone of its start if they name none. A start in UTC names no zone of a
 * place.
 */
function clocksBeside(first: ZonedTime, zone: Zone, clocks: Clocks): Clocks {
  return first.offset === undefined ? { ...clocks, eventZone: zone } : clocks;
}

/**
 * Reads the excluded starts. An unreadable one is not excluded. For an event of whole days they are days, in
 * the zone in which they are written.
 */
function readExcluded(event: ICAL.Component, first: ZonedTime, clocks: Clocks): ZonedTime[] {
  const excluded = readTimes(event, 'exdate', clocks, 'leniently');
  return first.isDate ? excluded.map((time) => dayOfWholeDays(time, first)) : excluded;
}

/**
 * An extra date of an event with a time starts at that time. An extra midnight of an event of whole days is
 * that day.
 */
function wallOf(
  time: ZonedTime,
  first: ZonedTime,
  { zone, start }: { zone: Zone; start: LocalTime },
): LocalTime {
  if (first.isDate && time.wall === dayOf(time.wall) * DAY) return time.wall;
  return time.isDate && !first.isDate
    ? time.wall + (start - dayOf(start) * DAY)
    : wallIn(zone, time, 'RDATE');
}

/**
 * Returns the planned start of the occurrence that a VEVENT is about. A date means the occurrence of that
 * day, even if the series has a time.
 *
 * @throws RequestRefusedError if a day has several
 */
export function readOccurrenceId(
  event: ICAL.Component,
  series: ICAL.Component | undefined,
  clocks: Clocks,
): Instant | undefined {
  if (!event.getFirstProperty('recurrence-id')) return undefined;
  const first = series && readTimes(series, 'dtstart', clocks)[0];
  const own = first ? clocksBeside(first, zoneOfStart(first, series, clocks), clocks) : clocks;
  const time = readTimes(event, 'recurrence-id', own)[0];
  if (time && first?.isDate) {
    const day = dayOfWholeDays(time, first);
    return instantOf(day, day.zone, 'RECURRENCE-ID');
  }
  if (!time?.isDate || !series || !first) return time && instantOf(time, time.zone, 'RECURRENCE-ID');
  const zone = zoneOfStart(first, series, clocks);
  if (readRules(series, 'rrule', zone).some(isSeveralTimesADay)) {
    throw new RequestRefusedError(
      'RECURRENCE-ID: must have a time, since the series takes place several times a day, got a date',
    );
  }
  return zone.toInstant(time.wall + (first.wall - dayOf(first.wall) * DAY));
}

/** A time that names an occurrence of whole days means its day, in any zone. */
function dayOfWholeDays(time: ZonedTime, first: ZonedTime): ZonedTime {
  const day = dayOf(time.wall) * DAY;
  // in UTC it is the midnight of some place, possibly of UTC itself
  if (time.isDate || (time.offset !== undefined && time.wall !== day)) return time;
  const { zone } = first;
  return { wall: day, isDate: true, ...(zone && { zone }) };
}

function isSeveralTimesADay(rule: Rule): boolean {
  return unitOf(rule) < DAY || [rule.hours, rule.minutes, rule.seconds].some((list = []) => list.length > 1);
}

/** @param manner with `leniently`, unreadable values are left out */
function readTimes(
  event: ICAL.Component,
  name: string,
  { zoneNamed, calendarZone, eventZone, leniency }: Clocks,
  manner?: 'leniently',
): ZonedTime[] {
  return event.getAllProperties(name).flatMap((property) => {
    // the form of jCal (RFC 7265)
    const [, parameters, type, ...values] = property.toJSON() as [
      string,
      { tzid?: string },
      string,
      ...unknown[],
    ];
    if (type === 'period') return [];
    const read = (value: unknown): ZonedTime[] => {
      // the library returns this for a date that is not marked as one
      const time = mustReadDateTime(String(value).replace(/T::$/, ''), name.toUpperCase());
      // a time in UTC needs no zone, even if it names one
      const named =
        parameters.tzid === undefined || time.offset !== undefined ? undefined : zoneNamed(parameters.tzid);
      const unnamed = time.isDate ? (calendarZone ?? eventZone) : (eventZone ?? calendarZone);
      const zone = named ?? unnamed;
      return [{ ...time, ...(zone && { zone }) }];
    };
    return values.flatMap((value) =>
      manner === 'leniently' ? leniency.orWithout(() => read(value), []) : read(value),
    );
  });
}

function readPeriods(
  event: ICAL.Component,
  zone: Zone,
  clocks: Clocks,
): { start: LocalTime; end: Instant }[] {
  return event.getAllProperties('rdate').flatMap((property) => {
    // the form of jCal (RFC 7265)
    const [, parameters, type, ...values] = property.toJSON() as [
      string,
      { tzid?: string },
      string,
      ...unknown[],
    ];
    if (type !== 'period') return [];
    const periodZone =
      parameters.tzid === undefined
        ? (clocks.eventZone ?? clocks.calendarZone)
        : clocks.zoneNamed(parameters.tzid);
    return values.map((value) => {
      // a period of jCal has two places
      const [from, to] = value as [string, string];
      const time: ZonedTime = { ...mustReadDateTime(from, 'RDATE'), ...(periodZone && { zone: periodZone }) };
      const start = wallIn(zone, time, 'RDATE');
      const end = to.startsWith('P')
        ? endAfter(zone, start, readDuration(to, 'RDATE'))
        : instantOf(mustReadDateTime(to, 'RDATE'), periodZone, 'RDATE');
      if (end < zone.toInstant(start)) throw new RequestRefusedError('RDATE: must not end before it starts');
      return { start, end };
    });
  });
}

function endAfter(zone: Zone, start: LocalTime, { days, time }: Length): Instant {
  return zone.toInstant(start + days * DAY) + time;
}

/** Converts a time to the local time of a zone. */
function wallIn(zone: Zone, time: ZonedTime, field: string): LocalTime {
  return time.offset === undefined && (time.zone === zone || time.isDate)
    ? time.wall
    : zone.toWall(instantOf(time, time.zone, field));
}

function readRules(event: ICAL.Component, name: string, zone: Zone, isWholeDays = false) {
  return event.getAllProperties(name).map((property) => readRule(property, zone, isWholeDays));
}

export interface Begin {
  readonly first: ZonedTime;
  readonly start: LocalTime;
  readonly zone: Zone;
}

/**
 * Returns the length. If the event names none, it is a day for a start date and zero for a start time. If it
 * names both an end and a duration, the longer one counts, because some calendars write a duration of zero
 * besides the end.
 *
 * @param inherited the length of the series, for an occurrence with a missing or invalid one
 */
function readLength(event: ICAL.Component, begin: Begin, clocks: Clocks, inherited?: Length): Length {
  const { leniency } = clocks;
  const text = textOf(event, 'duration');
  const end = orElse(() => readEnd(event, begin, clocks), inherited !== undefined, leniency);
  const hasEnd = end !== undefined;
  const readings = [
    ...(text
      ? [orElse(() => readDuration(text, 'DURATION'), hasEnd || inherited !== undefined, leniency)]
      : []),
    ...(end
      ? [orElse(() => lengthUntil(end, begin), Boolean(text) || inherited !== undefined, leniency)]
      : []),
  ].filter((length) => length !== undefined);
  const longest = readings.sort((a, b) => inMilliseconds(b) - inMilliseconds(a))[0];
  if (longest && inMilliseconds(longest) > 0) return longest;
  if (inherited) return inherited;
  if (!longest && (text || hasEnd)) throw new RequestRefusedError('DTEND: must not be before DTSTART');
  return begin.first.isDate ? { days: 1, time: 0 } : { days: 0, time: 0 };
}

/** @param hasOther another property has the length, so an unreadable one may be left out */
function orElse<T>(read: () => T, hasOther: boolean, leniency: Leniency): T | undefined {
  return hasOther ? leniency.orWithout(read, undefined) : read();
}

function inMilliseconds({ days, time }: Length): number {
  return days * DAY + time;
}

/** An end without a zone uses the zone of its start, because both must be of one kind. */
function readEnd(event: ICAL.Component, { first }: Begin, clocks: Clocks): ZonedTime | undefined {
  const end = readTimes(event, 'dtend', clocks)[0];
  const parameters = event.getFirstProperty('dtend')?.getParameter('tzid');
  if (!end || end.offset !== undefined || parameters !== undefined || first.offset !== undefined) return end;
  return first.zone ? { ...end, zone: first.zone } : end;
}

/** @throws RequestRefusedError if the end is before the start */
export function lengthUntil(
  end: ZonedTime,
  { first, start, zone }: Begin,
  [startName, endName]: readonly [start: string, end: string] = ['DTSTART', 'DTEND'],
): Length {
  if (first.isDate && end.isDate) {
    const days = daysBetween(first.wall, end.wall);
    if (days > 0) return { days, time: 0 };
  } else {
    const time = instantOf(end, end.zone, endName) - zone.toInstant(start);
    if (time >= 0) return { days: 0, time };
    // a start that the clocks skip is an hour later than written, but its end is as written
    const isOneClock = first.offset === undefined && end.offset === undefined;
    const shown = isOneClock && end.zone === (first.zone ?? zone) ? end.wall - first.wall : -1;
    if (shown >= 0) return { days: 0, time: shown };
  }
  throw new RequestRefusedError(`${endName}: must not be before ${startName}`);
}

/** The end is the day after the last day. For one day, some calendars write that day itself. */
function daysBetween(start: LocalTime, end: LocalTime): number {
  return Math.round((end - start) / DAY) || 1;
}

/**
 * A week has seven days, and days are calendar days. RFC 5545 has no months in a duration, so an `M` is a
 * minute. Some calendars omit the `T`, or write it before the days.
 */
function readDuration(text: string, field: string): Length {
  const [, sign, weeks, days, hours, minutes, seconds] =
    /^([+-]?)PT?(?:(\d{1,5})W)?T?(?:(\d{1,5})D)?T?(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?$/i.exec(
      text.trim(),
    ) ?? [];
  if (sign === undefined || sign === '-') {
    throw new RequestRefusedError(
      `${field}: must be a duration that is not negative, got "${text.slice(0, 40)}"`,
    );
  }
  const time = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
  return { days: Number(weeks ?? 0) * 7 + Number(days ?? 0), time };
}

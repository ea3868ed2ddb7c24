import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { DAY, type Instant } from '../../../rooms/model/time.ts';
import { shown } from '../../refusal.ts';
import { dayNumber, daysInMonth, type LocalTime } from './local-time.ts';
import type { Zone } from './zone.ts';

/** A date, or a date with a time, as written. */
export interface DateTime {
  /** For a date without a time: its midnight. */
  readonly wall: LocalTime;
  readonly isDate: boolean;
  /** How far the clock is ahead of UTC, if the text says so. */
  readonly offset?: number;
}

const PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Reads ISO 8601 in its extended form; undefined if the text has another form, or names a day that does not
 * exist.
 */
export function readDateTime(text: string): DateTime | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  // the midnight at the end of a day
  const isMidnight = hour === 24 && minute === 0 && second === 0;
  if ((hour > 23 && !isMidnight) || minute > 59 || second > 60) return undefined;
  const milliseconds = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
  const wall = dayNumber(year, month, day) * DAY + (hour * 3600 + minute * 60 + second) * 1000 + milliseconds;
  const offset = readOffset(match[8]);
  return { wall, isDate: match[4] === undefined, ...(offset !== undefined && { offset }) };
}

function readOffset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return (text.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** @throws RequestRefusedError that names the field */
export function mustReadDateTime(text: string, field: string): DateTime {
  const dateTime = readDateTime(text);
  if (!dateTime) {
    throw new RequestRefusedError(`${field}: must be a date or a time of the calendar, got ${shown(text)}`);
  }
  return dateTime;
}

/**
 * Returns the instant of a date and time in a zone.
 *
 * @throws RequestRefusedError for a local time without a zone
 */
export function instantOf(dateTime: DateTime, zone: Zone | undefined, field: string): Instant {
  if (dateTime.offset !== undefined) return dateTime.wall - dateTime.offset;
  return mustHaveZone(zone, dateTime, field).toInstant(dateTime.wall);
}

/** @throws RequestRefusedError if there is no zone */
export function mustHaveZone(zone: Zone | undefined, { wall, isDate }: DateTime, field: string): Zone {
  if (zone) return zone;
  const text = new Date(wall).toISOString().slice(0, isDate ? 10 : 19);
  throw new RequestRefusedError(
    `${field}: ${text} is a ${isDate ? 'date' : 'local time'} without a time zone; name the calendar's zone as ` +
      "timeZone in the event's detail, as X-WR-TIMEZONE in the calendar, or for the whole deployment",
  );
}

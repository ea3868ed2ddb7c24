import { DAY, type Duration, HOUR, MINUTE, SECOND } from '../../../rooms/model/time.ts';
import type { LocalTime } from '../time/local-time.ts';

export const FREQUENCIES = [
  'YEARLY',
  'MONTHLY',
  'WEEKLY',
  'DAILY',
  'HOURLY',
  'MINUTELY',
  'SECONDLY',
] as const;

export type Frequency = (typeof FREQUENCIES)[number];

/** A weekday, where Sunday is 0, and its position in the month or year (0: all, -1: the last). */
export interface DayOfWeek {
  readonly nth: number;
  readonly weekday: number;
}

/** A recurrence rule (RFC 5545, 3.3.10). */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count?: number;
  /** The last moment at which an occurrence may start. */
  readonly until?: LocalTime;
  /** The weekday on which weeks start. */
  readonly weekStart: number;
  readonly seconds?: readonly number[];
  readonly minutes?: readonly number[];
  readonly hours?: readonly number[];
  readonly weekdays?: readonly DayOfWeek[];
  readonly daysOfMonth?: readonly number[];
  readonly daysOfYear?: readonly number[];
  readonly weeks?: readonly number[];
  readonly months?: readonly number[];
  readonly positions?: readonly number[];
}

export function isEndless({ count, until }: Rule): boolean {
  return count === undefined && until === undefined;
}

const SHORT_UNITS: Partial<Record<Frequency, Duration>> = {
  HOURLY: HOUR,
  MINUTELY: MINUTE,
  SECONDLY: SECOND,
};

/** Returns the length of a period that is shorter than a day; a day for all longer ones. */
export function unitOf({ frequency }: Rule): Duration {
  return SHORT_UNITS[frequency] ?? DAY;
}

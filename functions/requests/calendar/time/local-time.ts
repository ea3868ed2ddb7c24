import { DAY } from '../../../rooms/model/time.ts';

/**
 * A local date and time, without a zone: the number of milliseconds since 1970 if the clock showed UTC.
 * Recurrence is calculated in local time, and a zone converts it to an instant.
 */
export type LocalTime = number;

/** The number of a day since 1970-01-01. */
export type DayNumber = number;

export function dayOf(wall: LocalTime): DayNumber {
  return Math.floor(wall / DAY);
}

/** The date of a day. Months count from 1, weekdays from Sunday as 0. */
export interface CalendarDay {
  readonly day: DayNumber;
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
  readonly weekday: number;
}

export function calendarDayOf(day: DayNumber): CalendarDay {
  const date = new Date(day * DAY);
  return {
    day,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    dayOfMonth: date.getUTCDate(),
    weekday: weekdayOf(day),
  };
}

/** 1970-01-01 was a Thursday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Returns the number of a day. Months and days beyond their ends continue into the next month or year. */
export function dayNumber(year: number, month: number, dayOfMonth: number): DayNumber {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  return Math.floor(date.getTime() / DAY);
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

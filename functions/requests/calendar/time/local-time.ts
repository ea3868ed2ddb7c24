import { DAY } from '../../../rooms/model/time.ts';

/**
 * What a clock on the wall and the calendar beside it show, wherever they hang: the number of milliseconds since
 * 1970 that it would be if the clock showed UTC. Recurrence is calculated in it, and a zone turns it into an instant.
 */
export type LocalTime = number;

/** A day by its number since 1970-01-01. */
export type DayNumber = number;

export function dayOf(wall: LocalTime): DayNumber {
  return Math.floor(wall / DAY);
}

/** What a page of the calendar says of a day. Months count from 1, weekdays from Sunday as 0. */
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

/** The number of a day; months and days beyond their ends run over into the next. */
export function dayNumber(year: number, month: number, dayOfMonth: number): DayNumber {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  return Math.floor(date.getTime() / DAY);
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

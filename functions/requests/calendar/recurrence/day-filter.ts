import {
  type CalendarDay,
  calendarDayOf,
  type DayNumber,
  dayNumber,
  daysInMonth,
  weekdayOf,
} from '../time/local-time.ts';
import type { Rule } from './rule.ts';

type Test = (page: CalendarDay) => boolean;

/** Returns a test for the days that the rule's parts name. Absent parts name every day. */
export function dayFilter(rule: Rule): Test {
  const { months, weeks, daysOfYear, daysOfMonth, weekdays, weekStart } = rule;
  const tests: Test[] = [];
  if (months) tests.push(({ month }) => months.includes(month));
  if (daysOfMonth) {
    tests.push(({ year, month, dayOfMonth }) =>
      names(daysOfMonth, dayOfMonth, () => daysInMonth(year, month)),
    );
  }
  if (daysOfYear) {
    tests.push(({ year, day }) => names(daysOfYear, dayOfYear(year, day), () => daysInYear(year)));
  }
  if (weeks) tests.push(({ day }) => isInWeeks(day, weeks, weekStart));
  if (weekdays) tests.push(weekdayTest(rule));
  return (page) => tests.every((test) => test(page));
}

/**
 * Whether a list names the place `at` among `total()`, counted from the front or, if negative, from the back.
 */
function names(list: readonly number[], at: number, total: () => number): boolean {
  return list.includes(at) || list.some((place) => place < 0 && place + total() + 1 === at);
}

function weekdayTest({ frequency, months, weeks, weekdays = [] }: Rule): Test {
  const plain = new Set(weekdays.filter(({ nth }) => nth === 0).map(({ weekday }) => weekday));
  const inMonth = frequency === 'MONTHLY' || (frequency === 'YEARLY' && months !== undefined);
  const inYear = frequency === 'YEARLY' && !months && !weeks;
  if (!inMonth && !inYear) {
    // "the second Monday" of a day or a week means the same as "Monday"
    const all = new Set(weekdays.map(({ weekday }) => weekday));
    return ({ weekday }) => all.has(weekday);
  }
  return (page) => {
    if (plain.has(page.weekday)) return true;
    const [at, total] = inMonth
      ? [page.dayOfMonth, daysInMonth(page.year, page.month)]
      : [dayOfYear(page.year, page.day), daysInYear(page.year)];
    const fromFront = Math.ceil(at / 7);
    const fromBack = -Math.ceil((total - at + 1) / 7);
    return weekdays.some(
      ({ nth, weekday }) => weekday === page.weekday && (nth === fromFront || nth === fromBack),
    );
  };
}

function dayOfYear(year: number, day: DayNumber): number {
  return day - dayNumber(year, 1, 1) + 1;
}

function daysInYear(year: number): number {
  return dayNumber(year + 1, 1, 1) - dayNumber(year, 1, 1);
}

/** Week 1 is the first week with at least four days in the year: the week of 4 January. */
function isInWeeks(day: DayNumber, weeks: readonly number[], weekStart: number): boolean {
  const { year, week } = weekOf(day, weekStart);
  return names(weeks, week, () => weekOf(dayNumber(year, 12, 28), weekStart).week);
}

function weekOf(day: DayNumber, weekStart: number): { year: number; week: number } {
  const fourthDay = startOfWeek(day, weekStart) + 3;
  const { year } = calendarDayOf(fourthDay);
  return { year, week: Math.ceil(dayOfYear(year, fourthDay) / 7) };
}

export function startOfWeek(day: DayNumber, weekStart: number): DayNumber {
  return day - ((weekdayOf(day) - weekStart + 7) % 7);
}

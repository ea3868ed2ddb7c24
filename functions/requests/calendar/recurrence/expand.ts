import { DAY, HOUR, MINUTE, SECOND } from '../../../rooms/model/time.ts';
import {
  calendarDayOf,
  type DayNumber,
  dayNumber,
  dayOf,
  daysInMonth,
  type LocalTime,
} from '../time/local-time.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import { dayFilter, startOfWeek } from './day-filter.ts';
import { type Rule, unitOf } from './rule.ts';

/** The last supported day. */
const LAST_DAY = dayNumber(9999, 12, 31);

/**
 * Generates the starts of a rule, in order, from `start` on; endless if the rule is.
 *
 * Every frequency works in the same way: go from one period to the next, take the days and times that the
 * rule's parts name, and of these the ones at the positions that the rule names. Parts that the rule leaves
 * open are taken from `start`.
 */
export function* expand(asked: Rule, start: LocalTime, steps: WorkBudget): Generator<LocalTime> {
  const rule = completed(asked, start);
  const { count = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY } = rule;
  let found = 0;
  for (const candidates of periods(rule, start, steps)) {
    for (const wall of atPositions(candidates, rule.positions)) {
      if (wall < start) continue;
      if (wall > until || found === count) return;
      found += 1;
      yield wall;
    }
    if (found === count || (candidates.at(-1) ?? start) > until) return;
  }
}

/** Fills the parts that the rule leaves open from `start`. */
function completed(rule: Rule, start: LocalTime): Rule {
  const { frequency } = rule;
  const [second, minute, hour] = clockOf(start);
  const openMinutes = frequency === 'SECONDLY' || frequency === 'MINUTELY';
  return {
    ...rule,
    ...openDays(rule, start),
    seconds: sorted(rule.seconds ?? (frequency === 'SECONDLY' ? undefined : [second])),
    minutes: sorted(rule.minutes ?? (openMinutes ? undefined : [minute])),
    hours: sorted(rule.hours ?? (unitOf(rule) < DAY ? undefined : [hour])),
  };
}

/** Returns the days of a rule that names none: the day of the month, the month and the weekday of `start`. */
function openDays(rule: Rule, start: LocalTime): Partial<Rule> {
  const { frequency, months, weeks, daysOfYear, daysOfMonth, weekdays } = rule;
  if (daysOfYear || daysOfMonth || weekdays || unitOf(rule) < DAY || frequency === 'DAILY') return {};
  const { month, dayOfMonth, weekday } = calendarDayOf(dayOf(start));
  if (frequency === 'WEEKLY' || weeks) return { weekdays: [{ nth: 0, weekday }] };
  if (frequency === 'MONTHLY') return { daysOfMonth: [dayOfMonth] };
  return { daysOfMonth: [dayOfMonth], months: months ?? [month] };
}

function clockOf(wall: LocalTime): readonly [number, number, number] {
  const time = wall - dayOf(wall) * DAY;
  return [Math.floor(time / SECOND) % 60, Math.floor(time / MINUTE) % 60, Math.floor(time / HOUR)];
}

function sorted(numbers: readonly number[] | undefined): readonly number[] | undefined {
  return numbers && [...new Set(numbers)].sort((a, b) => a - b);
}

/** Generates the candidates of each period, each list in order. */
function periods(rule: Rule, start: LocalTime, steps: WorkBudget): Generator<readonly LocalTime[]> {
  return unitOf(rule) < DAY ? shortPeriods(rule, start, steps) : longPeriods(rule, start, steps);
}

function* longPeriods(rule: Rule, start: LocalTime, steps: WorkBudget): Generator<readonly LocalTime[]> {
  const matches = dayFilter(rule);
  const times = timesOfDay(rule);
  const daysAt = daysOfPeriod(rule, dayOf(start));
  for (let index = 0; ; index += rule.interval) {
    const [first, length] = daysAt(index);
    if (first > LAST_DAY) return;
    const candidates: LocalTime[] = [];
    steps.take(length);
    for (let day = first; day < first + length; day += 1) {
      if (!matches(calendarDayOf(day))) continue;
      steps.take(times.length);
      for (const time of times) candidates.push(day * DAY + time);
    }
    // a period without candidates still shows the progress
    yield candidates;
    if (candidates.length === 0 && rule.until !== undefined && first * DAY > rule.until) return;
  }
}

/**
 * Returns a function for the first day and the number of days of the period that is `index` away from the
 * period of `start`.
 */
function daysOfPeriod(rule: Rule, start: DayNumber): (index: number) => readonly [DayNumber, number] {
  const { year, month } = calendarDayOf(start);
  switch (rule.frequency) {
    case 'YEARLY':
      return yearsOf(rule, year);
    case 'MONTHLY':
      return (index) => {
        const first = dayNumber(year, month + index, 1);
        const page = calendarDayOf(first);
        const named = !rule.months || rule.months.includes(page.month);
        return [first, named ? daysInMonth(page.year, page.month) : 0];
      };
    case 'WEEKLY': {
      const first = startOfWeek(start, rule.weekStart);
      return (index) => [first + 7 * index, 7];
    }
    default:
      return (index) => [start + index, 1];
  }
}

/** A year, from the first to the last month that the rule names: most rules name one. */
function yearsOf({ months = [1, 12] }: Rule, year: number): (index: number) => readonly [DayNumber, number] {
  const firstMonth = Math.min(...months);
  const lastMonth = Math.max(...months);
  return (index) => {
    const first = dayNumber(year + index, firstMonth, 1);
    return [first, dayNumber(year + index, lastMonth + 1, 1) - first];
  };
}

function timesOfDay({ hours = [0], minutes = [0], seconds = [0] }: Rule): LocalTime[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => hour * HOUR + minute * MINUTE + second * SECOND)),
  );
}

/** Periods shorter than a day: the rule's days, hours and minutes limit them, and finer parts expand them. */
function* shortPeriods(rule: Rule, start: LocalTime, steps: WorkBudget): Generator<readonly LocalTime[]> {
  const unit = unitOf(rule);
  const matches = dayFilter(rule);
  const stride = unit * rule.interval;
  const times = timesOfDay({
    ...rule,
    hours: undefined,
    minutes: unit > MINUTE ? rule.minutes : undefined,
    seconds: unit > SECOND ? rule.seconds : undefined,
  });
  const first = Math.floor(start / unit) * unit;
  let day: DayNumber | undefined;
  let isNamedDay = false;
  for (let period = first; dayOf(period) <= LAST_DAY; period += stride) {
    if (rule.until !== undefined && period > rule.until) return;
    steps.take(1);
    if (dayOf(period) !== day) {
      day = dayOf(period);
      isNamedDay = matches(calendarDayOf(day));
    }
    if (!isNamedDay) {
      // on to the last period before the next day
      const nextDay = (day + 1) * DAY;
      period += Math.max(0, Math.ceil((nextDay - period) / stride) - 1) * stride;
    } else if (isNamed(rule, period, unit)) {
      const base = period;
      steps.take(times.length);
      yield times.map((time) => base + time);
    }
  }
}

function isNamed({ hours, minutes, seconds }: Rule, period: LocalTime, unit: number): boolean {
  const [second, minute, hour] = clockOf(period);
  if (hours && !hours.includes(hour)) return false;
  if (unit <= MINUTE && minutes && !minutes.includes(minute)) return false;
  return !(unit <= SECOND && seconds && !seconds.includes(second));
}

function atPositions(
  candidates: readonly LocalTime[],
  positions: readonly number[] | undefined,
): readonly LocalTime[] {
  if (!positions) return candidates;
  return candidates.filter(
    (_, index) => positions.includes(index + 1) || positions.includes(index - candidates.length),
  );
}

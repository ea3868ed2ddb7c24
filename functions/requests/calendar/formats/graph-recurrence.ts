import * as z from 'zod/mini';
import { DAY, SECOND } from '../../../rooms/model/time.ts';
import type { DayOfWeek, Rule } from '../recurrence/rule.ts';
import { mustReadDateTime } from '../time/date-time.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const INDEXES = ['first', 'second', 'third', 'fourth', 'last'] as const;

const patternSchema = z.looseObject({
  type: z.enum(['daily', 'weekly', 'absoluteMonthly', 'relativeMonthly', 'absoluteYearly', 'relativeYearly']),
  interval: z.int().check(z.minimum(1, 'must be at least 1')),
  month: z.nullish(z.int()),
  dayOfMonth: z.nullish(z.int()),
  daysOfWeek: z.nullish(z.array(z.enum(WEEKDAYS))),
  firstDayOfWeek: z.nullish(z.enum(WEEKDAYS)),
  index: z.nullish(z.enum(INDEXES)),
});

const rangeSchema = z.looseObject({
  type: z.enum(['endDate', 'noEnd', 'numbered']),
  endDate: z.nullish(z.string()),
  numberOfOccurrences: z.nullish(z.int()),
  recurrenceTimeZone: z.nullish(z.string()),
});

/** Microsoft Graph's `patternedRecurrence`. */
export const recurrenceSchema = z.looseObject({ pattern: patternSchema, range: rangeSchema });

type Pattern = z.output<typeof patternSchema>;

/** Converts a pattern and its range to a rule. */
export function readPattern({ pattern, range }: z.output<typeof recurrenceSchema>): Rule {
  const { interval, firstDayOfWeek } = pattern;
  return {
    interval,
    weekStart: WEEKDAYS.indexOf(firstDayOfWeek ?? 'sunday'),
    ...daysOf(pattern),
    ...(range.type === 'numbered' && { count: Math.max(1, range.numberOfOccurrences ?? 1) }),
    ...(range.type === 'endDate' && {
      until:
        mustReadDateTime(range.endDate?.slice(0, 10) ?? '', 'event.recurrence.range.endDate').wall +
        DAY -
        SECOND,
    }),
  };
}

function daysOf(pattern: Pattern): Omit<Rule, 'interval' | 'weekStart'> {
  const months = pattern.month ? { months: [pattern.month] } : {};
  switch (pattern.type) {
    case 'daily':
      return { frequency: 'DAILY' };
    case 'weekly':
      return { frequency: 'WEEKLY', ...weekdaysOf(pattern) };
    case 'absoluteMonthly':
      return { frequency: 'MONTHLY', ...dayOfMonth(pattern.dayOfMonth) };
    case 'relativeMonthly':
      return { frequency: 'MONTHLY', ...weekdaysOf(pattern), ...positionOf(pattern) };
    case 'absoluteYearly':
      return { frequency: 'YEARLY', ...months, ...dayOfMonth(pattern.dayOfMonth) };
    case 'relativeYearly':
      return { frequency: 'YEARLY', ...months, ...weekdaysOf(pattern), ...positionOf(pattern) };
  }
}

function weekdaysOf({ daysOfWeek }: Pattern): { weekdays?: readonly DayOfWeek[] } {
  if (!daysOfWeek?.length) return {};
  return { weekdays: daysOfWeek.map((name) => ({ nth: 0, weekday: WEEKDAYS.indexOf(name) })) };
}

/** "The first" of several weekdays is the first day that is any of them. */
function positionOf({ index }: Pattern): { positions: readonly number[] } {
  return { positions: [index === 'last' ? -1 : INDEXES.indexOf(index ?? 'first') + 1] };
}

/** RFC 5545 skips a month that is too short; Exchange takes the month's last day. */
function dayOfMonth(day: number | null | undefined): Pick<Rule, 'daysOfMonth' | 'positions'> {
  if (!day) return {};
  if (day <= 28) return { daysOfMonth: [day] };
  const days = [28, 29, 30, 31].filter((candidate) => candidate <= day);
  return { daysOfMonth: days, positions: [-1] };
}

/** A calendar day, as a wall calendar shows it; `month` is 1 to 12, `weekday` 1 (Sunday) to 7. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly weekday: number;
  /** The number of days of its month. */
  readonly length: number;
}

/** @param midnight as an instant in UTC */
export function dayOf(midnight: number): Day {
  const date = new Date(midnight);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    year,
    month: month + 1,
    date: date.getUTCDate(),
    weekday: date.getUTCDay() + 1,
    length: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
  };
}

/** The runs of a `cron(...)` of EventBridge Scheduler: on which days, and at which minutes of such a day. */
export interface Cron {
  runsOn(day: Day): boolean;
  /** Ascending, counted from midnight. */
  readonly minutes: readonly number[];
}

/** The last year that a schedule can name. */
export const LAST_YEAR = 2199;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FORM = 'minutes hours day-of-month month day-of-week year, as in cron(0 2 * * ? *)';

/** @param fields the text between the parentheses of `cron(...)` */
export function parseCron(fields: string): Cron {
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== 6) throw new Error(`has ${parts.length} fields, and needs six: ${FORM}`);
  const [minute, hour, date, month, weekday, year] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((date === '?') === (weekday === '?')) {
    throw new Error(
      `has '${date}' for day-of-month and '${weekday}' for day-of-week, and exactly one is '?'`,
    );
  }
  const minutes = numbers('minutes', minute, 0, 59);
  const hours = numbers('hours', hour, 0, 23);
  const months = new Set(numbers('month', month, 1, 12, MONTHS));
  const years = new Set(numbers('year', year, 1970, LAST_YEAR));
  const days = date === '?' ? daysOfWeek(weekday) : daysOfMonth(date);
  return {
    minutes: hours.flatMap((h) => minutes.map((m) => h * 60 + m)),
    runsOn: (day) => years.has(day.year) && months.has(day.month) && days.some((matches) => matches(day)),
  };
}

type DayRule = (day: Day) => boolean;

function daysOfMonth(field: string): DayRule[] {
  return field.split(',').map((item): DayRule => {
    if (item === 'LW') return (day) => day.date === nearestWeekday(day, day.length);
    const [, before] = /^L(?:-(\d+))?$/.exec(item) ?? [];
    if (item.startsWith('L') && (item === 'L' || before)) {
      return (day) => day.date === day.length - Number(before ?? 0);
    }
    const [, near] = /^(\d+)W$/.exec(item) ?? [];
    if (near) return (day) => Number(near) <= day.length && day.date === nearestWeekday(day, Number(near));
    const dates = new Set(numbers('day-of-month', item, 1, 31));
    return (day) => dates.has(day.date);
  });
}

function daysOfWeek(field: string): DayRule[] {
  return field.split(',').map((item): DayRule => {
    if (item === 'L') return (day) => day.weekday === 7;
    const [, name, kind, nth] = /^(\w+?)(L|#)(\d)?$/.exec(item) ?? [];
    if (name && kind) {
      const [weekday] = numbers('day-of-week', name, 1, 7, WEEKDAYS);
      if (kind === 'L') return (day) => day.weekday === weekday && day.date > day.length - 7;
      return (day) => day.weekday === weekday && Math.ceil(day.date / 7) === Number(nth);
    }
    const weekdays = new Set(numbers('day-of-week', item, 1, 7, WEEKDAYS));
    return (day) => weekdays.has(day.weekday);
  });
}

/** Returns the weekday that is nearest to a date, within the month. */
function nearestWeekday(day: Day, date: number): number {
  const weekday = ((((day.weekday - 1 + date - day.date) % 7) + 7) % 7) + 1;
  if (weekday === 1) return date === day.length ? date - 2 : date + 1;
  if (weekday === 7) return date === 1 ? date + 2 : date - 1;
  return date;
}

/** Returns all numbers of a list of `*`, `5`, `1-5`, `0/15` or names, ascending. */
function numbers(name: string, field: string, least: number, most: number, names: string[] = []): number[] {
  const one = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    const value = named >= 0 ? named + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new Error(
        `has '${field}' for ${name}, which takes ${least} to ${most}, '*', '1-5', '0/15' or a list`,
      );
    }
    return value;
  };
  const found = field.split(',').flatMap((item) => {
    const [range = '', step] = item.split('/');
    const [from = '', to] = range === '*' ? [`${least}`, `${most}`] : range.split('-');
    const first = one(from);
    const last = to === undefined ? (step === undefined ? first : most) : one(to);
    const stride = step === undefined ? 1 : Number(step);
    if (!(Number.isInteger(stride) && stride > 0) || last < first) one('');
    return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) => first + i * stride);
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

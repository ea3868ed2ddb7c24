import { reasonOf } from '../settings/reason.ts';
import { type Cron, dayOf, parseCron } from './cron.ts';
import { instantOf, offset } from './zone.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const UNITS: Record<string, number> = { minute: MINUTE, hour: 60 * MINUTE, day: DAY };

/** Long enough for two leap days. */
const YEARS = 9;

export interface ScheduledRuns {
  /** `cron(...)` or `rate(...)`, in EventBridge Scheduler's syntax. */
  readonly expression: string;
  /** IANA name. */
  readonly timeZone: string;
  /** How late a run may start, in milliseconds. */
  readonly flexibleWindow: number;
}

/**
 * Returns the longest time between the starts of two consecutive runs of any of the schedules, in
 * milliseconds. Clock changes count: a run in the hour that the clocks skip does not happen, and a run in the
 * hour that they repeat happens once. The end of a schedule that names its years counts too.
 *
 * @param year the first year of the search
 */
export function longestGap(schedules: readonly ScheduledRuns[], year = new Date().getUTCFullYear()): number {
  const rates = schedules.map(ratePeriod).filter((period) => period !== undefined);
  const runs = schedules
    .flatMap((schedule) => cronRuns(schedule, year).map((start) => [start, schedule.flexibleWindow] as const))
    .sort(([a], [b]) => a - b);
  // The first run of a rate depends on its deployment, so it cannot shorten the gaps of a cron expression.
  return Math.min(longest(runs, Date.UTC(year + YEARS)), ...rates);
}

/**
 * @param expression `cron(...)` or `rate(...)`
 * @throws Error if EventBridge Scheduler does not accept it
 */
export function assertSchedule(expression: string): void {
  const schedule = { expression, timeZone: 'Etc/UTC', flexibleWindow: 0 };
  if (ratePeriod(schedule) === undefined) readCron(expression);
}

function longest(runs: readonly (readonly [start: number, flexibleWindow: number])[], end: number): number {
  if (runs.length === 0) return Number.POSITIVE_INFINITY;
  let gap = 0;
  runs.forEach(([start], i) => {
    const [next, late] = runs[i + 1] ?? [Math.max(start, end), 0];
    gap = Math.max(gap, next + late - start);
  });
  return gap;
}

function ratePeriod({ expression, flexibleWindow }: ScheduledRuns): number | undefined {
  if (!expression.startsWith('rate(')) return undefined;
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const period = Number(count) * (UNITS[unit ?? ''] ?? 0);
  if (period > 0) return period + flexibleWindow;
  throw new Error(
    `schedule ${expression} must be a positive number of minutes, hours or days, as in rate(12 hours)`,
  );
}

function cronRuns({ expression, timeZone }: ScheduledRuns, year: number): number[] {
  if (expression.startsWith('rate(')) return [];
  const cron = readCron(expression);
  const runs = daysFrom(year).flatMap((midnight) => runsOfDay(cron, timeZone, midnight));
  if (runs.length > 0) return runs;
  throw new Error(
    `schedule ${expression} never runs in ${year} or the ${YEARS - 1} years after; give it days that exist`,
  );
}

function readCron(expression: string): Cron {
  const [, fields] = /^cron\((.*)\)$/.exec(expression) ?? [];
  if (!fields) throw new Error(`schedule ${expression} must repeat: write cron(...) or rate(...)`);
  try {
    return parseCron(fields);
  } catch (error) {
    throw new Error(`schedule ${expression} ${reasonOf(error)}`);
  }
}

/** Returns midnights as instants in UTC; two more than the years have, for zones that are ahead. */
function daysFrom(year: number): number[] {
  const first = Date.UTC(year);
  return Array.from({ length: (Date.UTC(year + YEARS) - first) / DAY + 2 }, (_, i) => first + i * DAY);
}

function runsOfDay(cron: Cron, timeZone: string, midnight: number): number[] {
  if (!cron.runsOn(dayOf(midnight))) return [];
  const ahead = offset(timeZone, midnight - DAY);
  const clocksStay = ahead === offset(timeZone, midnight + 2 * DAY);
  return cron.minutes
    .map((minute) => midnight + minute * MINUTE)
    .map((shown) => (clocksStay ? shown - ahead : instantOf(timeZone, shown)))
    .filter((instant) => instant !== undefined);
}

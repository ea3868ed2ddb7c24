import { type Cron, dayOf, LAST_YEAR, parseCron } from '../../lib/schedule/cron.ts';
import { instantOf, offset } from '../../lib/schedule/zone.ts';

/** The times at which an expression of EventBridge Scheduler fires. */
export interface FireTimes {
  /** The first time after this instant; undefined once there is none. */
  after(at: number): number | undefined;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const UNITS: Record<string, number> = { minute: MINUTE, hour: 60 * MINUTE, day: DAY };
const END = Date.UTC(LAST_YEAR + 1);

/**
 * Reads `cron(...)`, `rate(...)` and `at(...)`. As in Scheduler, a run at a local time that the clocks skip
 * does not happen, and a run at a local time that they show twice happens once.
 *
 * @param zone IANA name; for `cron` and `at`
 * @param since the start of a rate
 */
export function fireTimes(expression: string, zone: string, since: number): FireTimes {
  const [, kind, inner] = /^(cron|rate|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'cron') return cronTimes(inner as string, zone);
  if (kind === 'rate') return rateTimes(inner as string, since);
  // the pattern has a group for it
  if (kind === 'at') return singleTime(inner as string, zone);
  throw new Error(`a schedule fires by cron(...), rate(...) or at(...), got ${expression}`);
}

function cronTimes(fields: string, zone: string): FireTimes {
  if (fields.trim().split(/\s+/).length !== 6) {
    throw new Error(`a cron expression has six fields, the sixth being the year, got cron(${fields})`);
  }
  const cron = parseCron(fields);
  return {
    after(at) {
      // the local time in the zone, written as if it were UTC
      const shown = at + offset(zone, at);
      for (let midnight = Math.floor(shown / DAY) * DAY; midnight < END; midnight += DAY) {
        const fires = firstAfter(at, midnight, cron, zone);
        if (fires !== undefined) return fires;
      }
      return undefined;
    },
  };
}

/** Returns the first time of a day that is later than `at`. */
function firstAfter(at: number, midnight: number, cron: Cron, zone: string): number | undefined {
  if (!cron.runsOn(dayOf(midnight))) return undefined;
  for (const minute of cron.minutes) {
    const fires = instantOf(zone, midnight + minute * MINUTE);
    if (fires !== undefined && fires > at) return fires;
  }
  return undefined;
}

function rateTimes(text: string, since: number): FireTimes {
  const [, count, unit] = /^(\d+) (minute|hour|day)s?$/.exec(text.trim()) ?? [];
  // the pattern has a group for it
  const period = Number(count) * (UNITS[unit as string] ?? 0);
  if (!(period > 0))
    throw new Error(`a rate is a positive number of minutes, hours or days, got rate(${text})`);
  return { after: (at) => since + Math.max(0, Math.floor((at - since) / period) + 1) * period };
}

function singleTime(text: string, zone: string): FireTimes {
  const wall = Date.parse(`${text.trim()}Z`);
  if (Number.isNaN(wall))
    throw new Error(`a single time is written at(yyyy-mm-ddThh:mm:ss), got at(${text})`);
  const fires = instantOf(zone, wall);
  return { after: (at) => (fires !== undefined && fires > at ? fires : undefined) };
}

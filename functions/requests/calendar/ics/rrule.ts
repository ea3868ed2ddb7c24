import type ICAL from 'ical.js';
import { RequestRefusedError, toError } from '../../../rooms/model/errors.ts';
import { DAY, SECOND } from '../../../rooms/model/time.ts';
import { shown } from '../../refusal.ts';
import { type DayOfWeek, FREQUENCIES, type Frequency, type Rule } from '../recurrence/rule.ts';
import { mustReadDateTime } from '../time/date-time.ts';
import type { LocalTime } from '../time/local-time.ts';
import type { Zone } from '../time/zone.ts';

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/**
 * Converts a rule from `ical.js`.
 *
 * @param zone of the event: an UNTIL in UTC is converted to the event's local time
 * @param isWholeDays the event has a date and no time
 * @throws RequestRefusedError
 */
export function readRule(property: ICAL.Property, zone: Zone, isWholeDays = false): Rule {
  const recur = recurOf(property);
  // the library knows only these seven
  const frequency = recur.freq as Frequency;
  if (!FREQUENCIES.includes(frequency)) {
    throw new RequestRefusedError(
      `RRULE: FREQ must be one of ${FREQUENCIES.join(', ')}, got ${shown(recur.freq)}`,
    );
  }
  refuseOtherCalendars(recur);
  const numbers = (part: string) => readNumbers(recur, part);
  return {
    frequency,
    interval: atLeastOne(recur.interval, 'INTERVAL'),
    ...(recur.count !== null && { count: atLeastOne(recur.count, 'COUNT') }),
    ...(recur.until && { until: readUntil(recur.until, zone, isWholeDays) }),
    weekStart: recur.wkst - 1,
    seconds: numbers('BYSECOND'),
    minutes: numbers('BYMINUTE'),
    hours: numbers('BYHOUR'),
    weekdays: readWeekdays(recur),
    daysOfMonth: numbers('BYMONTHDAY'),
    daysOfYear: numbers('BYYEARDAY'),
    weeks: numbers('BYWEEKNO'),
    months: numbers('BYMONTH'),
    positions: numbers('BYSETPOS'),
  };
}

/** `ical.js` validates some parts of a rule only when they are read. */
function recurOf(property: ICAL.Property): ICAL.Recur {
  try {
    // the value of a property of the type RECUR
    return property.getFirstValue() as ICAL.Recur;
  } catch (cause) {
    throw new RequestRefusedError(`RRULE: ${toError(cause).message.slice(0, 200)}`, { cause });
  }
}

function atLeastOne(value: number, part: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RequestRefusedError(`RRULE: ${part} must be at least 1, got ${shown(value)}`);
}

/**
 * A date stands for its last second, so that an occurrence at noon of that day is included. For whole days,
 * many calendars write the last date as midnight in UTC, which is still the previous day in the west.
 */
function readUntil(until: ICAL.Time, zone: Zone, isWholeDays: boolean): LocalTime {
  const { wall, isDate, offset } = mustReadDateTime(until.toString(), 'RRULE: UNTIL');
  if (isDate) return wall + DAY - SECOND;
  if (offset === undefined) return wall;
  const shown = zone.toWall(wall - offset);
  return isWholeDays && wall % DAY === 0 ? Math.max(wall, shown) : shown;
}

/** `ical.js` keeps unknown parts, such as RFC 7529's other calendars. */
function refuseOtherCalendars(recur: ICAL.Recur): void {
  // the library keeps a part that its types leave out
  const { rscale = 'GREGORIAN' } = recur as { rscale?: string };
  if (rscale.toUpperCase() !== 'GREGORIAN') {
    throw new RequestRefusedError(`RRULE: RSCALE must be GREGORIAN or absent, got ${shown(rscale)}`);
  }
}

function readNumbers(recur: ICAL.Recur, part: string): readonly number[] | undefined {
  const values = recur.getComponent(part).map(Number);
  return values.length > 0 ? values : undefined;
}

function readWeekdays(recur: ICAL.Recur): readonly DayOfWeek[] | undefined {
  const values = recur.getComponent('BYDAY').map((value): DayOfWeek => {
    const [, nth, name = ''] = /^([+-]?\d+)?([A-Z]{2})$/.exec(String(value)) ?? [];
    return { nth: Number(nth ?? 0), weekday: WEEKDAYS.indexOf(name) };
  });
  return values.length > 0 ? values : undefined;
}

import type ICAL from 'ical.js';
import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { DAY, type Instant } from '../../../rooms/model/time.ts';
import { expand } from '../recurrence/expand.ts';
import type { Rule } from '../recurrence/rule.ts';
import { readDateTime } from '../time/date-time.ts';
import { calendarDayOf, dayNumber, dayOf, type LocalTime } from '../time/local-time.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import { type Zone, zoneOf } from '../time/zone.ts';
import { textOf, valuesOf } from './property.ts';
import { readRule } from './rrule.ts';

/** A change of the clock. */
interface Onset {
  readonly instant: Instant;
  readonly offset: number;
}

/** How often and until when a clock changes from one offset to another. */
interface Observance {
  readonly start: LocalTime;
  readonly from: number;
  readonly to: number;
  readonly rules: readonly Rule[];
  readonly dates: readonly LocalTime[];
}

/** No meeting is planned in the years before. */
const EARLIEST = dayNumber(1970, 1, 1);

/**
 * Returns the zone that a VTIMEZONE defines.
 *
 * @throws RequestRefusedError if it defines none
 */
export function definedZone(component: ICAL.Component, steps: WorkBudget): Zone {
  const observances = component
    .getAllSubcomponents()
    .filter(({ name }) => name === 'standard' || name === 'daylight')
    .map(readObservance);
  const first = observances.toSorted((a, b) => a.start - b.start)[0];
  if (!first) throw new RequestRefusedError('VTIMEZONE: has neither STANDARD nor DAYLIGHT');
  let onsets: readonly Onset[] = [];
  let until = Number.NEGATIVE_INFINITY;
  return zoneOf((instant) => {
    if (instant > until) {
      until = instant + 400 * DAY;
      onsets = observances
        .flatMap((observance) => onsetsOf(observance, until, steps))
        .sort((a, b) => a.instant - b.instant);
    }
    steps.take(Math.ceil(onsets.length / 100));
    return onsets.findLast((onset) => onset.instant <= instant)?.offset ?? first.from;
  });
}

function readObservance(component: ICAL.Component): Observance {
  const from = readOffset(component, 'tzoffsetfrom');
  const to = readOffset(component, 'tzoffsetto');
  const start = readDateTime(textOf(component, 'dtstart'))?.wall;
  if (start === undefined) throw new RequestRefusedError('VTIMEZONE: DTSTART must be a local time');
  // UNTIL is in UTC here; its local time is that before the change
  const before = zoneOf(() => from);
  const rules = component.getAllProperties('rrule').map((property) => readRule(property, before));
  const dates = component
    .getAllProperties('rdate')
    .flatMap((property) => valuesOf(property).map((value) => readDateTime(value)?.wall))
    .filter((wall) => wall !== undefined);
  return { start, from, to, rules, dates };
}

function readOffset(component: ICAL.Component, name: string): number {
  const [, sign, hours, minutes, seconds] =
    /^([+-])(\d\d):?(\d\d):?(\d\d)?$/.exec(textOf(component, name)) ?? [];
  if (sign === undefined) throw new RequestRefusedError(`VTIMEZONE: ${name.toUpperCase()} must be an offset`);
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  return (sign === '-' ? -offset : offset) * 1000;
}

function onsetsOf(observance: Observance, until: Instant, steps: WorkBudget): Onset[] {
  const { start, from, to, rules, dates } = observance;
  const onset = (wall: LocalTime): Onset => ({ instant: wall - from, offset: to });
  const onsets = [start, ...dates].map(onset);
  steps.take(onsets.length);
  for (const rule of rules) {
    for (const wall of expand(rule, startOf(rule, start), steps)) {
      if (wall - from > until) break;
      onsets.push(onset(wall));
    }
  }
  return onsets;
}

/** Many definitions start in 1601. If it makes no difference, the years before 1970 are skipped. */
function startOf({ frequency, interval, count, weekdays, months }: Rule, start: LocalTime): LocalTime {
  const anyYear = frequency === 'YEARLY' && interval === 1 && !count && weekdays && months;
  if (!anyYear || calendarDayOf(dayOf(start)).day >= EARLIEST) return start;
  return EARLIEST * DAY + (start - dayOf(start) * DAY);
}

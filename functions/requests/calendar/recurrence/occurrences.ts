import { REMEMBERED } from '../../../rooms/model/occurrences.ts';
import { DAY, type Instant } from '../../../rooms/model/time.ts';
import { dayOf, type LocalTime } from '../time/local-time.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import type { Zone } from '../time/zone.ts';
import type { EventTimes, Length } from './calendar-event.ts';
import { expand } from './expand.ts';
import { isEndless, type Rule, unitOf } from './rule.ts';

/** An occurrence: the start according to the calendar's rule, which names it, and its actual end. */
export interface Occurrence {
  readonly id: Instant;
  readonly start: Instant;
  readonly end: Instant;
}

export interface Plan {
  readonly endless: boolean;
  /** The occurrences that end last, in the order of their ends; empty for an endless event. */
  readonly last: readonly Occurrence[];
  /** Set if `last` has all occurrences. */
  readonly whole: boolean;
}

/** Returns the end of an event, with as many of its last occurrences as a row remembers. */
export function planOccurrences(times: EventTimes, steps: WorkBudget): Plan {
  if (times.rules.some((rule) => isForEver(cutShort(rule, times.cut), times.start))) {
    return { endless: true, last: [], whole: false };
  }
  const walls = new Latest(REMEMBERED);
  for (const series of startsOf(times, steps)) {
    for (const wall of series) walls.add(wall);
  }
  const planned = [...walls.kept].map((wall) => occurrenceAt(times, wall));
  const all = byId([...planned, ...extrasOf(times)]).sort((a, b) => a.end - b.end);
  return {
    endless: false,
    last: all.slice(-REMEMBERED),
    whole: walls.isAll && all.length <= REMEMBERED,
  };
}

/**
 * Returns the occurrences that are in progress at some time between two instants, in order, at most `most`.
 */
export function occurrencesBetween(
  times: EventTimes,
  { from, to, most }: { readonly from: Instant; readonly to: Instant; readonly most: number },
  steps: WorkBudget,
): readonly Occurrence[] {
  const { zone, length, shifts } = times;
  const margin = DAY + Math.max(0, ...shifts.map(({ by }) => Math.abs(by)));
  const longest = Math.max(
    ...[length, ...shifts.map((shift) => shift.length)].map(({ days, time }) => days * DAY + time),
  );
  const first = zone.toWall(from) - longest - margin;
  const last = zone.toWall(to) + margin;
  const found: Occurrence[] = extrasOf(times);
  for (const series of startsOf(times, steps)) {
    let left = most + 1;
    for (const wall of series) {
      if (wall > last || left === 0) break;
      if (wall < first) continue;
      const occurrence = occurrenceAt(times, wall);
      if (occurrence.end >= from) left -= 1;
      found.push(occurrence);
    }
  }
  return byId(found)
    .filter(({ start, end }) => end >= from && start <= to)
    .sort((a, b) => a.start - b.start)
    .slice(0, most);
}

/** If two have the same start as name, the later one in the list counts. */
function byId(occurrences: readonly Occurrence[]): Occurrence[] {
  return [...new Map(occurrences.map((occurrence) => [occurrence.id, occurrence])).values()];
}

function extrasOf(times: EventTimes): Occurrence[] {
  return times.extra
    .filter(({ start }) => isHeld(times, start))
    .map(({ start, end }) => {
      const occurrence = occurrenceAt(times, start);
      return end === undefined ? occurrence : { ...occurrence, end };
    });
}

/** Some calendars write an end in the year 9999 for a series without an end. */
const FOR_EVER = 36_525 * DAY;

function isForEver(rule: Rule, start: LocalTime): boolean {
  const { until = start } = rule;
  return isEndless(rule) || (unitOf(rule) >= DAY && !rule.count && until - start > FOR_EVER);
}

function cutShort(rule: Rule, cut: LocalTime | undefined): Rule {
  return cut === undefined ? rule : { ...rule, until: Math.min(rule.until ?? cut - 1, cut - 1) };
}

/**
 * Returns the first start, which counts even if no rule names it, and the starts by each of the rules in
 * order.
 */
function startsOf(times: EventTimes, steps: WorkBudget): Iterable<LocalTime>[] {
  return [
    held([times.start], times, steps),
    ...times.rules.map((rule) => held(expand(cutShort(rule, times.cut), times.start, steps), times, steps)),
  ];
}

/** Generates the starts that are not excluded. */
function* held(walls: Iterable<LocalTime>, times: EventTimes, steps: WorkBudget): Generator<LocalTime> {
  const barriers = times.exceptRules.map((rule) => new Barrier(expand(rule, times.start, steps)));
  for (const wall of walls) {
    const isBarred = barriers.filter((barrier) => barrier.bars(wall)).length > 0;
    if (!isBarred && isHeld(times, wall)) yield wall;
  }
}

/** Whether no exclusion names this start. */
function isHeld({ excluded, excludedDays, cut }: EventTimes, wall: LocalTime): boolean {
  return !excluded.has(wall) && !excludedDays.has(dayOf(wall)) && (cut === undefined || wall < cut);
}

function occurrenceAt({ zone, length, shifts }: EventTimes, wall: LocalTime): Occurrence {
  const id = zone.toInstant(wall);
  const shift = shifts
    .filter(({ from }) => from <= wall)
    .sort((a, b) => a.from - b.from)
    .at(-1);
  const moved = wall + (shift?.by ?? 0);
  const start = moved === wall ? id : zone.toInstant(moved);
  const { days, time } = shift?.length ?? length;
  return { id, start, end: days === 0 ? start + time : endOf(zone, moved, { days, time }) };
}

/** Days are calendar days, of 23 to 25 hours; hours are hours. */
export function endOf(zone: Zone, start: LocalTime, { days, time }: Length): Instant {
  return zone.toInstant(start + days * DAY) + time;
}

/** Keeps the latest of many values without storing all of them. */
class Latest {
  readonly #most: number;
  #walls: LocalTime[] = [];
  isAll = true;

  constructor(most: number) {
    this.#most = most;
  }

  add(wall: LocalTime): void {
    this.#walls.push(wall);
    if (this.#walls.length > 4 * this.#most) this.#shorten();
  }

  get kept(): readonly LocalTime[] {
    this.#shorten();
    return this.#walls;
  }

  #shorten(): void {
    const walls = [...new Set(this.#walls)].sort((a, b) => a - b);
    if (walls.length > this.#most) this.isAll = false;
    this.#walls = walls.slice(-this.#most);
  }
}

/** Starts that a rule excludes; must be queried in order. */
class Barrier {
  readonly #walls: Generator<LocalTime>;
  #next: LocalTime | undefined;

  constructor(walls: Generator<LocalTime>) {
    this.#walls = walls;
    this.#next = walls.next().value;
  }

  bars(wall: LocalTime): boolean {
    while (this.#next !== undefined && this.#next < wall) this.#next = this.#walls.next().value;
    return this.#next === wall;
  }
}

import fc from 'fast-check';
import ICAL from 'ical.js';
import rrule from 'rrule';
import { describe, expect, test } from 'vitest';
import { readRule } from '../../../../functions/requests/calendar/ics/rrule.ts';
import { expand } from '../../../../functions/requests/calendar/recurrence/expand.ts';
import { WorkBudget } from '../../../../functions/requests/calendar/time/work-budget.ts';
import { UTC } from '../../../../functions/requests/calendar/time/zone.ts';

const START = Date.UTC(2027, 0, 15, 9, 0, 0);

function ours(text: string, start = START, most = 40): string[] {
  const rule = readRule(ICAL.Property.fromString(`RRULE:${text}`), UTC);
  const found: string[] = [];
  for (const wall of expand(rule, start, new WorkBudget())) {
    found.push(new Date(wall).toISOString().slice(0, 16));
    if (found.length === most) break;
  }
  return found;
}

function theirs(text: string, start = START, most = 40): string[] {
  const rule = new rrule.RRule({ ...rrule.RRule.parseString(text), dtstart: new Date(start) });
  return rule.all((_, index) => index < most).map((date) => date.toISOString().slice(0, 16));
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** Some of the values in their order: the second library does not sort hours itself. */
const some = (values: readonly (number | string)[]) =>
  fc.option(
    fc
      .subarray([...values], { minLength: 1, maxLength: Math.min(4, values.length) })
      .map((list) => list.join(',')),
    { nil: undefined, freq: 2 },
  );

// more than one at a time, and the second library may name the same start twice
const positions = fc.option(fc.constantFrom('1', '2', '3', '-1', '-2'), { nil: undefined, freq: 1 });

/** Rules that the second library reads as RFC 5545 does, and that name at least a few days. */
const rules = fc.oneof(
  fc.record({
    FREQ: fc.constant('DAILY'),
    BYDAY: some(WEEKDAYS),
    BYMONTH: some([1, 2, 6, 11]),
    BYHOUR: some([8, 12, 17]),
    BYMONTHDAY: some([1, 13, 28, -1, -2]),
  }),
  fc.record({
    FREQ: fc.constant('WEEKLY'),
    BYDAY: some(WEEKDAYS),
    BYMONTH: some([1, 2, 6, 11]),
    BYHOUR: some([8, 12]),
    BYSETPOS: positions,
    WKST: some(['MO']),
  }),
  fc.record({ FREQ: fc.constant('WEEKLY'), BYDAY: some(WEEKDAYS), WKST: fc.constantFrom('SU', 'WE', 'SA') }),
  fc.record({
    FREQ: fc.constant('MONTHLY'),
    BYDAY: some(['1MO', '-1FR', '2TU', '5WE', '-2SU']),
    BYMONTH: some([1, 2, 6, 11]),
    BYSETPOS: positions,
  }),
  fc.record({
    FREQ: fc.constant('MONTHLY'),
    BYDAY: some(WEEKDAYS),
    BYMONTHDAY: some([1, 13, 28, 31, -1, -2]),
    BYSETPOS: positions,
  }),
  fc.record({
    FREQ: fc.constant('YEARLY'),
    BYMONTH: some([1, 2, 6, 11]),
    BYMONTHDAY: some([1, 13, 28, 29, -1]),
    BYSETPOS: positions,
    BYHOUR: some([8, 12]),
  }),
  fc.record({
    FREQ: fc.constant('YEARLY'),
    BYMONTH: some([1, 2, 6, 11]),
    BYDAY: some(['1MO', '-1FR', '2TU', '-2SU']),
    BYSETPOS: positions,
  }),
  fc.record({
    FREQ: fc.constant('YEARLY'),
    BYDAY: some(['1MO', '20MO', '-5SU', '-1TH']),
    BYSETPOS: positions,
  }),
  fc.record({
    FREQ: fc.constant('YEARLY'),
    BYDAY: some(WEEKDAYS).map((days) => days ?? 'MO'),
    BYWEEKNO: some([2, 20, 40]).map((weeks) => weeks ?? '20'),
    BYSETPOS: positions,
  }),
  fc.record({
    FREQ: fc.constant('YEARLY'),
    BYYEARDAY: some([1, 60, 200, 365, 366, -1, -366]).map((days) => days ?? '100'),
    BYMONTH: some([1, 2, 12]),
  }),
  fc.record({
    FREQ: fc.constant('HOURLY'),
    BYDAY: some(WEEKDAYS),
    BYMINUTE: some([0, 15, 45]),
    BYSETPOS: positions,
  }),
  fc.record({ FREQ: fc.constant('MINUTELY'), BYHOUR: some([8, 9, 17]), BYSECOND: some([0, 30]) }),
);

const endings = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((count) => `COUNT=${count}`),
  fc.integer({ min: 1, max: 3000 }).map((days) => {
    const until = new Date(START + days * 86_400_000 + 3_600_000).toISOString();
    return `UNTIL=${until.replace(/[-:]|\.\d+/g, '')}`;
  }),
  fc.constant(''),
);

const texts = fc.tuple(rules, fc.integer({ min: 1, max: 5 }), endings).map(([parts, interval, ending]) =>
  [
    ...Object.entries({ ...parts, INTERVAL: String(interval) })
      .filter(([, value]) => value)
      .map(([name, value]) => `${name}=${value}`),
    ending,
  ]
    .filter(Boolean)
    .join(';'),
);

describe('a rule of recurrence', () => {
  test('makes the starts that a second library finds', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let found: string[];
        try {
          found = ours(text, START, 20);
        } catch {
          // a rule that names no day, such as the 30th of February, is refused and would not end there
          return;
        }
        expect(found, text).toEqual(theirs(text, START, 20));
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 200), seed: 20270115 },
    );
  }, 600_000);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fireTimes } from '../../../local/clock/expression.ts';
import { oracleTimes } from '../../support/cron-oracle.ts';

const at = (iso: string) => Date.parse(iso);

function next(expression: string, zone: string, after: string, count = 1): string[] {
  const times = fireTimes(expression, zone, at(after));
  const found: string[] = [];
  let from: number | undefined = at(after);
  for (let i = 0; i < count && from !== undefined; i++) {
    from = times.after(from);
    if (from !== undefined) found.push(new Date(from).toISOString());
  }
  return found;
}

test('a cron expression fires at the wall clock of its zone', () => {
  expect(next('cron(0 2 * * ? *)', 'UTC', '2027-01-10T02:00:00Z')).toEqual(['2027-01-11T02:00:00.000Z']);
  expect(next('cron(0 2 * * ? *)', 'Europe/Berlin', '2027-01-10T00:59:59Z')).toEqual([
    '2027-01-10T01:00:00.000Z',
  ]);
  expect(next('cron(30 2 * * ? *)', 'Asia/Kolkata', '2027-01-10T00:00:00Z')).toEqual([
    '2027-01-10T21:00:00.000Z',
  ]);
});

test('a time that the clocks skip does not fire that night', () => {
  expect(next('cron(30 2 * * ? *)', 'Europe/Berlin', '2027-03-26T12:00:00Z', 3)).toEqual([
    '2027-03-27T01:30:00.000Z',
    '2027-03-29T00:30:00.000Z',
    '2027-03-30T00:30:00.000Z',
  ]);
});

test('a time that the clocks show twice fires once', () => {
  expect(next('cron(30 1 * * ? *)', 'America/New_York', '2027-11-06T12:00:00Z', 2)).toEqual([
    '2027-11-07T05:30:00.000Z',
    '2027-11-08T06:30:00.000Z',
  ]);
  // asked between the two showings
  expect(next('cron(30 1 * * ? *)', 'America/New_York', '2027-11-07T06:10:00Z')).toEqual([
    '2027-11-08T06:30:00.000Z',
  ]);
});

test('several runs a day, days of the week and the last day of the month are kept to', () => {
  expect(next('cron(0 1,13 * * ? *)', 'UTC', '2027-01-01T00:00:00Z', 3)).toEqual([
    '2027-01-01T01:00:00.000Z',
    '2027-01-01T13:00:00.000Z',
    '2027-01-02T01:00:00.000Z',
  ]);
  expect(next('cron(0 3 ? * SUN *)', 'UTC', '2027-01-01T00:00:00Z', 2)).toEqual([
    '2027-01-03T03:00:00.000Z',
    '2027-01-10T03:00:00.000Z',
  ]);
  expect(next('cron(0 3 L * ? *)', 'UTC', '2027-02-01T00:00:00Z')).toEqual(['2027-02-28T03:00:00.000Z']);
});

test('a rate counts from its start', () => {
  expect(next('rate(6 hours)', 'UTC', '2027-01-01T00:00:00Z', 2)).toEqual([
    '2027-01-01T06:00:00.000Z',
    '2027-01-01T12:00:00.000Z',
  ]);
  expect(fireTimes('rate(1 day)', 'UTC', 1000).after(0)).toBe(1000);
});

test('a single time fires once, in its zone', () => {
  expect(next('at(2027-07-01T09:00:00)', 'Europe/Berlin', '2027-01-01T00:00:00Z', 2)).toEqual([
    '2027-07-01T07:00:00.000Z',
  ]);
});

test.each([
  ['every night', 'a schedule fires by cron(...), rate(...) or at(...), got every night'],
  ['cron(0 2 * * ?)', 'a cron expression has six fields, the sixth being the year, got cron(0 2 * * ?)'],
  ['rate(0 hours)', 'a rate is a positive number of minutes, hours or days, got rate(0 hours)'],
  ['at(tomorrow)', 'a single time is written at(yyyy-mm-ddThh:mm:ss), got at(tomorrow)'],
])('%s is refused', (expression, reason) => {
  expect(() => fireTimes(expression, 'UTC', 0)).toThrow(reason);
});

test('a cron expression fires when a library says that it does', () => {
  const field = (...texts: readonly string[]) => fc.constantFrom(...texts);
  const cron = fc
    .tuple(
      field('0', '30', '5/20', '0,59'),
      field('*', '2', '1-3', '0/6', '22,23'),
      // no days that a month lacks: the library takes them for the first of the next month
      field('* * ?', '1,15 * ?', 'L * ?', '15W * ?', '? * MON-FRI', '? * SUN', '? * 2#1', '? JUN-AUG 5L'),
      field('*', '2027-2028'),
    )
    .map((fields) => `cron(${fields.join(' ')})`);
  const zone = field('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
  const instant = fc.integer({ min: at('2026-12-01T00:00:00Z'), max: at('2028-12-31T00:00:00Z') });
  fc.assert(
    fc.property(cron, zone, instant, (expression, timeZone, from) => {
      const [ours, oracle] = [fireTimes(expression, timeZone, 0), oracleTimes(expression, timeZone)];
      let after: number | undefined = from;
      for (let nth = 0; nth < 5 && after !== undefined; nth += 1) {
        const expected: number | undefined = oracle.after(after);
        expect(ours.after(after)).toBe(expected);
        after = expected;
      }
    }),
    { numRuns: 150, seed: 1 },
  );
});

test('a leap day fires in leap years', () => {
  expect(next('cron(0 3 29 2 ? *)', 'UTC', '2027-01-01T00:00:00Z')).toEqual(['2028-02-29T03:00:00.000Z']);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestGap, type ScheduledRuns } from '../../../lib/schedule/longest-gap.ts';
import { oracleTimes } from '../../support/cron-oracle.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 2026;

function runs(expression: string, timeZone = 'UTC', flexibleWindow = 0): ScheduledRuns {
  return { expression, timeZone, flexibleWindow };
}

const gapOf = (...schedules: ScheduledRuns[]) => longestGap(schedules, YEAR);

describe('the longest time between two runs', () => {
  test.each([
    ['every night in UTC', [runs('cron(0 2 * * ? *)')], DAY],
    ['a run may start late by its flexible window', [runs('cron(0 2 * * ? *)', 'UTC', HOUR)], DAY + HOUR],
    ['the clocks of a zone go back on one night', [runs('cron(0 5 * * ? *)', 'Europe/Berlin')], DAY + HOUR],
    [
      'a run in the hour that the clocks skip is lost',
      [runs('cron(30 2 * * ? *)', 'Europe/Berlin')],
      2 * DAY - HOUR,
    ],
    [
      'so it is on the other side of the sea',
      [runs('cron(15 2 * * ? *)', 'America/New_York')],
      2 * DAY - HOUR,
    ],
    [
      'the hour that they show twice has its runs once',
      [runs('cron(0 * * * ? *)', 'Europe/Berlin')],
      2 * HOUR,
    ],
    ['clocks that move by half an hour', [runs('cron(0 4 * * ? *)', 'Australia/Lord_Howe')], DAY + HOUR / 2],
    ['twice a day', [runs('cron(0 2,14 * * ? *)')], 12 * HOUR],
    [
      'two schedules fill the gaps of each other',
      [runs('cron(0 2 * * ? *)'), runs('cron(0 10 * * ? *)')],
      16 * HOUR,
    ],
    ['workdays leave the weekend', [runs('cron(0 2 ? * MON-FRI *)')], 3 * DAY],
    ['the first of a month', [runs('cron(0 0 1 * ? *)')], 31 * DAY],
    ['the last of a month', [runs('cron(0 0 L * ? *)')], 31 * DAY],
    ['the last Friday of a month', [runs('cron(0 0 ? * 6L *)')], 35 * DAY],
    ['the second Tuesday of a month', [runs('cron(0 0 ? * TUE#2 *)')], 35 * DAY],
    ['a leap day', [runs('cron(0 0 29 2 ? *)')], 4 * 365 * DAY + DAY],
    ['a rate', [runs('rate(12 hours)', 'UTC', HOUR)], 13 * HOUR],
    ['a rate beside a rarer cron', [runs('rate(3 days)'), runs('cron(0 0 1 * ? *)')], 3 * DAY],
  ])('%s', (_, schedules, expected) => {
    expect(gapOf(...schedules)).toBe(expected);
  });

  test('a schedule that names its years leaves all the years after them', () => {
    expect(gapOf(runs('cron(0 2 * * ? 2026-2027)'))).toBeGreaterThan(6 * 365 * DAY);
  });

  test.each([
    ['cron(0 25 * * ? *)', /schedule cron\(0 25 \* \* \? \*\) has '25' for hours, which takes 0 to 23/],
    ['cron(0 2 * * * *)', /exactly one is '\?'/],
    ['cron(0 2 ? * ? *)', /exactly one is '\?'/],
    ['cron(0 2 * * ?)', /has 5 fields, and needs six/],
    ['cron(0 2 ? * MOO *)', /has 'MOO' for day-of-week/],
    ['cron(0/0 2 * * ? *)', /has '0\/0' for minutes/],
    ['cron(0 9-5 * * ? *)', /has '9-5' for hours/],
    ['cron(0 2 31 2 ? *)', /never runs in 2026 or the 8 years after/],
    ['at(2026-12-24T18:00:00)', /must repeat/],
    ['rate(0 hours)', /positive number/],
    ['nightly', /must repeat/],
  ])('%s is refused', (expression, reason) => {
    expect(() => gapOf(runs(expression))).toThrow(reason);
  });

  test('agrees with a second reading of the same expressions', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Africa/Casablanca'];
    const minute = fc.integer({ min: 0, max: 59 }).map(String);
    const hour = fc.oneof(
      fc.integer({ min: 0, max: 23 }).map(String),
      fc.constantFrom('1-4', '0/6', '2,3,15', '22-23'),
    );
    const days = fc.constantFrom(
      '* * ?',
      '1,15 * ?',
      'L * ?',
      '? * MON-FRI',
      '? * SUN',
      '? * 2#1',
      '15W * ?',
      '? * 5L',
    );
    const cron = fc.tuple(minute, hour, days).map(([m, h, d]) => `cron(${m} ${h} ${d} *)`);
    fc.assert(
      fc.property(cron, fc.constantFrom(...zones), (expression, zone) => {
        expect(gapOf(runs(expression, zone))).toBe(longestOfNineYears(expression, zone));
      }),
      { numRuns: 25 },
    );
  });
});

function longestOfNineYears(expression: string, zone: string): number {
  const times = oracleTimes(expression, zone);
  const fires = (after: number) => times.after(after) as number;
  let [at, longest] = [fires(Date.UTC(YEAR) - DAY / 2), 0];
  while (at < Date.UTC(YEAR + 9)) {
    const next = fires(at);
    longest = Math.max(longest, next - at);
    at = next;
  }
  return longest;
}

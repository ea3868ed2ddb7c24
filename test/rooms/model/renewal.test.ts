import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emergencyTime,
  RUN_ALLOWANCE,
  renewalTime,
  renewalWindow,
  shortestRenewableLife,
} from '../../../functions/rooms/model/renewal.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { longestGap } from '../../../lib/schedule/longest-gap.ts';
import { START } from '../../support/rooms.ts';

/** A schedule that runs every night, the night of the clock change included. */
const NIGHTLY = { renewBefore: 7 * DAY, longestGap: 25 * HOUR };
const HOURLY = { renewBefore: 7 * DAY, longestGap: HOUR };

const lives = fc.integer({ min: 10 * MINUTE, max: 366 * DAY });
const policies = fc.record({
  renewBefore: fc.integer({ min: HOUR, max: 60 * DAY }),
  longestGap: fc.integer({ min: MINUTE, max: 8 * DAY }),
});

describe('the renewal window', () => {
  it.each([
    ['a year is renewed a week before', 365 * DAY, NIGHTLY, 7 * DAY],
    ['90 days are renewed a week before', 90 * DAY, NIGHTLY, 7 * DAY],
    ['a window is at most a third of the life', 12 * DAY, NIGHTLY, 4 * DAY],
    ['yet wide enough for two runs', 6 * DAY, NIGHTLY, 50 * HOUR + RUN_ALLOWANCE],
    ['the shortest life with two runs', 75 * HOUR + 45 * MINUTE, NIGHTLY, 50 * HOUR + RUN_ALLOWANCE],
    ['below it one run', 75 * HOUR, NIGHTLY, 25.5 * HOUR],
    ['two days with a nightly schedule: one run', 2 * DAY, NIGHTLY, 25.5 * HOUR],
    ['the shortest life with one run', shortestRenewableLife(NIGHTLY), NIGHTLY, 25.5 * HOUR],
    ['one day with a nightly schedule: none', DAY, NIGHTLY, undefined],
    ['one day with an hourly schedule', DAY, HOURLY, 8 * HOUR],
    ['an hour with an hourly schedule: none', HOUR, HOURLY, undefined],
  ])('%s', (_, life, policy, window) => {
    expect(renewalWindow(life, policy)).toBe(window);
  });
});

describe('the time of renewal', () => {
  it('leaves at least one run of any schedule before the expiry, whatever the jitter', () => {
    fc.assert(
      fc.property(fc.string(), lives, policies, (key, life, policy) => {
        const renewAt = renewalTime(key, START, START + life, policy);
        if (renewAt === undefined) return life * 0.9 < policy.longestGap + RUN_ALLOWANCE;
        return START + life - renewAt >= policy.longestGap + RUN_ALLOWANCE && renewAt > START;
      }),
      { seed: 1 },
    );
  });

  it('is never later for a wider window', () => {
    fc.assert(
      fc.property(lives, policies, (life, policy) => {
        const wider = { ...policy, renewBefore: policy.renewBefore * 2 };
        const [first, second] = [policy, wider].map((rule) => renewalWindow(life, rule));
        return (first === undefined) === (second === undefined) && (second ?? 0) >= (first ?? 0);
      }),
      { seed: 2 },
    );
  });

  it('spreads a thousand rooms that were made in one minute over days', () => {
    const times = Array.from({ length: 1000 }, (_, room) =>
      renewalTime(`room-${room}`, START, START + 90 * DAY, NIGHTLY),
    ) as number[];
    const nights = new Map<number, number>();
    for (const time of times)
      nights.set(Math.floor(time / DAY), (nights.get(Math.floor(time / DAY)) ?? 0) + 1);
    expect(nights.size).toBeGreaterThanOrEqual(5);
    expect(Math.max(...nights.values())).toBeLessThan(300);
  });

  it('is the same for the same room, whoever calculates', () => {
    const first = renewalTime('weekly', START, START + 90 * DAY, NIGHTLY);
    expect(renewalTime('weekly', START, START + 90 * DAY, NIGHTLY)).toBe(first);
    expect(new Date(first ?? 0).toISOString()).toBe('2027-05-19T07:24:32.531Z');
  });
});

describe('the time of emergency', () => {
  it.each([
    ['the last twentieth of a life', 60 * DAY, NIGHTLY, 3 * DAY],
    ['at most half of the window', 365 * DAY, NIGHTLY, 3.5 * DAY],
    ['at least the last run that can save it', 12 * DAY, NIGHTLY, 25.5 * HOUR],
    ['the whole window where that is but one run', 2 * DAY, NIGHTLY, 25.5 * HOUR],
    ['a short life under an hourly schedule', DAY, HOURLY, 1.5 * HOUR],
  ])('%s', (_, life, policy, before) => {
    expect(emergencyTime(START, START + life, policy)).toBe(START + life - before);
  });

  it('leaves a run of any schedule, and never comes before the time of renewal', () => {
    fc.assert(
      fc.property(fc.string(), lives, policies, (key, life, policy) => {
        const renewAt = renewalTime(key, START, START + life, policy);
        if (renewAt === undefined) return true;
        const emergencyAt = emergencyTime(START, START + life, policy);
        return emergencyAt >= renewAt && START + life - emergencyAt >= policy.longestGap + RUN_ALLOWANCE;
      }),
      { seed: 3 },
    );
  });
});

describe('the table of the guide', () => {
  const guide = readFileSync(new URL('../../../docs/guide/renewal.md', import.meta.url), 'utf8');
  const rows = [...guide.matchAll(/^\| (\d+ days?) \| ([^|]+) \| ([^|]*) ?\|$/gm)];
  const inSchedule = { expression: 'cron(0 2 * * ? *)', timeZone: 'UTC', flexibleWindow: 15 * MINUTE };
  const policy = { renewBefore: 7 * DAY, longestGap: longestGap([inSchedule], 2027) };
  const length = (text = '') => {
    const [, number, unit] = /^([\d.]+) (day|hour)s?$/.exec(text.trim()) ?? [];
    return number === undefined ? undefined : Number(number) * (unit === 'day' ? DAY : HOUR);
  };

  it('has rows', () => expect(rows.length).toBeGreaterThan(5));

  it.each(rows.map(([, ...cells]) => cells))('is true of a life of %s', (life, window, emergency) => {
    const lived = length(life) ?? 0;
    expect(renewalWindow(lived, policy)).toBe(length(window));
    if (length(window)) expect(lived - emergencyTime(0, lived, policy)).toBe(length(emergency));
  });
});

it.each([HOUR, 12 * HOUR, DAY + 15 * MINUTE, 7 * DAY])(
  'the shortest life that can be renewed, with a gap of %i ms, is just long enough',
  (longestGap) => {
    const policy = { renewBefore: 7 * DAY, longestGap };
    const least = shortestRenewableLife(policy);
    expect(renewalWindow(least + 1, policy)).toBeDefined();
    expect(renewalWindow(least - MINUTE, policy)).toBeUndefined();
  },
);

import { afterEach, expect, test } from 'vitest';
import { startClock } from '../../../local/clock/clock.ts';
import { dateOffset, restoreDate } from '../../../local/clock/turnable-date.ts';

const RealDate = globalThis.Date;
const DAY = 86_400_000;

afterEach(restoreDate);

test('the date of the process moves with the clock, never back, and comes home when it stops', () => {
  const turned = startClock();
  const real = RealDate.now();
  const heard: number[] = [];
  turned.onJump((offset) => heard.push(offset));

  turned.jumpTo(real + 7 * DAY);
  turned.jumpTo(real);

  expect(Date.now() - RealDate.now()).toBeGreaterThan(7 * DAY - 1000);
  expect(RealDate.parse(new Date().toISOString()) - RealDate.now()).toBeGreaterThan(7 * DAY - 1000);
  expect(RealDate.parse(Date()) - RealDate.now()).toBeGreaterThan(7 * DAY - 2000);
  expect(heard).toEqual([dateOffset()]);

  turned.stop();
  expect(globalThis.Date).toBe(RealDate);
});

test('a date that is given its value is not turned', () => {
  const turned = startClock(DAY);
  expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
  expect(new Date(2027, 0, 2).getDate()).toBe(2);
  expect(Date.UTC(2027, 0)).toBe(RealDate.UTC(2027, 0));
  expect(new Date()).toBeInstanceOf(RealDate);
  expect(new RealDate()).toBeInstanceOf(Date);
  expect(class extends Date {}.now() - RealDate.now()).toBeGreaterThan(DAY - 1000);
  turned.stop();
});

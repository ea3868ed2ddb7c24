import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { bookings } from '../../../functions/adapters/calendars/bookings.ts';
import { HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';

let now: number;
beforeEach(() => {
  now = 1_000_000;
});

const open = (limit = 100, cost = 1) => bookings({ limit, window: 5 * SECOND, cost, now: () => now });

test('what fits into nine tenths of a window has its turn at once, the next one a window later', () => {
  const line = open();
  const waits = Array.from({ length: 100 }, () => line.book());
  expect(waits.filter((wait) => wait === 0)).toHaveLength(90);
  expect(waits.at(-1)).toBe(5 * SECOND);
});

test('a turn that costs more than there is still comes, by itself in a window', () => {
  const line = open(1, 2);
  expect([line.book(), line.book(), line.book()]).toEqual([0, 5 * SECOND, 10 * SECOND]);
});

test('the line stands still after a throttle, and nobody has a turn for nothing', () => {
  const line = open();
  expect(line.held()).toBe(0);
  line.hold(8 * SECOND);
  line.hold(SECOND);
  expect([line.held(), line.book()]).toEqual([8 * SECOND, 8 * SECOND]);
  now += 8 * SECOND;
  expect([line.held(), line.book()]).toEqual([0, 0]);
});

test('the last of 40,000 has its turn after as many windows as the others need', () => {
  const line = bookings({ limit: 300, window: MINUTE, cost: 2, now: () => now });
  const waits = Array.from({ length: 40_000 }, () => line.book());
  expect(waits.at(-1)).toBe(Math.floor(39_999 / 135) * MINUTE);
});

test('no window has more turns than the limit, and no turn is later than it must be', () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 3 * SECOND }), { maxLength: 60 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 1, max: 9 }), (between, most) => {
      const line = open(most / 0.9);
      const turns: number[] = [];
      for (const pause of between) {
        now += pause;
        const at = now + line.book();
        const inWindow = (end: number) => turns.filter((turn) => turn > end - 5 * SECOND).length;
        expect(inWindow(at)).toBeLessThan(most);
        if (at > now) expect(inWindow(at - 1)).toBeGreaterThanOrEqual(most);
        turns.push(at);
      }
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('a turn that was booked for later does not wait for a clock', () => {
  const line = open(1);
  line.book();
  now += HOUR;
  expect(line.book()).toBe(0);
});

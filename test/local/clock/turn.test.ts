import { expect, test } from 'vitest';
import type { Clock } from '../../../local/clock/clock.ts';
import { type Clockwork, quiet, turn } from '../../../local/clock/turn.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** A clockwork without a stack: its messages are instants, and what becomes of one is the test's. */
function clockwork(
  messages: number[],
  work: (now: number) => void = () => {},
): Clockwork & { readonly stops: number[] } {
  let now = 0;
  const stops: number[] = [];
  const jumpTo = (at: number) => {
    now = Math.max(now, at);
    stops.push(now);
    for (const due of messages.filter((message) => message <= now)) {
      messages.splice(messages.indexOf(due), 1);
      work(now);
    }
  };
  return {
    clock: { now: () => now, jumpTo } as Clock,
    batches: () => 0,
    busy: () => false,
    stopped: () => false,
    nextWake: () => (messages.length > 0 ? Math.min(...messages) : undefined),
    nextFire: () => undefined,
    fireDue: () => {},
    stops,
  };
}

test('a turn stops at the instant of each message, also of one that is delayed past its aim', async () => {
  const work = clockwork([5 * SECOND, 20 * SECOND, HOUR + SECOND]);
  await turn(work, HOUR);
  expect(work.stops).toEqual([5 * SECOND, 20 * SECOND, HOUR + SECOND, HOUR + SECOND]);
});

test('work that is delayed for longer than it is followed stays where it is', async () => {
  const messages = [HOUR + SECOND, 3 * HOUR];
  const work = clockwork(messages);
  await turn(work, HOUR, { follow: HOUR });
  expect([work.clock.now(), messages]).toEqual([HOUR + SECOND, [3 * HOUR]]);
});

test.each([1, 1000])(
  'a turn ends though messages come back every %d seconds without an end',
  async (seconds) => {
    const messages = [SECOND];
    const work = clockwork(messages, (now) => messages.push(now + seconds * SECOND));
    await turn(work, 1000 * HOUR);
    expect(work.stops.length).toBeLessThan(1000);
    expect(work.clock.now()).toBeGreaterThanOrEqual(1000 * HOUR);
    expect(messages).toHaveLength(1);
  },
);

test('work that makes new work at once is given up after a number of batches', async () => {
  let batches = 0;
  const work = { ...clockwork([]), busy: () => true, batches: () => (batches += 5000) };
  expect(await quiet(work)).toBe(false);
  await turn(work, HOUR);
  expect(work.clock.now()).toBe(HOUR);
});

test('a turn that nobody waits for any more ends at its next stop', async () => {
  const nobody = new AbortController();
  const messages = [SECOND];
  const work = clockwork(messages, (now) => {
    messages.push(now + SECOND);
    if (now >= 3 * SECOND) nobody.abort(new Error('gone'));
  });
  await expect(turn(work, HOUR, { signal: nobody.signal })).rejects.toThrow('gone');
  expect(work.clock.now()).toBe(3 * SECOND);
});

import { beforeEach, expect, test } from 'vitest';
import { type RateLimiterOptions, rateLimiter } from '../../../functions/adapters/provider/rate-limiter.ts';
import { HOUR, SECOND } from '../../../functions/rooms/model/time.ts';

let now: number;
/** When each call went out, by the clock that its wait would have turned. */
let sent: number[];

beforeEach(() => {
  now = 1_000_000;
  sent = [];
});

const open = (options: Partial<RateLimiterOptions> = {}) =>
  rateLimiter({
    application: 'main',
    now: () => now,
    limit: 100,
    window: 5 * SECOND,
    maxWait: HOUR,
    ...options,
  });

async function turnClock(duration: number) {
  now += duration;
}

/** Many calls at one moment: each is told how long to wait, and the clock stands still meanwhile. */
async function burst(count: number, cost = 1, options: Partial<RateLimiterOptions> = {}) {
  let delay = 0;
  const wait = async (duration: number) => {
    delay = duration;
  };
  const paced = open({ wait, ...options });
  for (let call = 0; call < count; call += 1) {
    delay = 0;
    await paced.turn(cost);
    sent.push(now + delay);
  }
}

function mostInAnyWindow(window: number): number {
  return Math.max(...sent.map((start) => sent.filter((at) => at >= start && at < start + window).length));
}

test('what fits goes out at once, the rest as early as the limit allows and never earlier', async () => {
  await burst(500);
  expect(sent.filter((at) => at === now)).toHaveLength(90);
  expect(mostInAnyWindow(5 * SECOND)).toBe(90);
  expect(sent.at(-1)).toBe(now + 5 * 5 * SECOND);
  expect(sent).toEqual(sent.toSorted((a, b) => a - b));
});

test('a call that costs more takes more of it', async () => {
  await burst(60, 3);
  expect(mostInAnyWindow(5 * SECOND)).toBe(30);
  expect(sent.at(-1)).toBe(now + 5 * SECOND);
});

test('the window slides: calls that went out long ago make room one by one', async () => {
  const paced = open({ limit: 10, wait: turnClock });
  for (let call = 0; call < 9; call += 1) {
    await paced.turn();
    now += SECOND / 2;
  }
  const before = now;
  await paced.turn();
  expect(now - before).toBe(SECOND / 2);
});

test('a turn beyond the maxWait is refused, says when to come back, and takes no turn away', async () => {
  const paced = open({ maxWait: SECOND, limit: 10 });
  for (let call = 0; call < 9; call += 1) await paced.turn();
  for (let call = 0; call < 3; call += 1) {
    await expect(paced.turn()).rejects.toMatchObject({
      code: 'throttled',
      retryAfter: 5 * SECOND,
      ambiguous: false,
    });
  }
  now += 5 * SECOND;
  await paced.turn();
});

test('nothing goes out while the provider wants maxWait', async () => {
  const paced = open({ wait: turnClock });
  paced.hold(20 * SECOND);
  paced.hold(3 * SECOND);
  const before = now;
  await paced.turn();
  expect(now - before).toBe(20 * SECOND);
});

test('another limit holds from the next call on', async () => {
  const paced = open({ limit: 10, maxWait: 0 });
  for (let call = 0; call < 9; call += 1) await paced.turn();
  await expect(paced.turn()).rejects.toMatchObject({ code: 'throttled' });
  paced.allow(100);
  await paced.turn();
});

test('what the provider counts are arrivals: 180 calls at once, the first ones slow on their way, meet no refusal', async () => {
  // a clock that stands still until everybody waits for it, then goes on to the first who is due
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const sleep = (duration: number) =>
    new Promise<void>((wake) => sleepers.push({ at: now + duration, wake }));
  const paced = open({ maxWait: 5 * SECOND, wait: sleep });
  const arrivals: number[] = [];
  let done = 0;
  const call = async (index: number) => {
    const answered = await paced.turn();
    await sleep(index < 90 ? 600 + ((index * 37) % 600) : index % 30);
    arrivals.push(now);
    await sleep(50);
    answered();
    done += 1;
  };
  const calls = Promise.all(Array.from({ length: 180 }, (_, index) => call(index)));
  while (done < 180) {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    if (!next) continue;
    now = Math.max(now, next.at);
    next.wake();
  }
  await calls;
  const inWindow = arrivals.map(
    (from) => arrivals.filter((at) => at >= from && at < from + 5 * SECOND).length,
  );
  expect(Math.max(...inWindow)).toBeLessThanOrEqual(100);
  expect(now - 1_000_000).toBeLessThan(10 * SECOND);
});

test('calls in the background leave half of what is allowed to others, and wait for their turn', async () => {
  const paced = open({ maxWait: 0, wait: turnClock });
  const start = now;
  for (let call = 0; call < 45; call += 1) (await paced.turn(1, true))();
  expect(now).toBe(start);
  for (let call = 0; call < 45; call += 1) (await paced.turn(1))();
  expect(now).toBe(start);
  await expect(paced.turn(1)).rejects.toMatchObject({ ambiguous: false });
  (await paced.turn(1, true))();
  expect(now).toBe(start + 5 * SECOND);
});

test('calls in the background stand back where others have used the half already', async () => {
  const paced = open({ maxWait: 0, wait: turnClock });
  const start = now;
  paced.holdBackground(3 * SECOND);
  (await paced.turn(1))();
  expect(now).toBe(start);
  (await paced.turn(1, true))();
  expect(now).toBe(start + 3 * SECOND);
});

test('a call in the background waits for two windows and no longer', async () => {
  const paced = open({ wait: turnClock });
  paced.hold(11 * SECOND);
  await expect(paced.turn(1, true)).rejects.toMatchObject({ ambiguous: false });
});

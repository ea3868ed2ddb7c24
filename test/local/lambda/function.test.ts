import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { payloadOf, testFunction } from './fixture.ts';

test('an idle container is used again, and two invocations at a time get two', async () => {
  const { fn } = testFunction();
  const first = payloadOf(await fn.invoke({}));
  const second = payloadOf(await fn.invoke({}));
  expect([first.calls, second.calls]).toEqual([1, 2]);
  expect(second.pid).toBe(first.pid);

  const both = (await Promise.all([fn.invoke({ wait: 50 }), fn.invoke({ wait: 50 })])).map(payloadOf);
  expect(new Set(both.map((payload) => payload.pid)).size).toBe(2);
});

test('a function has the environment of the template and nothing of this process', async () => {
  const { fn } = testFunction();
  const { environment } = payloadOf(await fn.invoke({}));
  expect(environment).toMatchObject({ GREETING: 'hello' });
  expect(environment).not.toHaveProperty('PATH');
});

test('the context tells the request and the time that is left', async () => {
  const { fn } = testFunction();
  const { left, request } = payloadOf(await fn.invoke({ wait: 20 }));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(59_990);
  expect(request).toMatch(/^[0-9a-f-]{36}$/);
});

test('an error of the handler is the outcome, and the container lives on', async () => {
  const { fn } = testFunction();
  expect(await fn.invoke({ throw: 'too far' })).toEqual({
    ok: false,
    error: { errorType: 'RangeError', errorMessage: 'too far' },
  });
  expect(payloadOf(await fn.invoke({})).calls).toBe(2);
});

test('a function that takes longer than its time-out is killed, and the next invocation starts anew', async () => {
  const { fn, lines } = testFunction({ timeout: 400 });
  expect(await fn.invoke({ wait: 60_000 })).toMatchObject({
    ok: false,
    error: { errorMessage: 'timed out after 0.40 seconds' },
  });
  // the next one may take as long as this machine needs
  Object.assign(fn.definition, { timeout: 60_000 });
  expect(payloadOf(await fn.invoke({})).calls).toBe(1);
  expect(lines.map((line) => line.line)).toContainEqual(
    expect.stringContaining('timed out after 0.40 seconds'),
  );
});

test('a container that dies in the middle of an invocation fails it', async () => {
  const { fn } = testFunction();
  expect(await fn.invoke({ exit: 3 })).toMatchObject({
    ok: false,
    error: { errorMessage: 'the container ended with exit code 3' },
  });
  const { pid } = payloadOf(await fn.invoke({}));
  const killed = fn.invoke({ wait: 60_000 });
  fn.kill();
  expect(await killed).toMatchObject({
    ok: false,
    error: { errorMessage: 'the container ended with SIGKILL' },
  });
  expect(() => process.kill(pid as number, 0)).toThrow('ESRCH');
});

test('a bundle that cannot be loaded says why', async () => {
  const { fn } = testFunction({ bundle: 'export const other = 1;' });
  expect(await fn.invoke({})).toMatchObject({
    ok: false,
    error: { errorMessage: expect.stringContaining('exports no function handler') },
  });
});

test('no more invocations than its reserved concurrency go on at a time', async () => {
  const { fn } = testFunction({ reservedConcurrency: 1 });
  const first = fn.invoke({ wait: 50 });
  expect(await fn.invoke({})).toMatchObject({ ok: false, error: { errorType: 'TooManyRequestsException' } });
  expect((await first).ok).toBe(true);
});

test('the clock of a container is turned before its next event', async () => {
  const { fn, turnClock } = testFunction();
  await fn.invoke({});
  turnClock(86_400_000);
  const { now, calls } = payloadOf(await fn.invoke({}));
  expect(calls).toBe(2);
  expect((now as number) - Date.now()).toBeGreaterThan(86_000_000);
});

test('the clock of a container is turned while it works', async () => {
  const { fn, lines, turnClock } = testFunction();
  const working = fn.invoke({ log: 'at work', until: 86_400_000 });
  await eventually(() => expect(lines).toHaveLength(1));
  turnClock(86_400_000);
  expect(payloadOf(await working).calls).toBe(1);
});

test('what a function writes is heard line by line', async () => {
  const { fn, lines } = testFunction();
  await fn.invoke({ log: '{"level":"INFO"}\nsecond' });
  await eventually(() => expect(lines).toHaveLength(2));
  expect(lines).toMatchObject([
    { function: 'test-fn', line: '{"level":"INFO"}' },
    { function: 'test-fn', line: 'second' },
  ]);
});

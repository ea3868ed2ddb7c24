import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ProviderCall } from '../../../functions/adapters/provider/call.ts';
import { connection } from '../../../functions/adapters/provider/connection.ts';
import { SECOND } from '../../../functions/rooms/model/time.ts';
import { timingOutAt } from '../../support/time-outs.ts';
import { type Answer, type Loopback, loopback } from '../loopback.ts';

let server: Loopback;
let answer: Answer;
let now: number;

beforeEach(async () => {
  now = 0;
  answer = { status: 200 };
  server = await loopback(() => answer);
});

afterEach(() => server.close());

const open = (options: { baseUrl?: string; timeout?: number } = {}) =>
  connection({ application: 'main', baseUrl: server.url, now: () => now, ...options });

const GET: ProviderCall = { method: 'GET', route: '/rooms' };

describe('sockets', () => {
  test('are used again from call to call', async () => {
    const send = open();
    await send(GET, 'a');
    await send(GET, 'b');
    expect(server.calls.map(({ socket }) => socket)).toEqual([1, 1]);
  });

  test('that rested for longer than four seconds are not trusted any more', async () => {
    const send = open();
    await send(GET, 'a');
    now += 4 * SECOND + 1;
    await send(GET, 'b');
    expect(server.calls.map(({ socket }) => socket)).toEqual([1, 2]);
  });

  test('of a call under way are left alone, however far the clock has moved', async () => {
    const send = open();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await loopback(async () => {
      await held;
      return { status: 200 };
    });
    const sendSlowly = open({ baseUrl: slow.url });
    const first = sendSlowly(GET, 'a');
    await send(GET, 'the first is under way when this has come back');
    now += 60 * SECOND;
    const second = sendSlowly(GET, 'b');
    release();
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200]);
    await slow.close();
  });
});

test('a time-out holds for the whole answer, not for its first byte', async () => {
  const slow = await loopback(() => ({ status: 200, headers: { 'content-length': '100' }, body: 'some' }));
  const begun = Promise.withResolvers<unknown>();
  subscribe('http.client.response.finish', begun.resolve);
  onTestFinished(() => void unsubscribe('http.client.response.finish', begun.resolve));
  const send = open({ baseUrl: slow.url, timeout: 100 });
  await expect(timingOutAt(begun.promise, () => send(GET, 'a'))).rejects.toThrow('within 100 ms');
  await slow.close();
});

describe('nothing was sent, so nothing can have happened, where', () => {
  test.each([
    ['the name of the server is unknown', () => `https://${'x'.repeat(64)}.invalid`],
    ['the server does not speak TLS', () => server.url.replace('http:', 'https:')],
    ['nobody listens', () => 'http://127.0.0.1:1'],
  ])('%s', async (_, baseUrl) => {
    await expect(open({ baseUrl: baseUrl() })(GET, 'a')).rejects.toMatchObject({ code: 'unreachable' });
    expect(server.calls).toEqual([]);
  });
});

test('ids and queries are encoded, and the path of the base URL is kept', async () => {
  const send = open({ baseUrl: `${server.url}/v1/` });
  const query = { prefix: '/a b', none: undefined, limit: 5 };
  await send({ method: 'GET', route: '/rooms/{id}', id: '../x?y', query }, 'a');
  expect(server.calls[0]?.path).toBe('/v1/rooms/..%2Fx%3Fy');
  expect(Object.fromEntries(server.calls[0]?.query ?? [])).toEqual({ prefix: '/a b', limit: '5' });
});

test('an answer that never stops growing is given up', async () => {
  answer = { status: 200, body: 'x'.repeat(9 * 1024 * 1024) };
  await expect(open()(GET, 'a')).rejects.toMatchObject({ code: 'ambiguous_outcome' });
});

test.each([
  ['http://meetings.example/v1', 'http://meetings.example/v1'],
  ['https://user:word@meetings.example', 'https://meetings.example/'],
  ['https://meetings.example?key=1', 'https://meetings.example/'],
  ['meetings.example', 'no URL'],
])('the base URL %s is refused, since credentials would be sent there', (baseUrl, shown) => {
  expect(() => open({ baseUrl })).toThrow(`must be https without user, password or query`);
  expect(() => open({ baseUrl })).toThrow(`got ${shown}`);
});

test.each(['https://meetings.example/v1', 'http://127.0.0.1:80', 'http://localhost:80', 'http://[::1]:80'])(
  'the base URL %s is taken',
  (baseUrl) => {
    expect(() => open({ baseUrl })).not.toThrow();
  },
);

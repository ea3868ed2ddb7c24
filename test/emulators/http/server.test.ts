import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClock } from '../../../emulators/http/clock.ts';
import { type Emulator, startEmulator } from '../../../emulators/http/server.ts';
import { call } from '../support/calling.ts';
import { standingClock } from '../support/clock.ts';

let emulator: Emulator;
let effects: number;
const clock = standingClock();

const start = (port?: number) =>
  startEmulator({
    title: 'Counter',
    clock: createClock(clock.now),
    prefixes: ['/v1'],
    failure: (status, detail) => ({ status, body: { status, detail } }),
    answer: (request) => {
      if (request.path === '/explode') throw new Error('boom');
      if (request.path === '/echo') return { status: 200, body: { got: request.json() ?? null } };
      effects += 1;
      return { status: 201, body: { effect: effects, padding: 'x'.repeat(200) } };
    },
    ...(port !== undefined && { port }),
  });

beforeEach(async () => {
  effects = 0;
  emulator = await start();
});
afterEach(() => emulator.close());

const make = (init = {}) => call(`${emulator.origin}/v1/things`, { method: 'POST', ...init });
const control = (method: string, path: string, body?: unknown) =>
  call(`${emulator.origin}/_control${path}`, { method, body });

describe('faults', () => {
  test('a reset before the effect leaves no effect, one after it leaves the effect and no reply', async () => {
    emulator.faults.add({ fault: 'reset' });
    await expect(make()).rejects.toThrow('fetch failed');
    expect(effects).toBe(0);
    emulator.faults.add({ fault: 'reset', strikes: 'after' });
    await expect(make()).rejects.toThrow('fetch failed');
    expect(effects).toBe(1);
    expect((await make()).status).toBe(201);
  });

  test('a torn body breaks off inside a reply that promised more', async () => {
    emulator.faults.add({ fault: 'torn-body' });
    await expect(make()).rejects.toThrow('terminated');
    expect(effects).toBe(1);
  });

  test('a garbled body is a complete reply that is not JSON', async () => {
    emulator.faults.add({ fault: 'garbled-body' });
    const reply = await fetch(`${emulator.origin}/v1/things`, { method: 'POST' });
    expect(reply.status).toBe(201);
    const text = await reply.text();
    expect(text).toMatch(/^\{"effect":1/);
    expect(() => JSON.parse(text)).toThrow();
  });

  test('a status comes in the words of the provider, or in those that were asked for', async () => {
    emulator.faults.add({ fault: 'status', status: 503 });
    emulator.faults.add({
      fault: 'status',
      status: 502,
      body: '<html>',
      headers: { via: 'proxy' },
      strikes: 'after',
    });
    expect(await make()).toMatchObject({ status: 503, body: { status: 503 } });
    expect(effects).toBe(0);
    const second = await make();
    expect(second).toMatchObject({ status: 502, body: '<html>' });
    expect(second.headers.get('via')).toBe('proxy');
    expect(effects).toBe(1);
  });

  test('a throttle says when to come back, in seconds or as a date that is never too early', async () => {
    emulator.faults.add({ fault: 'throttle', retryAfter: 7 });
    const seconds = await make();
    expect([seconds.status, seconds.headers.get('retry-after')]).toEqual([429, '7']);
    clock.pass(300);
    emulator.faults.add({ fault: 'throttle', retryAfter: 7, retryAfterForm: 'date', status: 503 });
    const dated = await make();
    expect(dated.status).toBe(503);
    const wait = Date.parse(dated.headers.get('retry-after') as string) - clock.now();
    expect(wait).toBeGreaterThanOrEqual(7000);
    expect(wait).toBeLessThan(8000);
    expect(effects).toBe(0);
  });

  test('a hang never answers, has its effect where told, and does not hold up the closing', async () => {
    emulator.faults.add({ fault: 'hang', strikes: 'after' });
    const hung = emulator.calls.next('POST /things');
    const asking = make();
    const failing = expect(asking).rejects.toThrow();
    expect(await hung).toMatchObject({ fault: 'hang', handled: 201 });
    expect(effects).toBe(1);
    await emulator.close();
    await failing;
  });

  test('a delayed call has its effect even when the caller has gone', async () => {
    const giveUp = new AbortController();
    // asked once the call has arrived, so that the caller goes neither too early nor too late
    emulator.faults.add({ fault: 'delay', delay: 50, only: () => giveUp.abort() ?? true });
    const done = emulator.calls.next('POST');
    await expect(make({ signal: giveUp.signal })).rejects.toThrow('aborted');
    expect(effects).toBe(0);
    await done;
    expect(effects).toBe(1);
  });

  test('delays add up in front of another fault', async () => {
    emulator.faults.add({ fault: 'delay', delay: 30, times: 'always' });
    emulator.faults.add({ fault: 'status', delay: 30 });
    const before = performance.now();
    expect((await make()).status).toBe(500);
    expect(performance.now() - before).toBeGreaterThan(55);
    expect((await make()).status).toBe(201);
  });

  test('a rule strikes the calls it names, as often as it says, after those it skips', async () => {
    emulator.faults.add({ fault: 'status', on: 'POST /things', times: 2, skip: 1 });
    const get = () => call(`${emulator.origin}/v1/things`);
    const statuses = [];
    for (const ask of [make, get, make, get, make, make]) statuses.push((await ask()).status);
    expect(statuses).toEqual([201, 201, 500, 201, 500, 201]);
  });

  test('a rule can be taken back, and all of them cleared', async () => {
    const takeBack = emulator.faults.add({ fault: 'reset', times: 'always' });
    takeBack();
    emulator.faults.add({ fault: 'status', times: 'always' });
    expect((await make()).status).toBe(500);
    emulator.faults.clear();
    expect((await make()).status).toBe(201);
  });
});

describe('the log of calls', () => {
  test('counts by pattern and by outcome, without the prefix', async () => {
    emulator.faults.add({ fault: 'reset', on: 'POST /things' });
    await make().catch(() => undefined);
    await make();
    await call(`${emulator.origin}/v1/echo?a=1`);
    expect(emulator.calls.count()).toBe(3);
    expect(emulator.calls.count('POST /things')).toBe(2);
    expect(emulator.calls.count('POST /things', { sent: 201 })).toBe(1);
    expect(emulator.calls.matching('/echo')[0]).toMatchObject({ query: 'a=1', sent: 200, at: clock.now() });
    emulator.calls.clear();
    expect(emulator.calls.all).toEqual([]);
  });
});

describe('the control endpoint', () => {
  test('adds, shows, replaces and clears faults, and is never struck itself', async () => {
    await control('PUT', '/faults', { fault: 'status', times: 'always' });
    await control('POST', '/faults', [{ fault: 'reset', on: 'GET' }, { storm: 0.1 }]);
    expect((await control('GET', '/faults')).body.faults).toMatchObject([
      { fault: 'status', left: 'always' },
      { fault: 'reset', left: 1 },
      { storm: 0.1, left: 'always' },
    ]);
    expect((await make()).status).toBe(500);
    await control('DELETE', '/faults');
    expect((await make()).status).toBe(201);
    expect(emulator.calls.count()).toBe(2);
  });

  test.each([
    [{ fault: 'explode' }, /"fault" must be one of "status".*got "explode"/],
    [{ fault: 'reset', time: 2 }, /"time" is not part of a rule: use fault, strikes/],
    [{ fault: 'reset', on: 'post rooms' }, /"on" must be a call pattern like/],
    [{ fault: 'reset', times: 0 }, /"times" must be 1 or more, or "always", got 0/],
    [{ storm: 0.3 }, /"storm" must be .* 0 to 0.2, got 0.3/],
    [{}, /a rule needs "fault"/],
    ['nonsense', /the body is not JSON/],
  ])('explains what is wrong with %j and leaves the faults in force', async (order, message) => {
    emulator.faults.add({ fault: 'status', times: 'always' });
    const reply = await control('PUT', '/faults', order);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatch(message);
    expect(emulator.faults.list()).toHaveLength(1);
  });

  test('turns the clock forward, to a date, and back to its source', async () => {
    const start = clock.now();
    await control('PUT', '/clock', { advance: '+7d' });
    expect(emulator.clock.now()).toBe(start + 7 * 86_400_000);
    const turned = await control('PUT', '/clock', { now: '2030-01-01T00:00:00Z' });
    expect(turned.body).toEqual({ now: '2030-01-01T00:00:00.000Z' });
    clock.pass(5);
    expect(emulator.clock.now()).toBe(Date.parse('2030-01-01T00:00:00.005Z'));
    await control('DELETE', '/clock');
    expect(emulator.clock.now()).toBe(clock.now());
    expect((await control('PUT', '/clock', { advance: 'soon' })).body.error).toMatch(
      /like "\+7d".*got "soon"/,
    );
    expect((await control('PUT', '/clock', {})).body.error).toMatch(/send \{"advance"/);
  });

  test('says what it does not have, and shows what it is at the root', async () => {
    expect((await control('GET', '/weather')).body.error).toBe('Counter has no GET /_control/weather');
    expect((await call(emulator.origin)).body).toMatchObject({ emulator: 'Counter' });
  });
});

describe('the server', () => {
  test('answers a body that is not JSON, or too large, in the words of the provider', async () => {
    const echo = (body: string) => call(`${emulator.origin}/v1/echo`, { method: 'POST', body });
    expect((await echo('{')).status).toBe(400);
    expect((await echo(`"${'x'.repeat(1024 * 1024)}"`)).status).toBe(413);
    expect((await echo('"ü"')).body).toEqual({ got: 'ü' });
  });

  test('names a port that is taken', async () => {
    const port = Number(new URL(emulator.origin).port);
    await expect(start(port)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
  });

  test('dates its replies by its own clock', async () => {
    const reply = await make();
    expect(Date.parse(reply.headers.get('date') as string)).toBe(Math.floor(clock.now() / 1000) * 1000);
  });
});

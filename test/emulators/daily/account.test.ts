import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call } from '../support/calling.ts';
import { HOUR } from '../support/clock.ts';
import { ask, clock, create, daily, KEY, OTHER_KEY, seconds, start } from '../support/daily.ts';
import { startListener } from '../support/listener.ts';

beforeEach(() => start());
afterEach(() => daily.close());

describe('credentials', () => {
  test('a header that is missing or malformed is a 400, a wrong key a 401 without info', async () => {
    const malformed = { error: 'authorization-header-error', info: 'bad Authorization header format' };
    expect(await call(`${daily.url}/rooms`)).toMatchObject({ status: 400, body: malformed });
    const basic = await call(`${daily.url}/rooms`, { headers: { authorization: 'Basic x' } });
    expect(basic).toMatchObject({ status: 400, body: malformed });
    const wrong = await ask('GET', '/rooms', undefined, 'nonsense');
    expect([wrong.status, wrong.body]).toEqual([401, { error: 'authentication-error' }]);
  });

  test('rotate: a new key opens the domain beside the old one, until the old one is taken back', async () => {
    daily.trust('first', 'new');
    expect((await ask('GET', '/', undefined, 'new')).body.domain_name).toBe('first');
    daily.distrust('first', KEY);
    expect((await ask('GET', '/')).status).toBe(401);
    expect((await ask('GET', '/', undefined, 'new')).status).toBe(200);
  });

  test('GET / shows the domain', async () => {
    const { status, body } = await ask('GET', '/');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      domain_name: 'first',
      domain_id: 'domain-1',
      config: { max_api_rooms: null },
    });
  });
});

describe('rate limits', () => {
  test('are 100 calls in 5 seconds, and 50 deletions in 30', async () => {
    await start({ rateLimits: true });
    const statuses = async (count: number, method: string, path: string) => {
      const replies = await Promise.all(Array.from({ length: count }, () => ask(method, path)));
      return replies.filter(({ status }) => status === 429).length;
    };
    expect(await statuses(101, 'GET', '/rooms')).toBe(1);
    expect(await statuses(51, 'DELETE', '/rooms/x')).toBe(1);
    const refused = await ask('GET', '/rooms');
    expect(refused).toMatchObject({ status: 429, body: { error: 'rate-limit-error' } });
    expect(refused.headers.has('retry-after')).toBe(false);
    expect((await ask('GET', '/rooms', undefined, OTHER_KEY)).status).toBe(200);
    clock.pass(5000);
    expect(await statuses(100, 'GET', '/rooms')).toBe(0);
    expect((await ask('DELETE', '/rooms/x')).status).toBe(429);
    clock.pass(25_000);
    expect((await ask('DELETE', '/rooms/x')).status).toBe(404);
  });

  test('can say when to come back, and count each key by itself', async () => {
    await start({ rateLimits: true, switches: { retryAfter: 'seconds', rateScope: 'key' } });
    daily.trust('first', 'second-key');
    for (let count = 0; count < 100; count += 1) await ask('GET', '/');
    clock.pass(1500);
    expect((await ask('GET', '/')).headers.get('retry-after')).toBe('4');
    expect((await ask('GET', '/', undefined, 'second-key')).status).toBe(200);
  });
});

test('webhooks are signed, and closed after three failures in a row', async () => {
  const listener = await startListener();
  const broken = await startListener(500);
  const { body: hook } = await ask('POST', '/webhooks', { url: listener.url });
  await ask('POST', '/webhooks', { url: broken.url, eventTypes: ['participant.joined'] });
  await create('room-1');
  const { id } = daily.join('https://first.daily.co/room-1');
  for (let count = 0; count < 4; count += 1) {
    daily.join('https://first.daily.co/room-1');
    await daily.settle();
  }
  daily.leave('room-1', id);
  for (const each of daily.participants('room-1')) daily.leave('room-1', each.id);
  await daily.settle();
  const types = listener.heard.map(({ body }) => body.type);
  expect(types.filter((type) => type === 'meeting.started')).toHaveLength(1);
  expect(types.filter((type) => type === 'meeting.ended')).toHaveLength(1);
  expect(types.filter((type) => type === 'participant.left')).toHaveLength(5);
  for (const { headers, text } of listener.heard) {
    const signed = `${headers['x-webhook-timestamp']}.${text}`;
    const wanted = createHmac('sha256', Buffer.from(hook.hmac, 'base64')).update(signed).digest('base64');
    expect(headers['x-webhook-signature']).toBe(wanted);
  }
  expect((await ask('GET', '/webhooks')).body.map(({ state }: { state: string }) => state)).toEqual([
    'ACTIVE',
    'FAILED',
  ]);
  await Promise.all([listener.close(), broken.close()]);
});

test('a lost answer leaves a room under its name, and faults speak as Daily does', async () => {
  daily.faults.add({ fault: 'reset', strikes: 'after', on: 'POST /rooms' });
  await expect(create('room-1')).rejects.toThrow('fetch failed');
  expect((await ask('GET', '/rooms/room-1')).status).toBe(200);
  daily.faults.add({ fault: 'status', status: 503 });
  expect((await ask('GET', '/rooms')).body.error).toBe('server-error');
  daily.faults.add({ fault: 'throttle', retryAfter: 2 });
  expect((await ask('GET', '/rooms')).body.error).toBe('rate-limit-error');
});

test('the inventory shows every room there ever was, and the control endpoint too', async () => {
  await create('room-1', { exp: seconds(HOUR) });
  await ask('POST', '/rooms', { name: 'room-2' }, OTHER_KEY);
  await create('room-3');
  const control = (method: string, path: string, body?: unknown) =>
    call(`${daily.origin}/_control${path}`, { method, body });
  expect((await control('DELETE', '/rooms/room-3')).body).toEqual({ removed: 'room-3' });
  clock.pass(HOUR);
  const usable = () => daily.inventory().map(({ label, usable }) => [label, usable]);
  expect(usable().toSorted()).toEqual([
    ['room-1', false],
    ['room-2', true],
    ['room-3', false],
  ]);
  expect((await control('GET', '/rooms?domain=second')).body).toMatchObject({
    count: 1,
    rooms: [{ label: 'room-2' }],
  });
  expect((await control('GET', '/rooms/room-9/participants')).body.error).toBe('there is no room room-9');
  await control('DELETE', '/domains/first/keys');
  expect((await ask('GET', '/')).status).toBe(401);
  await control('PUT', '/domains/first/keys', { apiKey: KEY });
  expect((await ask('GET', '/')).status).toBe(200);
  expect((await control('PUT', '/domains/third/keys', { apiKey: KEY })).body.error).toContain(
    'there is no domain third',
  );
});

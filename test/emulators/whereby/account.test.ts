import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call } from '../support/calling.ts';
import { DAY } from '../support/clock.ts';
import { startListener } from '../support/listener.ts';
import { ask, clock, create, KEY, OTHER_KEY, start, whereby } from '../support/whereby.ts';

beforeEach(() => start());
afterEach(() => whereby.close());

describe('credentials', () => {
  test('that are missing or wrong are a 401', async () => {
    const wanted = { error: 'Access token is missing or invalid' };
    expect(await call(`${whereby.url}/meetings`)).toMatchObject({ status: 401, body: wanted });
    expect(await ask('GET', '/meetings', undefined, 'nonsense')).toMatchObject({ status: 401, body: wanted });
    await start({ switches: { errorBodies: 'empty' } });
    const empty = await ask('GET', '/meetings', undefined, 'nonsense');
    expect([empty.status, empty.body]).toEqual([401, '']);
  });

  test('rotate', async () => {
    whereby.trust('first', 'new');
    whereby.distrust('first', KEY);
    expect((await ask('GET', '/meetings')).status).toBe(401);
    expect((await ask('GET', '/meetings', undefined, 'new')).status).toBe(200);
  });
});

describe('points', () => {
  test('are spent by the minute: 3 for a write or a list, 2 for a deletion, 1 for a read', async () => {
    await start({ rateLimits: true });
    const remaining = async (method: string, path: string, body?: unknown) =>
      Number((await ask(method, path, body)).headers.get('x-ratelimit-remaining'));
    expect(await remaining('POST', '/meetings', { endDate: clock.in(DAY) })).toBe(97);
    expect(await remaining('GET', '/meetings')).toBe(94);
    expect(await remaining('DELETE', '/meetings/1')).toBe(92);
    expect(await remaining('GET', '/meetings/1')).toBe(91);
    const { headers } = await ask('GET', '/meetings/1');
    expect(headers.get('x-ratelimit-limit')).toBe('100');
    expect(headers.get('x-ratelimit-reset')).toBe(clock.in(60_000));
    await start({ rateLimits: true, switches: { listPoints: 1 } });
    expect(await remaining('GET', '/meetings')).toBe(99);
  });

  test.each(['msLeft', 'ms_left'] as const)(
    'that are spent say in %s when there are more',
    async (throttleField) => {
      await start({ rateLimits: true, switches: { throttleField } });
      for (let count = 0; count < 33; count += 1) expect((await create()).status).toBe(201);
      clock.pass(20_500);
      const refused = await create();
      expect(refused).toMatchObject({
        status: 429,
        body: {
          error: 'Rate limit active for throttle key: organization:1',
          data: { [throttleField]: 39_500 },
        },
      });
      expect(refused.headers.get('retry-after')).toBe('40');
      expect(whereby.meetings()).toHaveLength(33);
      expect((await ask('GET', '/meetings/1')).status).toBe(404);
      expect((await create({}, OTHER_KEY)).status).toBe(201);
      clock.pass(39_500);
      expect((await create()).status).toBe(201);
    },
  );
});

test('webhooks are signed, tell sessions of two and more, and are tried again after a 5xx', async () => {
  const listener = await startListener();
  const broken = await startListener(503);
  whereby.addWebhook({ url: listener.url, secret: 'shared' });
  whereby.addWebhook({ url: broken.url, secret: 'shared' });
  const { body } = await create({ roomNamePrefix: 'token' });
  const people = [whereby.join(body.roomUrl), whereby.join(body.roomUrl)];
  for (const { id } of people) whereby.leave(body.meetingId, id);
  await whereby.settle();
  expect(listener.heard.map((each) => each.body.type).toSorted()).toEqual([
    'room.client.joined',
    'room.client.joined',
    'room.client.left',
    'room.client.left',
    'room.session.ended',
    'room.session.started',
  ]);
  expect(broken.heard).toHaveLength(18);
  for (const { headers, text, body: event } of listener.heard) {
    expect(event.data).toMatchObject({ meetingId: body.meetingId, roomName: body.roomName });
    const [, seconds, signature] =
      /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(headers['whereby-signature'])) ?? [];
    expect(signature).toBe(createHmac('sha256', 'shared').update(`${seconds}.${text}`).digest('hex'));
  }
  await Promise.all([listener.close(), broken.close()]);
});

test('a lost answer leaves a meeting that only the list knows of, and faults speak as Whereby does', async () => {
  whereby.faults.add({ fault: 'reset', strikes: 'after', on: 'POST /meetings' });
  await expect(create({ roomNamePrefix: 'token' })).rejects.toThrow('fetch failed');
  const { body } = await ask('GET', '/meetings');
  expect(body.results[0].roomName).toMatch(/^\/token/);
  whereby.faults.add({ fault: 'status', status: 500, strikes: 'after' });
  expect((await ask('GET', '/meetings')).body).toEqual({ error: expect.any(String) });
});

test('the inventory and the control endpoint show the meetings without their keys', async () => {
  const { body } = await create({ roomNamePrefix: 'token' });
  await create({}, OTHER_KEY);
  const control = (method: string, path: string, order?: unknown) =>
    call(`${whereby.origin}/_control${path}`, { method, body: order });
  const shown = await control('GET', '/rooms?subdomain=first');
  expect(shown.body).toMatchObject({
    count: 1,
    rooms: [{ id: body.meetingId, account: 'first', label: body.roomName.slice(1), usable: true }],
  });
  expect(JSON.stringify(shown.body)).not.toMatch(/roomKey|ey[A-Z]/);
  expect((await control('DELETE', `/rooms/${body.meetingId}`)).body).toEqual({ removed: body.meetingId });
  expect((await control('DELETE', `/rooms/${body.meetingId}`)).body.error).toContain('there is no meeting');
  expect(whereby.inventory('first')).toMatchObject([{ usable: false }]);
  expect((await control('POST', '/webhooks', { url: 'http://127.0.0.1:1' })).body.error).toBe(
    'send {"url": "...", "secret": "..."}',
  );
  await control('DELETE', '/organizations/first/keys');
  expect((await ask('GET', '/meetings')).status).toBe(401);
  await control('PUT', '/organizations/first/keys', { apiKey: KEY });
  expect((await ask('GET', '/meetings')).status).toBe(200);
});

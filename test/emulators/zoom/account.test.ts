import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, MINUTE } from '../support/clock.ts';
import { startListener } from '../support/listener.ts';
import { ask, clock, create, HOST, OTHER_HOST, renewToken, start, zoom } from '../support/zoom.ts';

beforeEach(() => start());
afterEach(() => zoom.close());

describe('GET /users/{id}/meetings', () => {
  const list = (query = '', host = HOST) => ask('GET', `/users/${host}/meetings${query}`);

  test('shows the meetings of one host, the newest first, without passcode, host link and settings', async () => {
    const { body: old } = await create({
      type: 3,
      topic: 'Old',
      agenda: 'a'.repeat(300),
      password: 'a1b2c3',
    });
    clock.pass(MINUTE);
    const { body: fresh } = await create();
    await create(undefined, OTHER_HOST);
    const { body } = await list();
    expect(body).toMatchObject({ page_size: 30, page_count: 1, total_records: 2, next_page_token: '' });
    expect(body.meetings.map(({ id }: { id: number }) => id)).toEqual([fresh.id, old.id]);
    expect(body.meetings[1]).toMatchObject({ agenda: 'a'.repeat(250), join_url: old.join_url });
    for (const field of ['password', 'start_url', 'settings', 'status'])
      expect(body.meetings[0]).not.toHaveProperty(field);
  });

  test('goes on by a token that lives for a quarter of an hour, past meetings that were deleted', async () => {
    for (let made = 0; made < 5; made += 1) await create();
    const first = (await list('?page_size=2')).body;
    expect(first.meetings).toHaveLength(2);
    const next = `?page_size=2&next_page_token=${first.next_page_token}`;
    const second = (await list(next)).body;
    expect(second.meetings.map(({ id }: { id: number }) => id)).not.toContain(first.meetings[1].id);
    clock.pass(15 * MINUTE);
    expect(await list(next)).toMatchObject({ status: 400, body: { code: 300 } });
    expect((await list('?next_page_token=made-up')).status).toBe(400);
  });

  test.each([
    ['clamp', 200],
    ['refuse', 400],
  ] as const)('with tooLargePage %s, a page of 301 is answered with %i', async (tooLargePage, status) => {
    await start({ switches: { tooLargePage } });
    expect((await list('?page_size=301')).status).toBe(status);
  });

  test('shows what is live where that is asked for', async () => {
    const { body } = await create();
    await create();
    zoom.join(body.start_url, 'Host');
    expect((await list('?type=live')).body.meetings.map(({ id }: { id: number }) => id)).toEqual([body.id]);
    expect((await list('?type=dead')).status).toBe(400);
  });

  test('shows a new meeting after the lag that is set', async () => {
    await start({ switches: { listLag: 30 } });
    await create();
    expect((await list()).body.total_records).toBe(0);
    clock.pass(30_000);
    expect((await list()).body.total_records).toBe(1);
  });

  test('shows neither what has expired nor what was deleted', async () => {
    const { body } = await create();
    await create();
    await ask('DELETE', `/meetings/${body.id}`);
    expect((await list()).body.total_records).toBe(1);
    clock.pass(365 * DAY);
    await renewToken();
    expect((await list()).body.total_records).toBe(0);
  });
});

describe('limits', () => {
  test('a host makes and changes a hundred meetings in a UTC day; another host goes on', async () => {
    await start({ rateLimits: true });
    for (let made = 0; made < 99; made += 1) {
      expect((await create()).status).toBe(201);
      clock.pass(100);
    }
    const { body } = await create();
    clock.pass(1000);
    const refused = await ask('PATCH', `/meetings/${body.id}`, { topic: 'Other' });
    expect(refused.status).toBe(429);
    expect(refused.body.message).toMatch(/daily rate limit \(100\).*GMT 00:00:00\.$/);
    expect(refused.headers.get('retry-after')).toBe('2027-03-02T00:00:00Z');
    expect(zoom.changesToday(HOST)).toBe(100);
    expect((await create(undefined, OTHER_HOST)).status).toBe(201);
    clock.pass(DAY / 2);
    await renewToken();
    expect((await create()).status).toBe(201);
  });

  test('an account makes so many calls a second', async () => {
    await start({ rateLimits: true });
    for (let called = 0; called < 30; called += 1) await ask('GET', `/users/${HOST}`);
    const refused = await ask('GET', `/users/${HOST}`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-type')).toBe('QPS');
    expect(refused.headers.get('retry-after')).toBeNull();
    clock.pass(1000);
    expect((await ask('GET', `/users/${HOST}`)).status).toBe(200);
  });

  test.each([
    [true, 1],
    [false, 0],
  ])('with refusedCallsCount %s, a refused creation counts %i', async (refusedCallsCount, changes) => {
    await start({ switches: { refusedCallsCount } });
    await create({ type: 99 });
    expect(zoom.changesToday(HOST)).toBe(changes);
  });

  test.each([
    ['full', 'Daily-limit', 'Light'],
    ['category', null, 'Light'],
    ['none', null, null],
  ] as const)('with rateHeaders %s, a 429 tells so much', async (rateHeaders, type, category) => {
    await start({ rateLimits: true, switches: { rateHeaders } });
    for (let made = 0; made < 100; made += 1) {
      await create({ type: 99 });
      clock.pass(100);
    }
    const { headers } = await create();
    expect([headers.get('x-ratelimit-type'), headers.get('x-ratelimit-category')]).toEqual([type, category]);
  });
});

describe('the webhook', () => {
  const secretToken = 'webhook-secret';

  async function heardAfter(act: () => Promise<unknown>, status = 204, switches = {}) {
    const listener = await startListener(status);
    await start({ webhook: { url: listener.url, secretToken }, switches });
    await act();
    await zoom.settle();
    await listener.close();
    return listener.heard;
  }

  test('hears of sessions, signed over the timestamp and the body', async () => {
    const heard = await heardAfter(async () => {
      const { body } = await create();
      zoom.join(body.start_url, 'Host');
      zoom.leave(String(body.id), 'Host');
      await ask('DELETE', `/meetings/${body.id}`);
    });
    const events = heard.map(({ body }) => body.event).toSorted();
    expect(events).toEqual(['meeting.created', 'meeting.deleted', 'meeting.ended', 'meeting.started']);
    for (const { headers, text, body } of heard) {
      const signed = `v0:${headers['x-zm-request-timestamp']}:${text}`;
      expect(headers['x-zm-signature']).toBe(
        `v0=${createHmac('sha256', secretToken).update(signed).digest('hex')}`,
      );
      const isSession = /started|ended/.test(body.event);
      expect(typeof body.payload.object.id).toBe(isSession ? 'string' : 'number');
    }
  });

  test('is asked to prove that it knows the secret', async () => {
    const [challenge] = await heardAfter(async () => zoom.challengeWebhook());
    expect(challenge?.body).toMatchObject({
      event: 'endpoint.url_validation',
      payload: { plainToken: expect.any(String) },
    });
  });

  test.each([
    [500, {}, 4],
    [404, {}, 1],
    [404, { webhookRetriesRefusals: true }, 4],
  ])('that answers %i with %o is called %i times', async (status, switches, times) => {
    expect(await heardAfter(create, status, switches)).toHaveLength(times);
  });
});

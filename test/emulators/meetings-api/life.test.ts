import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call } from '../support/calling.ts';
import { HOUR, MINUTE } from '../support/clock.ts';
import { startListener } from '../support/listener.ts';
import { APPLICATION, type Bench, startBench } from '../support/meetings-api.ts';

let bench: Bench;
let listener: Awaited<ReturnType<typeof startListener>>;
beforeEach(async () => {
  bench = await startBench();
  listener = await startListener();
});
afterEach(() => Promise.all([bench.api.close(), listener.close()]));

const urls = () => ({
  rooms_callback_url: `${listener.url}/rooms`,
  sessions_callback_url: `${listener.url}/sessions`,
  recordings_callback_url: `${listener.url}/recordings`,
});
const events = async () => {
  await bench.api.settle();
  return listener.heard.map(({ body }) => body.event);
};

describe('expiry', () => {
  test('comes with the clock: the room still answers GET, is not available, and its callback is told', async () => {
    const { body } = await bench.create({
      expires_at: bench.clock.in(HOUR),
      callback_urls: urls(),
      metadata: 'team 7',
    });
    bench.clock.pass(HOUR - 1);
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body.is_available).toBe(true);
    bench.clock.pass(1);
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body.is_available).toBe(false);
    await bench.api.settle();
    expect(listener.heard).toMatchObject([
      {
        path: '/rooms',
        headers: { metadata: 'team 7' },
        body: {
          event: 'room:expired',
          room_id: body.id,
          room_type: 'long_term',
          expires_at: body.expires_at,
          created_at: body.created_at,
        },
      },
    ]);
    expect(bench.api.callbacks).toMatchObject([{ event: 'room:expired', status: 204 }]);
  });

  test('follows an expiry that was moved, and happens once', async () => {
    const { body } = await bench.create({ expires_at: bench.clock.in(HOUR), callback_urls: urls() });
    await bench.ask('PATCH', `/rooms/${body.id}`, {
      update_details: { expires_at: bench.clock.in(3 * HOUR) },
    });
    bench.clock.pass(2 * HOUR);
    expect(await events()).toEqual([]);
    await bench.ask('PATCH', `/rooms/${body.id}`, {
      update_details: { expires_at: bench.clock.in(11 * MINUTE) },
    });
    bench.clock.pass(11 * MINUTE);
    expect(await events()).toEqual(['room:expired']);
    bench.clock.pass(2 * HOUR);
    expect(await events()).toEqual(['room:expired']);
  });

  test('comes with a turn of the emulator’s own clock, without any call', async () => {
    await bench.create({ expires_at: bench.clock.in(HOUR), callback_urls: urls() });
    await call(`${bench.api.origin}/_control/clock`, { method: 'PUT', body: { advance: '61m' } });
    expect(await events()).toEqual(['room:expired']);
  });

  test('is for good, even where the clock is turned back', async () => {
    const { body } = await bench.create({ expires_at: bench.clock.in(HOUR) });
    bench.api.clock.advance(2 * HOUR);
    bench.api.clock.reset();
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body.is_available).toBe(false);
  });

  test('of an instant room comes by itself', async () => {
    const { body } = await bench.ask('POST', '/rooms', { display_name: 'Now' });
    bench.clock.pass(10 * MINUTE);
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body.is_available).toBe(false);
  });
});

describe('links', () => {
  test('lead guests and hosts into the room, until it expires', async () => {
    const { body } = await bench.create({ expires_at: bench.clock.in(HOUR) });
    const { guest_url, host_url } = body._links;
    expect(bench.api.enter(guest_url.href)).toEqual({ roomId: body.id, role: 'guest' });
    expect(bench.api.enter(host_url.href)).toEqual({ roomId: body.id, role: 'host' });
    bench.clock.pass(HOUR);
    expect(() => bench.api.enter(guest_url.href)).toThrow('has expired');
  });

  test('lead nowhere with a forged token, an unknown code or on another site', async () => {
    const { body } = await bench.create();
    const forged = `https://meetings.vonage.com/?room_token=${body.meeting_code}&participant_token=a.b.c`;
    expect(() => bench.api.enter(forged)).toThrow('was not signed here');
    expect(() => bench.api.enter('https://meetings.vonage.com/x')).toThrow('leads to no room');
    expect(() => bench.api.enter('https://example.com/123456789')).toThrow('another site');
  });
});

test('the inventory shows every room with the mark of its client', async () => {
  const { body } = await bench.create({ metadata: 'mark', expires_at: bench.clock.in(HOUR) });
  bench.api.addRoom('another');
  bench.clock.pass(HOUR);
  expect(bench.api.inventory(APPLICATION)).toEqual([
    {
      id: body.id,
      account: APPLICATION,
      label: 'mark',
      createdAt: bench.clock.now() - HOUR,
      expiresAt: bench.clock.now(),
      usable: false,
    },
  ]);
  expect(bench.api.inventory()).toHaveLength(2);
});

describe('sessions', () => {
  test('tell the callbacks who meets when', async () => {
    const { body } = await bench.create({ callback_urls: urls(), recording_options: { auto_record: true } });
    const session = bench.api.startSession(body.id);
    const participant = { name: 'Ada', isHost: true };
    const guest = bench.api.join(body.id, participant);
    bench.clock.pass(HOUR);
    bench.api.leave(body.id, guest, participant);
    bench.api.endSession(body.id);
    await bench.api.settle();
    const heard = (event: string) => listener.heard.find((each) => each.body.event === event);
    expect(heard('session:started')).toMatchObject({
      path: '/sessions',
      body: { session_id: session.id, room_id: body.id, started_at: bench.clock.in(-HOUR) },
    });
    expect(heard('session:ended')?.body).toMatchObject({
      started_at: bench.clock.in(-HOUR),
      ended_at: bench.clock.in(0),
    });
    expect(heard('session:participant:joined')?.body).toMatchObject({
      participant_id: guest,
      name: 'Ada',
      is_host: true,
    });
    expect(heard('session:participant:left')?.body).toMatchObject({ participant_id: guest });
    expect(
      listener.heard
        .filter(({ path }) => path === '/recordings')
        .map(({ body: { event } }) => event)
        .sort(),
    ).toEqual(['recording:ended', 'recording:started', 'recording:uploaded']);
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body.is_available).toBe(true);
  });

  test('end a room that expires after use', async () => {
    const { body } = await bench.create({ callback_urls: urls(), expire_after_use: true });
    bench.api.startSession(body.id);
    bench.api.endSession(body.id);
    expect((await events()).sort()).toEqual(['room:expired', 'session:ended', 'session:started']);
    expect(
      (await bench.ask('PATCH', `/rooms/${body.id}`, { update_details: { theme_id: null } })).status,
    ).toBe(404);
  });

  test('cannot begin in a room that is over, nor end before they began', async () => {
    const { id } = bench.api.addRoom(APPLICATION);
    expect(() => bench.api.endSession(id)).toThrow('no session in room');
    bench.api.expireRoom(id);
    expect(() => bench.api.startSession(id)).toThrow('has expired');
    expect(() => bench.api.startSession('x')).toThrow('there is no room x');
  });
});

describe('the control endpoint', () => {
  const control = (method: string, path: string, body?: unknown) =>
    call(`${bench.api.origin}/_control${path}`, { method, body });

  test('shows the rooms without their host links', async () => {
    const { body } = await bench.create();
    const reply = await control('GET', '/rooms');
    expect(reply.body).toMatchObject({ count: 1, rooms: [{ id: body.id, is_available: true }] });
    expect(JSON.stringify(reply.body)).not.toContain('participant_token');
    expect((await control('GET', '/rooms?application=other')).body.count).toBe(0);
  });

  test('starts and ends sessions, ends rooms and loses them', async () => {
    const { body } = await bench.create({ callback_urls: urls() });
    await control('POST', `/rooms/${body.id}/session`);
    await control('DELETE', `/rooms/${body.id}/session`);
    expect((await control('POST', `/rooms/${body.id}/expire`)).body.is_available).toBe(false);
    expect((await events()).sort()).toEqual(['room:expired', 'session:ended', 'session:started']);
    expect((await control('DELETE', `/rooms/${body.id}`)).body).toEqual({ removed: body.id });
    expect((await bench.ask('GET', `/rooms/${body.id}`)).status).toBe(404);
    expect((await bench.ask('GET', '/rooms')).body.total_items).toBe(0);
    expect(await control('DELETE', `/rooms/${body.id}`)).toMatchObject({
      status: 400,
      body: { error: `there is no room ${body.id}` },
    });
    expect((await control('GET', '/callbacks')).body.callbacks).toHaveLength(3);
  });

  test('takes keys back and trusts new ones', async () => {
    await control('DELETE', `/applications/${APPLICATION}/keys`);
    expect((await bench.ask('GET', '/rooms')).status).toBe(401);
    const wrong = await control('PUT', `/applications/${APPLICATION}/keys`, { publicKey: 'nonsense' });
    expect(wrong.status).toBe(400);
    const { KEYS } = await import('../support/meetings-api.ts');
    const publicKey = KEYS.publicKey.export({ type: 'spki', format: 'pem' });
    await control('PUT', `/applications/${APPLICATION}/keys`, { publicKey });
    expect((await bench.ask('GET', '/rooms')).status).toBe(200);
  });
});

test('a lost answer leaves a room that only the list knows of', async () => {
  bench.api.faults.add({ fault: 'reset', strikes: 'after', on: 'POST /rooms' });
  await expect(bench.create({ metadata: 'token-1' })).rejects.toThrow('fetch failed');
  const { body } = await bench.ask('GET', '/rooms');
  expect(body._embedded).toMatchObject([{ metadata: 'token-1' }]);
  expect(bench.api.calls.count('POST /rooms', { fault: 'reset', handled: 201 })).toBe(1);
});

test('failures come in the two shapes: the gateway throttles, the service breaks', async () => {
  bench.api.faults.add({ fault: 'throttle' });
  expect((await bench.create()).body).toEqual({ title: 'Too Many Requests', detail: expect.any(String) });
  bench.api.faults.add({ fault: 'status', status: 500 });
  expect((await bench.create()).body).toMatchObject({ status: 500, name: 'InternalServerError' });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../support/clock.ts';
import { ask, clock, create, HOST, OTHER_HOST, renewToken, start, zoom } from '../support/zoom.ts';

beforeEach(() => start());
afterEach(() => zoom.close());

const gone = (id: number) => ({
  status: 404,
  body: { code: 3001, message: `Meeting does not exist: ${id}.` },
});
const inDays = (days: number) => `${clock.in(days * DAY).slice(0, 19)}Z`;

describe('POST /users/{id}/meetings', () => {
  test('answers 201 with the meeting, its link with the passcode, and a link for its host', async () => {
    const { status, body } = await create({
      topic: 'Board room',
      type: 3,
      agenda: '[evr:k7m2]\nKept by the office.',
      password: '4h7Kq2',
      settings: { join_before_host: true, waiting_room: false },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(Number),
      host_email: HOST,
      topic: 'Board room',
      type: 3,
      status: 'waiting',
      agenda: '[evr:k7m2]\nKept by the office.',
      created_at: '2027-03-01T12:00:00Z',
      password: '4h7Kq2',
      settings: { join_before_host: true, waiting_room: false, approval_type: 2 },
    });
    expect(String(body.id)).toHaveLength(11);
    expect(body.join_url).toBe(`https://us02web.zoom.us/j/${body.id}?pwd=${body.encrypted_password}`);
    expect(body.start_url).toMatch(/^https:\/\/us02web\.zoom\.us\/s\/\d+\?zak=/);
    expect(body.start_time).toBeUndefined();
  });

  test('makes another meeting whenever it is called: nothing says that two are one', async () => {
    const [one, other] = [await create(), await create()];
    expect(one.body.id).not.toBe(other.body.id);
  });

  test.each([
    ['topic', { topic: 'x'.repeat(201) }],
    ['agenda', { agenda: 'x'.repeat(2001) }],
    ['password', { password: 'too long by far' }],
    ['password', { password: 'a b' }],
    ['type', { type: 4 }],
    ['start_time', { start_time: 'tomorrow' }],
    ['timezone', { timezone: 'Nowhere/Land' }],
    ['settings.jbh_time', { settings: { jbh_time: 7 } }],
    ['settings.waiting_room', { settings: { waiting_room: 'yes' } }],
    ['settings', { settings: [] }],
  ])('refuses a wrong %s', async (field, body) => {
    expect(await create({ type: 3, ...body })).toMatchObject({
      status: 400,
      body: { code: 300, message: 'Validation Failed.', errors: [{ field, message: 'Invalid field.' }] },
    });
  });

  test.each(['[]', '{', 'null', ''])('refuses a body that is no object: %j', async (body) => {
    const answer = await ask('POST', `/users/${HOST}/meetings`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 300 } });
  });

  test('drops in silence what does not go together', async () => {
    const { body } = await create({ type: 3, settings: { approval_type: 0, join_before_host: true } });
    expect(body.settings).toMatchObject({ approval_type: 2, waiting_room: true, join_before_host: false });
    expect(body.password).toBe('');
    expect(body.join_url).not.toContain('pwd');
  });

  test('makes an instant meeting of a scheduled one without a date, which no list shows', async () => {
    const { body } = await create({ type: 2, password: 'a1b2c3' });
    expect(body.type).toBe(1);
    expect((await ask('GET', `/users/${HOST}/meetings`)).body.meetings).toEqual([]);
  });

  test('reads a start time by its zone, unless it is in UTC', async () => {
    const local = await create({ type: 2, start_time: '2027-07-01T10:00:00', timezone: 'Europe/Madrid' });
    expect(local.body.start_time).toBe('2027-07-01T08:00:00Z');
    const utc = await create({ type: 2, start_time: '2027-07-01T10:00:00Z', timezone: 'Europe/Madrid' });
    expect(utc.body.start_time).toBe('2027-07-01T10:00:00Z');
  });

  test('knows hosts by id and by address, and says whose they are not', async () => {
    const { id } = (await ask('GET', `/users/${HOST.toUpperCase()}`)).body;
    expect((await create({ type: 3 }, id)).body.host_email).toBe(HOST);
    expect(await create({ type: 3 }, 'nobody@example.org')).toMatchObject({
      status: 404,
      body: { code: 1001 },
    });
    expect(await create({ type: 3 }, 'foreign@example.org')).toMatchObject({
      status: 400,
      body: { code: 1010 },
    });
  });

  test.each([
    ['ignore', 201],
    ['refuse', 400],
  ] as const)(
    'with unknownFields %s, an unknown field is answered with %i',
    async (unknownFields, status) => {
      await start({ switches: { unknownFields } });
      expect((await create({ type: 3, colour: 'blue' })).status).toBe(status);
    },
  );
});

describe('PATCH /meetings/{id}', () => {
  test('changes what is said and nothing else; id and link stay', async () => {
    const { body: before } = await create({
      type: 2,
      start_time: inDays(10),
      password: 'a1b2c3',
      agenda: 'one',
    });
    const change = { start_time: inDays(40), settings: { mute_upon_entry: true } };
    expect((await ask('PATCH', `/meetings/${before.id}`, change)).status).toBe(204);
    const { body: after } = await ask('GET', `/meetings/${before.id}`);
    expect(after).toMatchObject({
      id: before.id,
      join_url: before.join_url,
      agenda: 'one',
      start_time: inDays(40),
    });
    expect(after.settings).toEqual({ ...before.settings, mute_upon_entry: true });
  });

  test('a new passcode is a new link', async () => {
    const { body: before } = await create();
    await ask('PATCH', `/meetings/${before.id}`, { password: 'other1' });
    expect((await ask('GET', `/meetings/${before.id}`)).body.join_url).not.toBe(before.join_url);
    expect(() => zoom.enter(before.join_url)).toThrow('the passcode');
  });

  test('a start in the past is passed over', async () => {
    const { body } = await create({ type: 2, start_time: inDays(10) });
    expect((await ask('PATCH', `/meetings/${body.id}`, { start_time: inDays(-1) })).status).toBe(204);
    expect((await ask('GET', `/meetings/${body.id}`)).body.start_time).toBe(inDays(10));
  });

  test('moves a meeting to another host, its link staying', async () => {
    const { body } = await create();
    await ask('PATCH', `/meetings/${body.id}`, { schedule_for: OTHER_HOST });
    expect((await ask('GET', `/meetings/${body.id}`)).body).toMatchObject({
      host_email: OTHER_HOST,
      join_url: body.join_url,
    });
  });
});

describe('DELETE and recover', () => {
  test('a deleted meeting is gone, and comes back with its link within seven days', async () => {
    const { body } = await create();
    expect((await ask('DELETE', `/meetings/${body.id}`)).status).toBe(204);
    expect(await ask('GET', `/meetings/${body.id}`)).toMatchObject(gone(body.id));
    expect(await ask('DELETE', `/meetings/${body.id}`)).toMatchObject(gone(body.id));
    expect((await ask('PUT', `/meetings/${body.id}/status`, { action: 'recover' })).status).toBe(204);
    expect((await ask('GET', `/meetings/${body.id}`)).body.join_url).toBe(body.join_url);
    await ask('DELETE', `/meetings/${body.id}`);
    clock.pass(7 * DAY);
    await renewToken();
    expect(await ask('PUT', `/meetings/${body.id}/status`, { action: 'recover' })).toMatchObject(
      gone(body.id),
    );
  });

  test.each([
    ['end', 204],
    ['refuse', 400],
  ] as const)(
    'with deleteWhileLive %s, a meeting in progress is answered with %i',
    async (deleteWhileLive, status) => {
      await start({ switches: { deleteWhileLive } });
      const { body } = await create();
      zoom.join(body.start_url, 'Ann');
      expect((await ask('DELETE', `/meetings/${body.id}`)).status).toBe(status);
    },
  );

  test.each([
    ['gone', 404],
    ['shown', 200],
  ] as const)('with meetingInTrash %s, GET is answered with %i', async (meetingInTrash, status) => {
    await start({ switches: { meetingInTrash } });
    const { body } = await create();
    await ask('DELETE', `/meetings/${body.id}`);
    expect((await ask('GET', `/meetings/${body.id}`)).status).toBe(status);
  });
});

describe('how long a meeting lives', () => {
  const aliveAfter = async (id: number, days: number) => {
    clock.pass(days * DAY);
    await renewToken();
    return (await ask('GET', `/meetings/${id}`)).status === 200;
  };

  test('a recurring one for 365 days after it was last started', async () => {
    const { body } = await create({ type: 3, password: 'a1b2c3', settings: { join_before_host: true } });
    expect(await aliveAfter(body.id, 364)).toBe(true);
    zoom.join(body.join_url, 'Ann');
    zoom.leave(String(body.id), 'Ann');
    expect(await aliveAfter(body.id, 364)).toBe(true);
    expect(await aliveAfter(body.id, 1)).toBe(false);
    expect(() => zoom.enter(body.join_url)).toThrow('is over');
  });

  test('a scheduled one for 30 days after its date, which a change moves', async () => {
    const { body } = await create({ type: 2, start_time: inDays(10), password: 'a1b2c3' });
    expect(await aliveAfter(body.id, 39)).toBe(true);
    await ask('PATCH', `/meetings/${body.id}`, { start_time: inDays(10) });
    expect(await aliveAfter(body.id, 39)).toBe(true);
    expect(await aliveAfter(body.id, 1)).toBe(false);
  });

  test.each([false, true])(
    'with changeExtends %s, a change starts the 365 days anew: the same',
    async (changeExtends) => {
      await start({ switches: { changeExtends } });
      const { body } = await create();
      clock.pass(300 * DAY);
      await renewToken();
      await ask('PATCH', `/meetings/${body.id}`, { topic: 'Other' });
      expect(await aliveAfter(body.id, 65)).toBe(changeExtends);
    },
  );
});

describe('who enters', () => {
  test('a guest by the link, before the host where that is allowed', async () => {
    const { body } = await create({ type: 3, password: 'a1b2c3', settings: { join_before_host: true } });
    expect(zoom.join(body.join_url, 'Ann')).toEqual({ roomId: String(body.id), role: 'guest' });
    expect((await ask('GET', `/meetings/${body.id}`)).body.status).toBe('started');
  });

  test('nobody before the host where that is not allowed', async () => {
    const { body } = await create();
    expect(() => zoom.join(body.join_url, 'Ann')).toThrow('before its host');
    expect(zoom.join(body.start_url, 'Host').role).toBe('host');
    expect(zoom.join(body.join_url, 'Ann').role).toBe('guest');
  });

  test('a host by a link of the last two hours', async () => {
    const { body } = await create();
    clock.pass(2 * HOUR);
    await renewToken();
    expect(() => zoom.enter(body.start_url)).toThrow('has expired');
    const { body: fresh } = await ask('GET', `/meetings/${body.id}`);
    expect(zoom.enter(fresh.start_url).role).toBe('host');
  });

  test('a basic host has one meeting at a time', async () => {
    const meetings = [await create(undefined, OTHER_HOST), await create(undefined, OTHER_HOST)];
    const [one, other] = meetings.map(({ body }) => body);
    zoom.join(one.start_url, 'Host');
    expect(() => zoom.join(other.start_url, 'Host')).toThrow('another meeting in progress');
    await ask('PUT', `/meetings/${one.id}/status`, { action: 'end' });
    expect(zoom.join(other.start_url, 'Host').role).toBe('host');
  });
});

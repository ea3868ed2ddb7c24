import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, MINUTE } from '../support/clock.ts';
import { APPLICATION, type Bench, KEYS, startBench } from '../support/meetings-api.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ roomLimit: 100_000 });
});
afterAll(() => bench.api.close());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('POST /rooms', () => {
  test('takes the example of the guide as it stands', async () => {
    const reply = await bench.ask('POST', '/rooms', {
      display_name: 'New Meeting Room',
      type: 'long_term',
      expires_at: bench.clock.in(30 * DAY),
      recording_options: { auto_record: true },
      theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
    });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(UUID),
        display_name: 'New Meeting Room',
        type: 'long_term',
        expires_at: bench.clock.in(30 * DAY),
        created_at: bench.clock.in(0),
        meeting_code: expect.stringMatching(/^\d{9}$/),
        is_available: true,
        theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
        recording_options: { auto_record: true, record_only_owner: false },
      },
    });
  });

  test('fills in the defaults of the contract', async () => {
    const { body } = await bench.create();
    expect(body).toMatchObject({
      metadata: null,
      expire_after_use: false,
      recording_options: { auto_record: false, record_only_owner: false },
      theme_id: null,
      join_approval_level: 'none',
      initial_join_options: { microphone_state: 'default' },
      available_features: {
        is_recording_available: true,
        is_chat_available: true,
        is_whiteboard_available: true,
        is_locale_switcher_available: false,
        is_captions_available: false,
      },
      ui_settings: { language: 'default' },
    });
    expect(body).not.toHaveProperty('callback_urls');
  });

  test('makes the links from the meeting code, and the host link a credential of its own', async () => {
    const { body } = await bench.create();
    const again = await bench.ask('GET', `/rooms/${body.id}`);
    expect(body._links.guest_url.href).toBe(`https://meetings.vonage.com/${body.meeting_code}`);
    const link = new URL(body._links.host_url.href);
    expect(link.origin + link.pathname).toBe('https://meetings.vonage.com/');
    expect(link.searchParams.get('room_token')).toBe(body.meeting_code);
    const [header = '', claims = ''] = (link.searchParams.get('participant_token') as string).split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header).alg).toBe('HS256');
    expect(Object.keys(read(claims))).toEqual(['participantId', 'iat']);
    // compared as a boolean, so that no failure prints a credential
    expect(again.body._links.host_url.href === body._links.host_url.href).toBe(false);
    expect(again.body._links.guest_url).toEqual(body._links.guest_url);
  });

  test('makes an instant room where no type is named', async () => {
    const { status, body } = await bench.ask('POST', '/rooms', { display_name: 'Now' });
    expect([status, body.type]).toEqual([201, 'instant']);
  });

  test('has no idempotency: twice the same body is two rooms', async () => {
    const [one, other] = await Promise.all([bench.create(), bench.create()]);
    expect(one.body.id === other.body.id || one.body.meeting_code === other.body.meeting_code).toBe(false);
  });

  test.each([
    ['expires_at just over 10 minutes ahead', () => ({ expires_at: bench.clock.in(10 * MINUTE + 1) })],
    ['expires_at a year ahead', () => ({ expires_at: bench.clock.in(365 * DAY) })],
    ['500 characters of metadata', { metadata: 'x'.repeat(500) }],
    ['null for metadata and theme', { metadata: null, theme_id: null }],
    ['a name of 200 characters', { display_name: 'ä'.repeat(200) }],
    [
      'every callback',
      {
        callback_urls: {
          rooms_callback_url: 'http://a.example',
          sessions_callback_url: 'https://b.example/x?y',
          recordings_callback_url: 'https://c.example',
        },
      },
    ],
  ])('takes %s', async (_, body) => {
    const reply = await bench.create(typeof body === 'function' ? body() : body);
    expect(reply.status).toBe(201);
  });

  test.each([
    ['no name', { display_name: undefined }, '"display_name" is required'],
    ['an empty name', { display_name: '' }, '"display_name" is not allowed to be empty'],
    [
      'a long name',
      { display_name: 'x'.repeat(201) },
      '"display_name" length must be less than or equal to 200 characters long',
    ],
    ['a name that is no text', { display_name: 7 }, '"display_name" must be a string'],
    ['a type of its own', { type: 'eternal' }, '"type" must be one of [instant, long_term]'],
    ['no expiry', { expires_at: undefined }, '"expires_at" is required'],
    ['an expiry that is no date', { expires_at: 'tomorrow' }, '"expires_at" must be in ISO 8601 date format'],
    [
      'an expiry in exactly 10 minutes',
      () => ({ expires_at: bench.clock.in(10 * MINUTE) }),
      '"expires_at" must be greater than "2027-',
    ],
    [
      'an expiry over a year ahead',
      () => ({ expires_at: bench.clock.in(365 * DAY + 1) }),
      '"expires_at" must be less than or equal to "2028-',
    ],
    ['an instant room that expires', { type: 'instant' }, '"expires_at" is not allowed'],
    [
      '501 characters of metadata',
      { metadata: 'x'.repeat(501) },
      '"metadata" length must be less than or equal to 500 characters long',
    ],
    ['metadata with a line break', { metadata: 'a\nb' }, 'printable ASCII'],
    ['metadata beyond ASCII', { metadata: 'café' }, 'printable ASCII'],
    ['a flag that is a text', { expire_after_use: 'true' }, '"expire_after_use" must be a boolean'],
    [
      'a nested flag that is a number',
      { recording_options: { auto_record: 1 } },
      '"recording_options.auto_record" must be a boolean',
    ],
    [
      'an unknown approval',
      { join_approval_level: 'ask' },
      '"join_approval_level" must be one of [none, after_owner_only, explicit_approval]',
    ],
    [
      'an unknown microphone',
      { initial_join_options: { microphone_state: 'loud' } },
      '"initial_join_options.microphone_state" must be one of [on, off, default]',
    ],
    [
      'an unknown language',
      { ui_settings: { language: 'nl' } },
      '"ui_settings.language" must be one of [en,',
    ],
    [
      'a callback over ftp',
      { callback_urls: { rooms_callback_url: 'ftp://a.example' } },
      '"callback_urls.rooms_callback_url" must be a valid uri',
    ],
    ['a theme that is no UUID', { theme_id: 'blue' }, '"theme_id" must be a valid GUID'],
    ['an unknown field', { colour: 'blue' }, '"colour" is not allowed'],
    [
      'an unknown nested field',
      { available_features: { is_magic_available: true } },
      '"available_features.is_magic_available" is not allowed',
    ],
    ['a field called constructor', { constructor: 1 }, '"constructor" is not allowed'],
  ])('refuses %s in the words of Joi', async (_, body, message) => {
    const before = bench.api.rooms().length;
    const reply = await bench.create(typeof body === 'function' ? body() : body);
    expect(reply).toMatchObject({ status: 400, body: { name: 'InputValidationError', status: 400 } });
    expect(reply.body.message).toContain(message);
    expect(reply.body).not.toHaveProperty('errors');
    expect(bench.api.rooms()).toHaveLength(before);
  });

  test('names every fault of a body, the first of them in the message', async () => {
    const { body } = await bench.ask('POST', '/rooms', { type: 'long_term', metadata: 3 });
    expect(body.message).toBe('"display_name" is required');
    expect(body.errors).toEqual([
      '"display_name" is required',
      '"expires_at" is required',
      '"metadata" must be a string',
    ]);
  });

  test.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['half of it', '{"display_name":'],
  ])('refuses %s as a body', async (_, body) => {
    expect((await bench.ask('POST', '/rooms', body)).status).toBe(400);
  });

  test('refuses a theme that the application does not have, unless its switch says otherwise', async () => {
    const theme_id = '00000000-0000-4000-8000-000000000000';
    const reply = await bench.create({ theme_id });
    expect(reply).toMatchObject({
      status: 400,
      body: { name: 'BadRequestError', message: expect.stringContaining(theme_id) },
    });
    const lenient = await startBench({ switches: { unknownTheme: 'accept' } });
    expect((await lenient.create({ theme_id })).status).toBe(201);
    await lenient.api.close();
  });
});

describe('GET /rooms/{id}', () => {
  test('shows a room, and 404 for one that is not there or that is another application’s', async () => {
    const { body } = await bench.create({ metadata: 'from the calendar' });
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body).toMatchObject({
      id: body.id,
      metadata: 'from the calendar',
    });
    const stranger = bench.api.addRoom('b0000000-0000-4000-8000-000000000000');
    for (const id of [stranger.id, '00000000-0000-4000-8000-000000000000', 'x']) {
      expect(await bench.ask('GET', `/rooms/${id}`)).toMatchObject({
        status: 404,
        body: { name: 'NotFoundError', status: 404, message: expect.stringContaining(id) },
      });
    }
  });

  test('there is no DELETE', async () => {
    const { body } = await bench.create();
    expect((await bench.ask('DELETE', `/rooms/${body.id}`)).status).toBe(404);
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body.is_available).toBe(true);
  });
});

describe('the limit of rooms', () => {
  const applications = [
    { applicationId: APPLICATION, publicKey: KEYS.publicKey },
    { applicationId: 'other', publicKey: KEYS.publicKey, roomLimit: 1 },
  ];

  test('is 1,000 for each application unless it is configured', async () => {
    const full = await startBench();
    for (let count = 0; count < 999; count += 1) full.api.addRoom(APPLICATION);
    const replies = await Promise.all([full.create(), full.create(), full.create()]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 403, 403]);
    expect(replies.find(({ status }) => status === 403)?.body).toMatchObject({
      status: 403,
      message: 'maximum number of rooms for the owner exceeded',
    });
    await full.api.close();
  });

  test.each([
    [false, 201],
    [true, 403],
  ])('counts expired rooms: %s', async (expiredRoomsCount, expected) => {
    const full = await startBench({ applications, roomLimit: 1, switches: { expiredRoomsCount } });
    const { body } = await full.create();
    expect((await full.create()).status).toBe(403);
    full.api.addRoom('other');
    full.api.expireRoom(body.id);
    expect((await full.create()).status).toBe(expected);
    await full.api.close();
  });
});

test('themes, dial-in numbers and the default theme of the application', async () => {
  const themes = await bench.ask('GET', '/themes');
  const ids = themes.body.map(({ theme_id }: { theme_id: string }) => theme_id);
  expect(ids).toContain('e8b1d80b-8f78-4578-94f2-328596e01387');
  const [id] = ids;
  expect(await bench.ask('GET', `/themes/${id}`)).toMatchObject({ status: 200, body: { theme_id: id } });
  expect((await bench.ask('GET', '/themes/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  const numbers = await bench.ask('GET', '/dial-in-numbers');
  expect(numbers.body[0]).toEqual({
    number: expect.any(String),
    locale: expect.any(String),
    display_name: expect.any(String),
  });
  const update = (update_details: object) => bench.ask('PATCH', '/applications', { update_details });
  expect(await update({ default_theme_id: id })).toMatchObject({
    status: 200,
    body: { default_theme_id: id },
  });
  expect((await update({})).body.message).toBe('"update_details" must have at least 1 key');
  expect((await update({ default_theme_id: '00000000-0000-4000-8000-000000000000' })).status).toBe(400);
});

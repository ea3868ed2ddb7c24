import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../support/clock.ts';
import { ask, clock, create, daily, OTHER_KEY, seconds, start } from '../support/daily.ts';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const CONTRACT: { properties: { properties: Readonly<Record<string, Schema>> } } = JSON.parse(
  readFileSync(new URL('../../adapters/contracts/daily.schema.json', import.meta.url), 'utf8'),
).$defs;

/** One value of each type that JSON has. */
const ANY = [true, 1.5, -1, 'anything', ['anything'], { anything: 1 }];

/** Values that fit a schema, and a value of every other type. */
function valuesOf(schema: Schema): { fitting: readonly unknown[]; other: readonly unknown[] } {
  const fitting = fittingOf(schema);
  const types = fitting.map(typeOf);
  return { fitting, other: ANY.filter((value) => !types.includes(typeOf(value))) };
}

const typeOf = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value);

function fittingOf({ type, enum: values, anyOf, items, ...more }: Schema): readonly unknown[] {
  if (values) return values;
  if (anyOf) return anyOf.flatMap(fittingOf);
  switch (type) {
    case 'boolean':
      return [true, false];
    case 'integer':
      return [more.maximum ?? 60];
    case 'number':
      return [0.5, 2];
    case 'string':
      return [more.format ? 'https://team.example/joined' : 'meetings/{epoch_time}.mp4'];
    case 'array':
      return [fittingOf(items ?? {}).slice(0, 1)];
    default:
      return [
        Object.fromEntries(
          Object.entries(more.properties ?? {}).map(([name, part]) => [name, fittingOf(part)[0]]),
        ),
      ];
  }
}

beforeEach(() => start());
afterEach(() => daily.close());

describe('POST /rooms', () => {
  test('answers 200 with what differs from the defaults, made on the full second', async () => {
    clock.pass(345);
    const reply = await create('room-1', {
      exp: seconds(DAY),
      start_audio_off: true,
      start_video_off: false,
      enable_chat: false,
      enable_screenshare: true,
      lang: 'en',
      enable_knocking: false,
      max_participants: null,
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'room-1',
      api_created: true,
      privacy: 'public',
      url: 'https://first.daily.co/room-1',
      created_at: '2027-03-01T12:00:00.000Z',
      config: { exp: seconds(DAY), start_audio_off: true, enable_knocking: false },
    });
  });

  test('makes up a name of 20 characters, and a room that never expires', async () => {
    const { body } = await ask('POST', '/rooms');
    expect(body.name).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(body.config).toEqual({});
    clock.pass(3650 * DAY);
    expect((await ask('GET', `/rooms/${body.name}`)).status).toBe(200);
  });

  test('refuses a name that is taken, in the domain it is taken in', async () => {
    await create('room-1');
    expect(await create('room-1')).toMatchObject({
      status: 400,
      body: { error: 'invalid-request-error', info: 'a room named room-1 already exists' },
    });
    expect((await ask('POST', '/rooms', { name: 'room-1' }, OTHER_KEY)).status).toBe(200);
  });

  test('makes one room of two creates at the same time', async () => {
    const replies = await Promise.all([create('room-1'), create('room-1'), create('room-1')]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });

  test.each([
    [
      'a name with a space',
      { name: 'my room' },
      "my room contains invalid characters (room names can contain A-Z, a-z, 0-9, '-', and '_')",
    ],
    ['a name of 129 characters', { name: 'x'.repeat(129) }, 'at most 128'],
    ['an unknown privacy', { privacy: 'org' }, 'privacy was'],
    [
      'an exp in milliseconds of text',
      { properties: { exp: '1783915716' } },
      "exp was '1783915716' but should be a number of seconds since the unix epoch",
    ],
    [
      'an exp in the past',
      { properties: { exp: 1_783_915_716 } },
      "exp was '1783915716', which is in the past rather than in the future",
    ],
    ['an exp that is now', () => ({ properties: { exp: seconds(0) } }), 'which is in the past'],
    ['an exp in milliseconds', () => ({ properties: { exp: clock.now() + DAY } }), 'at most 2147483647'],
    [
      'a flag that is a text',
      { properties: { enable_chat: 'yes' } },
      "enable_chat was 'yes' but should be a boolean",
    ],
    [
      'an unknown property',
      { properties: { owner_only_broadcast: true } },
      "unknown parameter 'owner_only_broadcast'",
    ],
    ['an unknown field', { metadata: 'x' }, "unknown parameter 'metadata'"],
    ['an unknown language', { properties: { lang: 'he' } }, "lang was 'he'"],
    ['too many participants', { properties: { max_participants: 201 } }, 'at most 200'],
    ['an unknown recording', { properties: { enable_recording: ['cloud', 'tape'] } }, 'enable_recording was'],
  ])('refuses %s', async (_, body, info) => {
    const reply = await ask('POST', '/rooms', typeof body === 'function' ? body() : body);
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid-request-error' } });
    expect(reply.body.info).toContain(info);
    expect(daily.rooms()).toHaveLength(0);
  });

  test('takes every property that is documented, in the types of the contract alone', async () => {
    const properties = Object.entries(CONTRACT.properties.properties);
    expect(properties).toHaveLength(48);
    for (const [name, schema] of properties) {
      const values = valuesOf(schema);
      for (const value of values.fitting) {
        const { status, body } = await ask('POST', '/rooms', { properties: { [name]: value } });
        expect([name, value, status]).toEqual([name, value, 200]);
        expect([{}, { [name]: value }]).toContainEqual(body.config);
      }
      for (const value of values.other) {
        const { status, body } = await ask('POST', '/rooms', { properties: { [name]: value } });
        expect([name, value, status]).toEqual([name, value, 400]);
        expect(body.info).toContain(`${name} was`);
      }
    }
  });

  test.each(['recordings_bucket', 'sip', 'streaming_endpoints', 'dialout_config'])(
    'takes no bare string for %s',
    async (name) => {
      expect((await create('room-1', { [name]: 'anything' })).body.info).toContain(
        `${name} was 'anything' but should be`,
      );
    },
  );

  test('refuses a body that is not JSON', async () => {
    expect((await ask('POST', '/rooms', '{')).body.error).toBe('json-parsing-error');
  });
});

describe('POST /rooms/:name', () => {
  test('changes what is sent, puts what is null back to its default, and keeps the rest', async () => {
    await create('room-1', { exp: seconds(DAY), enable_chat: true, geo: 'eu-west-2' });
    const { status, body } = await ask('POST', '/rooms/room-1', {
      privacy: 'private',
      properties: { exp: seconds(2 * DAY), geo: null },
    });
    expect([status, body.privacy, body.config]).toEqual([
      200,
      'private',
      { exp: seconds(2 * DAY), enable_chat: true },
    ]);
    expect((await ask('GET', '/rooms/room-1')).body).toEqual(body);
  });

  test('refuses to rename, and an exp in the past; then nothing has changed', async () => {
    await create('room-1');
    expect((await ask('POST', '/rooms/room-1', { name: 'room-2' })).status).toBe(400);
    expect((await ask('POST', '/rooms/room-1', { privacy: 'private', properties: { exp: 1 } })).status).toBe(
      400,
    );
    expect((await ask('GET', '/rooms/room-1')).body).toMatchObject({ name: 'room-1', privacy: 'public' });
    expect((await ask('POST', '/rooms/room-2', {})).status).toBe(404);
  });
});

describe('GET and DELETE /rooms/:name', () => {
  test('a room that is deleted is gone, and its name is free', async () => {
    await create('room-1');
    expect(await ask('DELETE', '/rooms/room-1')).toMatchObject({
      status: 200,
      body: { deleted: true, name: 'room-1' },
    });
    for (const method of ['GET', 'DELETE']) {
      const reply = await ask(method, '/rooms/room-1');
      expect([reply.status, reply.body]).toEqual([
        404,
        { error: 'not-found', info: 'room room-1 not found' },
      ]);
    }
    expect((await create('room-1')).status).toBe(200);
  });
});

test('room names can be told apart by case or not', async () => {
  await create('Room');
  expect((await ask('GET', '/rooms/room')).status).toBe(404);
  await start({ switches: { nameCase: 'insensitive' } });
  await create('Room');
  expect((await ask('GET', '/rooms/room')).body.name).toBe('Room');
});

test('unknown fields can be ignored', async () => {
  await start({ switches: { unknownFields: 'ignore' } });
  const { status, body } = await ask('POST', '/rooms', { colour: 'red', properties: { colour: 'red' } });
  expect([status, body.config]).toEqual([200, {}]);
});

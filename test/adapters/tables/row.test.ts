import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from 'vitest';
import { mapBytes } from '../../../bench/cost/stored-bytes.ts';
import { bytesOf } from '../../../functions/adapters/tables/item-size.ts';
import { toRow } from '../../../functions/adapters/tables/rooms-table.ts';
import { type Item, toDueRoom, toRoom } from '../../../functions/adapters/tables/row.ts';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import type { RoomContext } from '../../../functions/rooms/lifecycle/context.ts';
import type { RoomProvider } from '../../../functions/rooms/model/ports.ts';
import type { PastGeneration, Room } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

/** DynamoDB charges a write for each of them. */
const UNIT = 1024;

/** The store's own attributes: the mark of the writer. */
const WRITER = { writer: 'w'.repeat(12) };

/** As long as those of the Meetings API, with its token for the host. */
const LINKS = {
  id: '5b2b0d7e-1f7c-4d5e-9c3c-0a8e2f6f1a11',
  meetingCode: '123456789',
  guestUrl: 'https://meetings.vonage.com/123456789',
};

test('a usual room is written with one unit through every transition', async () => {
  const world = makeWorld();
  const bytes: [what: string, bytes: number][] = [];
  const context = weighed(withLongLinks(world.context), (room) => {
    bytes.push([`${room.state} ${room.generation}`, sizeOf(room)]);
  });
  const key = 'weekly-meeting-of-the-team';
  const spec = aSpec({ settings: { display_name: 'Weekly meeting of the team' } });
  await ensureRoom(aRequest({ key, spec }), context);
  for (const generation of [1, 2]) {
    world.clock.now += 84 * DAY;
    await rotateRoom({ key, generation, cause: 'due' }, context);
  }
  await cancelRoom(aRequest({ key, action: 'cancel' }), context);
  expect(world.row(key).generation).toBe(3);
  expect(bytes.length).toBeGreaterThan(9);
  expect(bytes.filter(([, size]) => size > UNIT)).toEqual([]);
});

const CLAIM: Room['claim'] = {
  owner: 'worker',
  purpose: 'open',
  generation: 2,
  takenAt: START,
  leaseUntil: START + HOUR,
  application: 'first',
  bookmark: '17',
  spec: aSpec(),
  expiresAt: START + DAY,
  gone: true,
  ends: [{ application: 'first', id: 'older', urgent: true }],
  sequence: { source: 'request', value: '1~0a' },
  origin: { calendarId: 'team', until: '2027-01-01T00:00:00Z' },
  announcement: { type: 'Room Rotated', reason: 'renewal' },
  warnings: ['a warning'],
  from: 'active',
};

const ID = '5b2b0d7e-1f7c-4d5e-9c3c-0a8e2f6f1a12';
const linkOf = (meetingCode: string) => ({
  meetingCode,
  guestUrl: `https://meetings.example/${meetingCode}`,
});

const { renewedAt: _renewedAt, ...PREVIOUS } = aLiveRoom({ id: 'older' });
const LAST: PastGeneration = {
  key: 'weekly',
  generation: 2,
  application: PREVIOUS.application,
  roomId: PREVIOUS.id,
  openedAt: PREVIOUS.createdAt,
  expiresAt: PREVIOUS.expiresAt,
  replacedAt: START + DAY,
  reason: 'renewal',
};
const PAST: PastGeneration = {
  ...LAST,
  generation: 1,
  roomId: 'oldest',
  openedAt: START - DAY,
  expiresAt: START,
  replacedAt: START,
};
const TIMES = { renewAt: START + 80 * DAY, dueAt: START + 80 * DAY, emergencyAt: START + 85 * DAY };

test.each<[string, Partial<Room>]>([
  ['a claim for what the row has already', { claim: CLAIM }],
  ['a claim for something else', { claim: { ...CLAIM, spec: aSpec({ expiresAt: START + 9 * DAY }) } }],
  ['a claim in another account', { claim: { ...CLAIM, application: 'second' } }],
  ['a claim of a key without a room', { claim: CLAIM, current: undefined, spec: undefined }],
  ['a change', { claim: { ...CLAIM, purpose: 'change', change: { expiresAt: START, settings: {} } } }],
  ['a previous room', { previous: PREVIOUS }],
  ['a previous room in another account', { previous: { ...PREVIOUS, application: 'second' } }],
  ['a previous room and the generations up to its own', { previous: PREVIOUS, past: [PAST, LAST] }],
  ['a past room in another account', { previous: PREVIOUS, past: [{ ...LAST, application: 'second' }] }],
  ['past rooms alone', { past: [PAST, LAST] }],
  ['rooms whose ids are no UUIDs', { previous: { ...PREVIOUS, id: ID.toUpperCase() }, past: [PAST] }],
  ['rooms whose ids are UUIDs', { previous: { ...PREVIOUS, id: ID }, past: [{ ...PAST, roomId: ID }] }],
  ['a previous link with its code', { previous: { ...PREVIOUS, ...linkOf('987654321') } }],
  ['a previous link without a code', { previous: { ...PREVIOUS, meetingCode: undefined } }],
  ['a previous link of another kind', { previous: { ...PREVIOUS, guestUrl: 'https://other.example/x' } }],
  [
    'links without codes',
    { current: aLiveRoom({ meetingCode: undefined }), previous: { ...PREVIOUS, ...linkOf('987654321') } },
  ],
  ['a previous room that lived longer', { previous: { ...PREVIOUS, expiresAt: START + 4000 * DAY } }],
  ['a previous room that ended early', { previous: { ...PREVIOUS, expiresAt: START + 1 } }],
  ['past rooms with numbers between them', { generation: 9, past: [PAST, LAST] }],
  ['a past room that was replaced for another reason', { past: [{ ...LAST, reason: 'moved' }] }],
  ['a past room that was replaced at another time', { past: [PAST, { ...LAST, replacedAt: START }] }],
  ['a renewal that is named', { spec: aSpec({ renewal: { mode: 'recreate', explicit: true } }) }],
  ['another renewal', { spec: aSpec({ renewal: { mode: 'none' } }) }],
  ['a row that was changed when it was written', { revision: START, updatedAt: START }],
  ['a row that was changed before it was written', { revision: START + 5, updatedAt: START }],
  ['past rooms of a key without a room', { current: undefined, past: [PAST, LAST] }],
  ['a room that is due when it is to be renewed', TIMES],
  ['a room that is looked at later', { ...TIMES, dueAt: START + 81 * DAY }],
  ['a room that is not renewed', {}],
  ['failures and warnings', { attempts: 3, warnings: ['a warning'], lastError: 'out of order' }],
  ['rooms to end', { retirees: [{ application: 'first', id: 'loser', endsAt: START }] }],
])('a row is read as it was written: %s', (_, more) => {
  const room = aRoom({ revision: 7, ...more });
  expect(defined(toRoom(toRow(room, 90 * DAY)))).toEqual(defined(room));
});

test('a row tells of its earlier rooms in brief', async () => {
  const world = makeWorld();
  const rows: Item[] = [];
  const context = weighed(withLongLinks(world.context), (room) => rows.push(toRow(room, 90 * DAY)));
  const key = 'weekly';
  await ensureRoom(aRequest({ key }), context);
  for (const generation of [1, 2]) {
    world.clock.now += 83 * DAY;
    await rotateRoom({ key, generation, cause: 'due' }, context);
  }
  const { previous, past, application } = rows.at(-1) ?? {};
  const { current } = rows.at(-1) as { current: Item };
  expect(world.row(key).past).toHaveLength(2);
  expect(bytesOf({ previous }) + bytesOf({ past })).toBeLessThan(110);
  expect([application, current.application]).toEqual(['first', undefined]);
});

test('a row is read as this version writes it', () => {
  const bytes = (digit: string) => Buffer.from(digit.repeat(32), 'hex');
  const id = (digit: string) => digit.repeat(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const [first, second, third] = [START - 166 * DAY, START - 83 * DAY, START];
  const written: Item = {
    roomKey: 'weekly',
    entry: 'room',
    revision: third + 900,
    state: 'active',
    generation: 3,
    sequences: {},
    createdAt: first,
    application: 'first',
    spec: { settings: { display_name: 'Weekly' }, lifetime: 90 * DAY },
    current: {
      id: id('3'),
      meetingCode: '333333333',
      guestUrl: 'https://meetings.example/333333333',
      createdAt: third,
      expiresAt: iso(third + 90 * DAY),
      renewedAt: third + 110,
    },
    previous: { i: bytes('2'), m: '222222222', c: second, e: -100 },
    past: [{ i: bytes('1'), c: first, e: -100, k: 110 }, {}],
  };
  const room = toRoom(written);
  expect(room).toMatchObject({
    updatedAt: third + 900,
    spec: { renewal: { mode: 'recreate' } },
    current: { application: 'first', id: id('3') },
    previous: {
      application: 'first',
      id: id('2'),
      meetingCode: '222222222',
      guestUrl: 'https://meetings.example/222222222',
      createdAt: second,
      expiresAt: second + 90 * DAY - 100,
    },
  });
  const usual = { key: 'weekly', application: 'first', reason: 'renewal' };
  const end = (begin: number) => begin + 90 * DAY - 100;
  expect(room.past).toEqual([
    {
      ...usual,
      generation: 1,
      roomId: id('1'),
      openedAt: first,
      expiresAt: end(first),
      replacedAt: second + 110,
    },
    {
      ...usual,
      generation: 2,
      roomId: id('2'),
      openedAt: second,
      expiresAt: end(second),
      replacedAt: third + 110,
    },
  ]);
  expect(defined(toRoom(toRow(room, 90 * DAY)))).toEqual(defined(room));
  expect(bytesOf({ ...toRow(room, 90 * DAY), ttl: undefined, dueShard: undefined })).toBe(bytesOf(written));
});

test('past generations that an earlier version wrote in full are read', () => {
  const { past: _past, ...row } = toRow(aRoom({ generation: 3, previous: PREVIOUS }), 90 * DAY);
  const whole = [
    { i: 'oldest', y: 'renewal', c: START - DAY, k: START, e: START, g: 1 },
    { y: 'renewal', g: 2, k: START + DAY },
  ];
  expect(toRoom({ ...row, past: whole }).past).toEqual([
    { ...PAST, key: 'weekly' },
    { ...LAST, key: 'weekly' },
  ]);
});

test('the index shows when a room is to be renewed, also where that is when it is due', () => {
  for (const times of [TIMES, { ...TIMES, dueAt: START + 81 * DAY }]) {
    expect(toDueRoom(toRow(aRoom(times), 90 * DAY))).toMatchObject(times);
  }
});

const iso = (instant: number) => new Date(instant).toISOString();
const LIVE = {
  application: 'first',
  id: 'room',
  meetingCode: '1',
  guestUrl: 'https://meetings.example/1',
  createdAt: iso(START),
  expiresAt: iso(START + DAY),
  renewedAt: iso(START),
};
const SPEC = { settings: { display_name: 'Weekly' }, lifetime: DAY, renewal: { mode: 'recreate' } };

/** As version 0.1.0 wrote it before rows were brief. */
const LONG_ROW: Item = {
  roomKey: 'weekly',
  entry: 'room',
  revision: 5,
  state: 'opening',
  generation: 1,
  retirees: [],
  sequences: { request: '1~0a' },
  warnings: [],
  attempts: 0,
  createdAt: iso(START),
  updatedAt: iso(START + HOUR),
  spec: SPEC,
  current: { ...LIVE, hostUrl: 'https://meetings.example/?host' },
  previous: { ...LIVE, id: 'older', hostUrl: 'https://meetings.example/?host' },
  claim: {
    owner: '0b1c2d3e-0000-4000-8000-000000000000',
    purpose: 'open',
    generation: 2,
    takenAt: iso(START),
    leaseUntil: iso(START + HOUR),
    application: 'first',
    spec: { ...SPEC, lifetime: 2 * DAY },
    expiresAt: iso(START + 2 * DAY),
    announcement: { type: 'Room Rotated', reason: 'renewal' },
    warnings: [],
    from: 'active',
  },
  renewAt: iso(START + HOUR),
  dueAt: iso(START + 2 * HOUR),
  emergencyAt: iso(START + 3 * HOUR),
  dueShard: 7,
  application: 'first',
  writer: 'abcdefghijkl',
};

test('a row that an earlier version wrote is read whole but for its host links, its claim too', () => {
  const live = { ...aLiveRoom({ ...LIVE, createdAt: START, expiresAt: START + DAY, renewedAt: START }) };
  expect(defined(toRoom(LONG_ROW))).toEqual({
    key: 'weekly',
    revision: 5,
    state: 'opening',
    generation: 1,
    retirees: [],
    sequences: { request: '1~0a' },
    warnings: [],
    attempts: 0,
    createdAt: START,
    updatedAt: START + HOUR,
    spec: SPEC,
    current: live,
    previous: { ...live, id: 'older' },
    claim: {
      owner: '0b1c2d3e-0000-4000-8000-000000000000',
      purpose: 'open',
      generation: 2,
      takenAt: START,
      leaseUntil: START + HOUR,
      application: 'first',
      spec: { ...SPEC, lifetime: 2 * DAY },
      expiresAt: START + 2 * DAY,
      announcement: { type: 'Room Rotated', reason: 'renewal' },
      warnings: [],
      from: 'active',
    },
    renewAt: START + HOUR,
    dueAt: START + 2 * HOUR,
    emergencyAt: START + 3 * HOUR,
  });
  expect(toDueRoom(LONG_ROW)).toMatchObject({ renewAt: START + HOUR, emergencyAt: START + 3 * HOUR });
});

/** Without attributes that are undefined: the table has none. */
function defined(room: Room): unknown {
  return JSON.parse(JSON.stringify(room));
}

function sizeOf(room: Room): number {
  const item = { ...toRow(room, 90 * DAY), ...WRITER };
  return mapBytes(marshall(item, { removeUndefinedValues: true }));
}

function weighed(context: RoomContext, weigh: (written: Room) => void): RoomContext {
  const { rooms } = context;
  return {
    ...context,
    newOwner: () => 'o'.repeat(12),
    rooms: {
      ...rooms,
      async write(room) {
        const written = await rooms.write(room);
        weigh(written);
        return written;
      },
    },
  };
}

function withLongLinks(context: RoomContext): RoomContext {
  const { pool } = context;
  let made = 0;
  const wrapped = (provider: RoomProvider): RoomProvider => ({
    ...provider,
    async create(order) {
      const room = await provider.create(order);
      made += 1;
      return { ...room, ...LINKS, id: `${LINKS.id.slice(0, -1)}${made}` };
    },
    retire: async () => context.now(),
  });
  return { ...context, pool: { ...pool, provider: (name) => wrapped(pool.provider(name)) } };
}

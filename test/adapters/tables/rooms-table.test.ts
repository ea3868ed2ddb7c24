import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapBytes } from '../../../bench/cost/stored-bytes.ts';
import type { CallAws } from '../../../functions/adapters/aws/call.ts';
import { dynamoDbClient } from '../../../functions/adapters/aws/clients.ts';
import type { DynamoDb } from '../../../functions/adapters/aws/operations.ts';
import { DUE_SHARDS, roomsTable, toRow } from '../../../functions/adapters/tables/rooms-table.ts';
import { toItem, toPastGeneration, toRoom } from '../../../functions/adapters/tables/row.ts';
import { readRows } from '../../../functions/rooms/fleet/read-rows.ts';
import { RoomChangedError } from '../../../functions/rooms/model/errors.ts';
import type { DueRoom, RoomStore } from '../../../functions/rooms/model/ports.ts';
import type { PastGeneration, Room } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import {
  dynoxideBinary,
  makeRoomsTable,
  startDynalite,
  startDynoxide,
  type Tables,
  tablesAt,
} from '../../../local/engines/table-engines.ts';
import { memoryRooms } from '../../support/memory-rooms.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';

const binary = dynoxideBinary();
const endpoint = process.env.ROOMS_TABLE_ENDPOINT;

describe('the table in memory that campaigns use', () =>
  describeStore(async (now) => memoryRooms(undefined, now)));
describe('the rooms table on dynalite', () => describeTable(startDynalite));
describe.skipIf(!binary)('the rooms table on dynoxide', () =>
  describeTable(() => startDynoxide(binary ?? '')),
);
describe.skipIf(!endpoint)('the rooms table on an endpoint of your own', () =>
  describeTable(async () => tablesAt(endpoint ?? '')),
);

function describeTable(start: () => Promise<Tables>) {
  let tables: Tables;
  beforeAll(async () => {
    tables = await start();
  });
  afterAll(() => tables.stop());
  describeStore(async (now) =>
    roomsTable(tables.dynamoDb, { tableName: await makeRoomsTable(tables), now, findsKeys: () => true }),
  );
}

function describeStore(makeStore: (now?: () => number) => Promise<RoomStore>) {
  it('reads a room as it was written', async () => {
    const store = await makeStore(() => START);
    const room = aRoom({
      key: 'everything',
      spec: aSpec({
        settings: { display_name: 'All', theme_id: null, available_features: { is_chat_available: false } },
        expiresAt: START + DAY,
        renewal: { mode: 'extend', until: START + 300 * DAY },
      }),
      previous: aLiveRoom({ id: 'older' }),
      claim: {
        owner: 'worker',
        purpose: 'open',
        generation: 2,
        takenAt: START,
        leaseUntil: START + HOUR,
        application: 'first',
        spec: aSpec(),
        expiresAt: START + DAY,
        announcement: { type: 'Room Rotated', reason: 'renewal' },
      },
      unannounced: [{ type: 'Room Created', reason: 'requested' }],
      unclear: { settings: ['join_approval_level'], since: START, triedAt: START + HOUR },
      retirees: [
        { application: 'first', id: 'loser' },
        { application: 'first', id: 'done', endsAt: START + HOUR },
      ],
      sequences: { request: '1~0a', calendar: '2~0b' },
      origin: { calendarId: 'team', until: '2027-01-01T00:00:00Z' },
      warnings: ['a warning'],
      renewAt: START + 80 * DAY,
      dueAt: START + 81 * DAY,
      emergencyAt: START + 85 * DAY,
      meetingSince: START,
    });
    const written = await store.write(room);
    expect(written).toEqual({ ...room, revision: START });
    expect(await store.read('everything')).toEqual(written);
  });

  it('knows nothing of a key that was never written', async () => {
    expect(await (await makeStore()).read('nobody')).toBeUndefined();
  });

  it('lets one of fifty racing writers through', async () => {
    const store = await makeStore();
    const { revision } = await store.write(aRoom({ key: 'raced' }));
    const racers = Array.from({ length: 50 }, (_, attempts) =>
      store.write(aRoom({ key: 'raced', revision, attempts })),
    );
    const results = await Promise.allSettled(racers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(lost.every((error) => error instanceof RoomChangedError)).toBe(true);
  });

  it('gives a key that was forgotten a higher revision than it ever had', async () => {
    const clock = { now: START };
    const past = await makeStore(() => clock.now);
    let room = await past.write(aRoom({ key: 'forgotten' }));
    for (let writes = 0; writes < 20; writes += 1) room = await past.write(room);
    clock.now += DAY;
    // another store knows nothing of the first
    const restored = await makeStore(() => clock.now);
    expect((await restored.write(aRoom({ key: 'forgotten' }))).revision).toBeGreaterThan(room.revision);
  });

  it('gives each write of a row a higher revision, whatever the clock says', async () => {
    const clock = { now: 7 };
    const store = await makeStore(() => clock.now);
    let room = aRoom({ key: 'grown' });
    const revisions: number[] = [];
    for (const now of [7, 7, START, START - DAY, START + HOUR]) {
      clock.now = now;
      room = await store.write(room);
      revisions.push(room.revision);
    }
    expect(revisions).toEqual([7, 8, START, START + 1, START + HOUR]);
  });

  it('refuses a second first write', async () => {
    const store = await makeStore();
    await store.write(aRoom({ key: 'twice' }));
    await expect(store.write(aRoom({ key: 'twice' }))).rejects.toThrow(RoomChangedError);
  });

  it('shows due rooms, the longest overdue first, and no others', async () => {
    const store = await makeStore();
    const dueAt = [START + 2, START - 5 * HOUR, START - HOUR, undefined, START];
    for (const [index, at] of dueAt.entries()) {
      await store.write(aRoom({ key: `room-${index}`, dueAt: at, renewAt: at, emergencyAt: START + DAY }));
    }
    const due = await allDue(store, START);
    expect(due.map(({ key }) => key).sort()).toEqual(['room-1', 'room-2', 'room-4']);
    expect(due.find(({ key }) => key === 'room-1')).toEqual({
      key: 'room-1',
      generation: 1,
      held: undefined,
      application: 'first',
      dueAt: START - 5 * HOUR,
      renewAt: START - 5 * HOUR,
      emergencyAt: START + DAY,
    });
  });

  it('shows what is due between two times, both of them included', async () => {
    const store = await makeStore();
    const dueAt = [START - 2, START - 1, START, START + 1];
    for (const [index, at] of dueAt.entries()) {
      await store.write(aRoom({ key: `room-${index}`, dueAt: at, renewAt: at, emergencyAt: START + DAY }));
    }
    const due = await allDue(store, START, START - 1);
    expect(due.map(({ key }) => key).sort()).toEqual(['room-1', 'room-2']);
  });

  it('shows which due rooms are held', async () => {
    const store = await makeStore();
    const due = { dueAt: START, renewAt: START, emergencyAt: START };
    const held = await store.write(aRoom({ key: 'held', state: 'held', ...due }));
    expect(await allDue(store, START)).toMatchObject([{ key: 'held', held: true }]);
    expect(await store.read('held')).toEqual(held);
    await store.write({ ...held, state: 'active' });
    expect(await allDue(store, START)).toMatchObject([{ key: 'held', held: undefined }]);
  });

  it('takes a room out of the due index when nothing is due any more', async () => {
    const store = await makeStore();
    const room = await store.write(aRoom({ key: 'done', dueAt: START, renewAt: START, emergencyAt: START }));
    await store.write({ ...room, dueAt: undefined });
    expect(await allDue(store, START)).toEqual([]);
  });

  it('keeps the history of a key, oldest first, apart from the row', async () => {
    const store = await makeStore();
    await store.write(aRoom({ key: 'old' }));
    for (const generation of [10, 9, 11]) await store.archive(past(generation));
    await store.archive(past(10));
    expect(await store.history('old')).toEqual([past(9), past(10), past(11)]);
    expect(await store.history('other')).toEqual([]);
  });

  describe('after a crash between the write of an entry and the write of the row', () => {
    const place = { key: 'old', generation: 3, current: aLiveRoom({ id: 'room-3' }) };

    it('shows a generation that both have once, as the row has it', async () => {
      const store = await makeStore(() => START);
      await store.write(aRoom({ ...place, past: [past(1), past(2)] }));
      await store.archive({ ...past(2), reason: 'of the worker that crashed' });
      expect(await store.history('old')).toEqual([past(1), past(2)]);
      expect(await pastOfAll(store)).toEqual([past(1), past(2)]);
    });

    it('does not show the current room as an earlier one', async () => {
      const store = await makeStore(() => START);
      await store.write(aRoom(place));
      for (const generation of [2, 3]) await store.archive(past(generation));
      expect(await store.history('old')).toEqual([past(2)]);
      expect(await pastOfAll(store)).toEqual([past(2)]);
    });

    it('shows the room of a cancelled key as an earlier one', async () => {
      const store = await makeStore(() => START);
      await store.write(aRoom({ ...place, state: 'cancelled', current: undefined }));
      await store.archive(past(3));
      expect(await store.history('old')).toEqual([past(3)]);
      expect(await pastOfAll(store)).toEqual([past(3)]);
    });

    it('shows rows and generations once, however its pages are cut', async () => {
      const store = await makeStore(() => START);
      for (const key of ['a', 'b', 'c']) {
        await store.write(aRoom({ ...place, key, past: [{ ...past(2), key }] }));
        for (const generation of [1, 2]) await store.archive({ ...past(generation), key });
      }
      for (const most of [1, 2, 3, 4, 5]) {
        const entries = await entriesOf({ scan: (cursor) => store.scan(cursor, most) });
        const names = entries.map(({ key, generation }) => `${key}${generation}`);
        expect(names.sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3']);
      }
    });

    async function pastOfAll(store: RoomStore) {
      return (await entriesOf(store)).filter((entry) => !('revision' in entry));
    }

    async function entriesOf(store: Pick<RoomStore, 'scan'>) {
      const found: (Room | PastGeneration)[] = [];
      for await (const entries of readRows(store)) found.push(...entries);
      return found;
    }
  });

  it('keeps the latest past generations on the row, and shows them as the others', async () => {
    const store = await makeStore(() => START);
    await store.archive(past(1));
    await store.archive({ ...past(2), reason: 'before the row had it' });
    const written = await store.write(aRoom({ key: 'old', past: [past(2), past(3)] }));
    expect(written.past).toEqual([past(2), past(3)]);
    expect(await store.read('old')).toEqual(written);
    expect(await store.history('old')).toEqual([past(1), past(2), past(3)]);
    const generations = (await store.scan()).items.filter((entry) => !('revision' in entry));
    expect(generations).toEqual(expect.arrayContaining([past(1), past(2), past(3)]));
  });

  it('finds the key of a room by its application and its id, apart from all rows', async () => {
    const store = await makeStore();
    const current = aLiveRoom({ id: '84512239077' });
    await store.write(aRoom({ key: 'weekly', revision: 0, current }));
    expect(await store.keyOf('first', '84512239077')).toBe('weekly');
    expect(await store.keyOf('second', '84512239077')).toBeUndefined();
    expect(await store.keyOf('first', '84512239078')).toBeUndefined();
    expect((await store.scan()).items.map(({ key }) => key)).toEqual(['weekly']);
  });

  it('remembers where the list of each application ended, apart from all rows', async () => {
    const store = await makeStore();
    expect(await store.listEnd('first')).toBeUndefined();
    for (const bookmark of ['17', '4711']) {
      await store.noteListEnd({ application: 'first', bookmark, seenAt: START });
    }
    expect(await store.listEnd('first')).toEqual({ application: 'first', bookmark: '4711', seenAt: START });
    expect(await store.listEnd('second')).toBeUndefined();
    expect((await store.scan()).items).toEqual([]);
  });

  it('notes which key takes over a room: the first one, until another replaces its very note', async () => {
    const store = await makeStore(() => START);
    const place = { application: 'first', id: 'weekly' };
    const first = await store.reserve(place, 'a');
    expect(first).toEqual({ key: 'a', since: START });
    expect(await store.reserve(place, 'a')).toEqual(first);
    expect(await store.reserve(place, 'b')).toEqual(first);
    expect(await store.reserve({ ...place, application: 'second' }, 'b')).toMatchObject({ key: 'b' });
    expect(await store.reserve(place, 'b', { ...first, since: START - 1 })).toEqual(first);
    expect(await store.reserve(place, 'b', { key: 'c', since: START })).toEqual(first);
    expect(await store.reserve(place, 'b', first)).toEqual({ key: 'b', since: START });
    expect(await store.reserve(place, 'a', first)).toEqual({ key: 'b', since: START });
    expect((await store.scan()).items).toEqual([]);
  });

  it('scans rows and past generations', async () => {
    const store = await makeStore();
    for (let index = 0; index < 30; index += 1) await store.write(aRoom({ key: `room-${index}` }));
    const page = await store.scan();
    expect(page.items).toHaveLength(30);
    expect(page.cursor).toBeUndefined();
  });
}

function past(generation: number): PastGeneration {
  return {
    key: 'old',
    generation,
    application: 'first',
    roomId: `room-${generation}`,
    openedAt: START,
    expiresAt: START + DAY,
    replacedAt: START + HOUR,
    reason: 'renewal',
  };
}

describe('the time to live of a row', () => {
  const ttl = (fields: Parameters<typeof aRoom>[0]) => toRow(aRoom(fields), 90 * DAY).ttl;
  const seconds = (instant: number) => Math.ceil(instant / 1000);

  it.each(['cancelled', 'rejected'] as const)('of a room that is %s begins with its last write', (state) => {
    expect(ttl({ state, updatedAt: START + 1 })).toBe(seconds(START + 1 + 90 * DAY));
  });

  it('of a room that ends begins with its end', () => {
    const current = aLiveRoom({ expiresAt: START + 7 * DAY });
    expect(ttl({ state: 'ending', current, updatedAt: START })).toBe(seconds(START + 97 * DAY));
  });

  it.each(['cancelled', 'ending'] as const)(
    'of a room that is %s waits for the earlier ones on its row',
    (state) => {
      const current = aLiveRoom({ expiresAt: START + HOUR });
      const earlier = [past(1), { ...past(2), expiresAt: START + 80 * DAY }, past(3)];
      expect(ttl({ state, current, updatedAt: START, past: earlier })).toBe(seconds(START + 170 * DAY));
    },
  );

  it.each(['active', 'held'] as const)('of a room that is %s never begins', (state) => {
    expect(ttl({ state, current: aLiveRoom({ expiresAt: START + 7 * DAY }) })).toBeUndefined();
  });
});

describe('the calls to the table', () => {
  /** Notes what is sent, and answers with these in turn. */
  async function sent(answers: object[], use: (store: RoomStore) => Promise<unknown>) {
    const inputs: Record<string, unknown>[] = [];
    const dynamoDb = (async (_name: string, input: Record<string, unknown>) => {
      inputs.push(input);
      return answers[inputs.length - 1];
    }) as DynamoDb;
    const now = () => START + 2 * DAY;
    return {
      result: await use(roomsTable(dynamoDb, { tableName: 'rooms', retention: 90 * DAY, now })),
      inputs,
    };
  }

  it('read a row as it is at this moment', async () => {
    const { inputs } = await sent([{}], (store) => store.read('key'));
    expect(inputs).toMatchObject([{ ConsistentRead: true }]);
  });

  it('glance at a row for half of the price', async () => {
    const { inputs } = await sent([{}], (store) => store.glance('key'));
    expect(inputs).toEqual([
      { TableName: 'rooms', Key: { roomKey: 'key', entry: 'room' }, ConsistentRead: false },
    ]);
  });

  it('read the history to its last page', async () => {
    const next = { roomKey: 'key', entry: 'generation#00000001' };
    const { result, inputs } = await sent([{ Items: [], LastEvaluatedKey: next }, { Items: [] }], (store) =>
      store.history('key'),
    );
    expect(inputs).toMatchObject([{}, { ExclusiveStartKey: next }]);
    expect(result).toEqual([]);
  });

  it('read a history with the entries that were moved from its row at this moment', async () => {
    const { inputs } = await sent([{}], (store) => store.history('key'));
    expect(inputs).toMatchObject([{ ConsistentRead: true }]);
  });

  it('keep a past generation until some time after its end', async () => {
    const { inputs } = await sent([{}], (store) => store.archive(past(1)));
    expect(JSON.stringify(inputs[0])).toContain(String(Math.ceil((START + 91 * DAY) / 1000)));
  });
});

describe('past generations that are on a row', () => {
  const ENTRIES = Array.from({ length: 12 }, (_, nth) => past(nth + 1));

  /** A row of a name of so many bytes, and the entries that its write made of past generations. */
  async function written(nameBytes: number, retention = 90 * DAY) {
    const puts: Record<string, AttributeValue>[] = [];
    const call: CallAws = async ({ body }) => {
      // a write sends no other call
      puts.push((body as { Item: Record<string, AttributeValue> }).Item);
      return {};
    };
    const dynamoDb = dynamoDbClient(call, new URL('https://dynamodb.example'));
    const store = roomsTable(dynamoDb, { tableName: 'rooms', retention, now: () => START + 2 * DAY });
    const spec = aSpec({ settings: { display_name: 'n'.repeat(nameBytes) } });
    const room = await store.write(aRoom({ key: 'old', spec, past: ENTRIES }));
    const [row] = puts.splice(-1);
    return { room, row: row ?? {}, entries: puts.map(({ entry }) => entry?.S) };
  }

  it.each([0, 300, 2000, 2600])('do not make its write cost more: a name of %i bytes', async (bytes) => {
    const { room, row, entries } = await written(bytes);
    const { past: kept, ...without } = row;
    expect(Math.ceil(mapBytes(row) / 1024)).toBe(Math.ceil(mapBytes(without) / 1024));
    const numbers = room.past?.map(({ generation }) => generation) ?? [];
    expect(numbers).toHaveLength(kept?.L?.length ?? 0);
    const moved = entries.map((entry = '') => Number(entry.split('#')[1]));
    expect([...moved, ...numbers]).toEqual(ENTRIES.map(({ generation }) => generation));
    expect(numbers.length).toBeGreaterThan(0);
  });

  it('get entries of their own before it is written, where it has no place left', async () => {
    const { room, row, entries } = await written(560);
    expect(mapBytes(row)).toBeLessThanOrEqual(1024);
    expect(entries).toHaveLength(ENTRIES.length - (room.past?.length ?? 0));
    expect(entries.slice(0, 10)).toEqual(
      ENTRIES.slice(0, 10).map(({ generation }) => `generation#${String(generation).padStart(8, '0')}`),
    );
  });

  it('are dropped when they need not be remembered any longer', async () => {
    const { room, entries } = await written(0, DAY);
    expect(room.past).toBeUndefined();
    expect(entries).toEqual([]);
  });
});

describe('a row that an earlier version has written', () => {
  it('may have something to tell that is not a list', () => {
    const news = { type: 'Room Created', reason: 'requested' } as const;
    const { key, ...attributes } = aRoom({ key: 'old' });
    const written = { ...toItem({ ...attributes, key }), roomKey: key, unannounced: news };
    expect(toRoom(written).unannounced).toEqual([news]);
  });

  it('may have an entry with the link of a past generation, which is not shown', () => {
    const { key, ...attributes } = past(1);
    const written = { ...attributes, roomKey: key, guestUrl: 'https://meet.example/1' };
    expect(toPastGeneration(written)).toEqual(past(1));
  });
});

async function allDue(store: RoomStore, before: number, from?: number): Promise<readonly DueRoom[]> {
  const shards = Array.from({ length: DUE_SHARDS }, async (_, shard) => {
    const { items } = await store.due(shard, before, undefined, from);
    const inOrder = items.every((room, index) => index === 0 || (items[index - 1]?.dueAt ?? 0) <= room.dueAt);
    expect(inOrder).toBe(true);
    return items;
  });
  return (await Promise.all(shards)).flat();
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seriesTable } from '../../../functions/adapters/tables/series-table.ts';
import { RoomChangedError } from '../../../functions/rooms/model/errors.ts';
import type { RoomRequest } from '../../../functions/rooms/model/room.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import type { SeriesMemory, SeriesStore } from '../../../functions/rooms/series/update.ts';
import { createCalendarTable, startDynalite, type Tables } from '../../../local/engines/table-engines.ts';
import { memorySeries } from '../../support/memory-series.ts';

const START = Date.parse('2027-03-05T09:00:00Z');

let tables: Tables;
let made = 0;
beforeAll(async () => {
  tables = await startDynalite();
});
afterAll(() => tables.stop());

async function realTable(): Promise<SeriesStore> {
  made += 1;
  await createCalendarTable(tables.client, `calendars-${made}`);
  return seriesTable(tables.dynamoDb, `calendars-${made}`);
}

const aSeries = (more: Partial<SeriesMemory> = {}): SeriesMemory => ({
  key: 'ical::weekly',
  revision: 0,
  at: '0001',
  cancelled: false,
  floor: '',
  rooms: [{ key: 'ical::weekly:20270305', start: START, until: START + DAY, planned: true }],
  waiting: [],
  nextAt: START + 7 * DAY,
  next: { at: START + 7 * DAY, body: '{"the": "message"}' },
  ...more,
});

async function due(store: SeriesStore, before: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of store.due(before)) keys.push(...page.map(({ key }) => key));
  return keys;
}

describe.each([
  ['of the table', realTable],
  ['in memory', async () => memorySeries()],
])('series %s', (_, makeStore) => {
  test('are remembered as they were', async () => {
    const store = await makeStore();
    expect(await store.read('ical::weekly')).toBeUndefined();
    const request: RoomRequest = {
      key: 'ical::weekly:20270604',
      action: 'cancel',
      sequence: { source: 'calendar', value: '0002' },
    };
    const waiting = [
      {
        room: { key: request.key, start: START + 91 * DAY, until: START + 92 * DAY },
        request,
        from: START + 77 * DAY,
      },
    ];
    const written = await store.write(aSeries({ waiting }));
    expect(written).toEqual(aSeries({ revision: 1, waiting }));
    expect(await store.read('ical::weekly')).toEqual(written);
    const over = await store.write({ ...written, next: undefined, rooms: [], forgetAt: START });
    expect(await store.read('ical::weekly')).toMatchObject({ revision: 2, rooms: [], forgetAt: START });
    expect(over.revision).toBe(2);
  });

  test('are not overwritten by whoever read them before somebody else wrote', async () => {
    const store = await makeStore();
    const first = await store.write(aSeries());
    await expect(store.write(aSeries())).rejects.toThrow(RoomChangedError);
    await store.write(first);
    await expect(store.write(first)).rejects.toThrow('ical::weekly was changed by another worker');
  });

  test('are due when their time has come, the longest waiting first, and those without a time never', async () => {
    const store = await makeStore();
    await store.write(aSeries({ key: 'later' }));
    await store.write(aSeries({ key: 'second', next: { at: START, body: '{}' } }));
    await store.write(aSeries({ key: 'first', next: { at: START - DAY, body: '{}' } }));
    await store.write(aSeries({ key: 'never', next: undefined }));
    expect(await due(store, START)).toEqual(['first', 'second']);
  });
});

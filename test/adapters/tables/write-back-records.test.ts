import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeBackRecords } from '../../../functions/adapters/tables/write-back-records.ts';
import type { WriteBackRecord, WriteBackRecords } from '../../../functions/connections/write-back/record.ts';
import { RoomChangedError } from '../../../functions/rooms/model/errors.ts';
import { createCalendarTable, startDynalite, type Tables } from '../../../local/engines/table-engines.ts';
import { memoryWriteBackRecords } from '../../support/memory-write-back-records.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startDynalite();
  await createCalendarTable(tables.client, 'calendars');
});
afterAll(() => tables.stop());

const aRecord = (more: Partial<WriteBackRecord> = {}): WriteBackRecord => ({
  key: 'google:team-a:e1',
  version: 0,
  revision: 3,
  links: ['aaaa', 'bbbb'],
  forgetAt: Date.parse('2027-03-05T09:00:00Z'),
  ...more,
});

describe.each<[string, () => WriteBackRecords]>([
  ['of the table', () => writeBackRecords(tables.dynamoDb, 'calendars')],
  ['in memory', memoryWriteBackRecords],
])('records of what was written %s', (name, makeRecords) => {
  const key = `google:team-a:${name}`;

  test('are remembered as they were', async () => {
    const records = makeRecords();
    expect(await records.read(key)).toBeUndefined();
    const first = await records.write(aRecord({ key }));
    expect(first).toEqual(aRecord({ key, version: 1 }));
    expect(await records.read(key)).toEqual(first);
    const more = {
      url: 'https://rooms.example/1',
      problem: 'refused',
      copies: { 'team-b': 'ignored' },
    } as const;
    const second = await records.write({ ...first, ...more });
    expect(await records.read(key)).toEqual({ ...first, ...more, version: 2 });
    const { url: _, problem: __, copies: ___, ...without } = second;
    await records.write(without);
    expect(await records.read(key)).toEqual({ ...first, version: 3 });
  });

  test('are written by one of two workers', async () => {
    const records = makeRecords();
    const own = `${key}-two`;
    const first = await records.write(aRecord({ key: own }));
    await expect(records.write(aRecord({ key: own }))).rejects.toThrow(RoomChangedError);
    await records.write({ ...first, revision: 4 });
    await expect(records.write({ ...first, revision: 5 })).rejects.toThrow(RoomChangedError);
    expect(await records.read(own)).toMatchObject({ version: 2, revision: 4 });
  });
});

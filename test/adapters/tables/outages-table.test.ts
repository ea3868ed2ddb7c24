import { afterAll, beforeAll, expect, test } from 'vitest';
import { outagesTable } from '../../../functions/adapters/tables/outages-table.ts';
import { roomsTable } from '../../../functions/adapters/tables/rooms-table.ts';
import { makeRoomsTable, startDynalite, type Tables } from '../../../local/engines/table-engines.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startDynalite();
});
afterAll(() => tables.stop());

const outage = { since: 1, probeAt: 2, pause: 3 };

test('there is no outage in a new table', async () => {
  const store = outagesTable(tables.dynamoDb, await makeRoomsTable(tables));
  expect(await store.read()).toEqual({ version: 0, open: {} });
});

test('of two containers that write after the same look one is first, and both read its word', async () => {
  const tableName = await makeRoomsTable(tables);
  const [one, other] = [outagesTable(tables.dynamoDb, tableName), outagesTable(tables.dynamoDb, tableName)];
  expect(await one.replace({ version: 1, open: { 'main create': outage } })).toBe(true);
  expect(await other.replace({ version: 1, open: {} })).toBe(false);
  expect(await other.read()).toEqual({ version: 1, open: { 'main create': outage } });
  expect(await other.replace({ version: 2, open: {} })).toBe(true);
  expect(await one.read()).toEqual({ version: 2, open: {} });
});

test('outages are no rooms', async () => {
  const tableName = await makeRoomsTable(tables);
  await outagesTable(tables.dynamoDb, tableName).replace({ version: 1, open: { 'main create': outage } });
  expect((await roomsTable(tables.dynamoDb, { tableName }).scan()).items).toEqual([]);
});

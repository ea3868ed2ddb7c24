import { paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mapBytes, storedBytes } from '../../../bench/cost/stored-bytes.ts';
import { DUE_SHARDS } from '../../../functions/adapters/tables/rooms-table.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { deploy } from '../../support/deployment.ts';
import { type Engines, startEngines } from '../../support/engines.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest } from '../../support/world.ts';

const KEYS = 40;

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stop());

it('keys on demand that nobody visits cost only their storage', async () => {
  const clock = { now: START };
  const deployment = await deploy(engines, {
    provider: 'meetings-api',
    now: () => clock.now,
    wait: async () => {},
  });
  const { context, account, tableName } = deployment;
  const spec = aSpec({ lifetime: DAY, renewal: { mode: 'on-demand' } });
  for (let index = 0; index < KEYS; index += 1) {
    await ensureRoom(aRequest({ key: `team-${index}/ad-hoc`, spec }), context);
  }
  clock.now += 365 * DAY;
  for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
    expect((await context.rooms.due(shard, clock.now)).items).toEqual([]);
  }
  expect(account.emulator.calls.all).toEqual([]);
  const { row } = await storedBytes(engines.tables.endpoint, tableName);
  const links: number[] = [];
  const pages = paginateScan({ client: engines.clients.dynamoDb }, { TableName: `${tableName}-links` });
  for await (const { Items = [] } of pages) links.push(...Items.map(mapBytes));
  const link = links.reduce((sum, bytes) => sum + bytes, 0) / links.length;
  console.log(`a key on demand: a row of ${row.toFixed(0)} bytes, a link of ${link.toFixed(0)} bytes`);
  expect(links).toHaveLength(KEYS);
  // the smallest write there is
  expect(row).toBeLessThan(1024);
  expect(link).toBeLessThan(300);
  await deployment.close();
});

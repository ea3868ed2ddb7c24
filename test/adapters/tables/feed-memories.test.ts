import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { feedMemories } from '../../../functions/adapters/tables/feed-memories.ts';
import { createCalendarTable, startDynalite, type Tables } from '../../../local/engines/table-engines.ts';

const TABLE = 'calendars';

let tables: Tables;
beforeAll(async () => {
  tables = await startDynalite();
  await createCalendarTable(tables.client, TABLE);
});
afterAll(() => tables.stop());

const event = (number: number) => ({
  uid: `${number}-040000008200E00074C5B7101A82E00800000000@calendar.example`,
  digest: 'abcdefghijklmnop',
});

test('a feed is remembered as it was', async () => {
  const memories = feedMemories(tables.dynamoDb, TABLE);
  expect(await memories.read('team')).toBeUndefined();
  const validators = { address: 'abcdefgh', etag: '"1"', lastModified: 'Fri, 15 Jan 2027 10:00:00 GMT' };
  await memories.prepare('team', { revision: 0, validators, events: [event(1), event(2)] })();
  expect(await memories.read('team')).toEqual({ revision: 1, validators, events: [event(1), event(2)] });
});

test('of two that read the same feed at once, the second does not overwrite the first', async () => {
  const memories = feedMemories(tables.dynamoDb, TABLE);
  const memory = { revision: 0, validators: {}, events: [] };
  await memories.prepare('raced', memory)();
  await expect(memories.prepare('raced', memory)()).rejects.toThrow('feed raced was read by another worker');
});

test('no more is written than a row holds', async () => {
  const memories = feedMemories(tables.dynamoDb, TABLE);
  const random = (length: number) => ({
    uid: randomBytes(length).toString('base64'),
    digest: 'abcdefghijklmnop',
  });
  const memory = (length: number) => ({
    revision: 0,
    validators: { etag: 'e'.repeat(16_000) },
    events: Array.from({ length: 5000 }, () => random(length)),
  });
  await memories.prepare('long', memory(69))();
  expect(() => memories.prepare('longer', memory(100))).toThrow(
    /^feed longer: has too many events with long ids: packed they have 5\d{5} bytes, and 389120 can be remembered;/,
  );
});

test('5,000 events fit into a row', async () => {
  const memories = feedMemories(tables.dynamoDb, TABLE);
  const events = Array.from({ length: 5000 }, (_, number) => event(number));
  await memories.prepare('large', { revision: 0, validators: {}, events })();
  expect((await memories.read('large'))?.events).toHaveLength(5000);
});

import { request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { DUMMY_CREDENTIALS } from '../../../local/engines/credentials.ts';
import { startTables } from '../../../local/engines/tables.ts';

const QUERY = JSON.stringify({
  TableName: 'rooms',
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: 'a' } },
});

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.Query',
  authorization:
    'AWS4-HMAC-SHA256 Credential=a/20270101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=a',
  'x-amz-date': '20270101T000000Z',
};

// the engine throws where nobody can catch it when its store is closed under a query: the run would fail
test.each([...Array(24).keys()])(
  'an engine is stopped %i moments after a query of somebody who is gone',
  async (moments) => {
    const tables = await startTables();
    await tables.create({
      TableName: 'rooms',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    const queries = Array.from({ length: 20 }, () => {
      const query = request(tables.endpoint, { method: 'POST', headers: HEADERS, agent: false }).on(
        'error',
        () => {},
      );
      query.end(QUERY);
      return query;
    });
    for (let moment = 0; moment < moments; moment += 1) await setImmediate();
    for (const query of queries) query.destroy();
    await tables.stop();
  },
);

test('what has expired is deleted, and nothing else', async () => {
  const tables = await startTables();
  const table = {
    TableName: 'rooms',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  } as const;
  await tables.create({ ...table } as never, 'ttl');
  await tables.create({ ...table, TableName: 'kept' } as never);
  const client = new DynamoDBClient({
    endpoint: tables.endpoint,
    region: 'local',
    credentials: DUMMY_CREDENTIALS,
  });
  const items = { past: { N: '999' }, now: { N: '1000' }, never: undefined, text: { S: '1' } };
  for (const TableName of ['rooms', 'kept'])
    for (const [pk, ttl] of Object.entries(items))
      await client.send(
        new PutItemCommand({ TableName, Item: { pk: { S: pk }, sk: { S: 'room' }, ...(ttl && { ttl }) } }),
      );
  await tables.expire(1_000_500);
  const left = async (TableName: string) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    return Items.map(({ pk }) => pk?.S).sort();
  };
  expect(await left('rooms')).toEqual(['never', 'now', 'text']);
  expect(await left('kept')).toEqual(['never', 'now', 'past', 'text']);
  client.destroy();
  await tables.stop();
});

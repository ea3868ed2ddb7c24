import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';

const TableName = process.env.ROOMS_TABLE;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export type Row = Record<string, unknown>;

/** Writes a row if it still has the revision; without a revision, if there is no row. */
export async function put(Item: Row, revision?: number): Promise<void> {
  const condition =
    revision === undefined
      ? { ConditionExpression: 'attribute_not_exists(roomKey)' }
      : { ConditionExpression: 'revision = :r', ExpressionAttributeValues: { ':r': revision } };
  await table.send(new PutCommand({ TableName, Item, ...condition }));
}

/** Writes an entry unconditionally. */
export async function overwrite(Item: Row): Promise<void> {
  await table.send(new PutCommand({ TableName, Item }));
}

export async function get(roomKey: string): Promise<Row> {
  const { Item = {} } = await table.send(
    new GetCommand({ TableName, Key: { roomKey, entry: 'room' }, ConsistentRead: true }),
  );
  return Item;
}

export async function due(shard: number): Promise<readonly Row[]> {
  const ExpressionAttributeValues = { ':s': shard, ':n': new Date().toISOString() };
  const KeyConditionExpression = 'dueShard = :s AND dueAt <= :n';
  const rows: Row[] = [];
  let ExclusiveStartKey: Row | undefined;
  do {
    const page = await table.send(
      new QueryCommand({
        TableName,
        IndexName: 'due',
        KeyConditionExpression,
        ExpressionAttributeValues,
        ExclusiveStartKey,
      }),
    );
    rows.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
}

export async function scan(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let ExclusiveStartKey: Row | undefined;
  do {
    const page = await table.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    rows.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
}

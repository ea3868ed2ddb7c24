import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DUMMY_CREDENTIALS } from '../local/engines/credentials.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';

type Item = Record<string, AttributeValue>;

/** Keeps the rooms table as it is. @returns what restores it to this moment */
export async function backUpTable({ stack, doors }: LocalRooms): Promise<() => Promise<void>> {
  const TableName = doors.table;
  const client = new DynamoDBClient({
    endpoint: stack.environment.AWS_ENDPOINT_URL_DYNAMODB,
    region: 'local',
    credentials: DUMMY_CREDENTIALS,
  });
  const items = async () => {
    const found: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) found.push(...Items);
    return found;
  };
  const backup = await items();
  return async () => {
    for (const { roomKey, entry } of await items()) {
      if (roomKey && entry) await client.send(new DeleteItemCommand({ TableName, Key: { roomKey, entry } }));
    }
    for (const Item of backup) await client.send(new PutItemCommand({ TableName, Item }));
    client.destroy();
  };
}

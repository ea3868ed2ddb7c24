import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DUMMY_CREDENTIALS } from '../local/engines/credentials.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import { linksOf } from './links.ts';

type Item = Record<string, AttributeValue>;
type Key = readonly string[];

export const ROOMS_KEY: Key = ['roomKey', 'entry'];
export const LINKS_KEY: Key = ['slug'];

/** Backs up the tables of rooms and links. @returns a function that restores both to this moment */
export async function backUpTables(rooms: LocalRooms): Promise<() => Promise<void>> {
  const client = new DynamoDBClient({
    endpoint: rooms.stack.environment.AWS_ENDPOINT_URL_DYNAMODB,
    region: 'local',
    credentials: DUMMY_CREDENTIALS,
  });
  const restoreRooms = await backUp(client, rooms.doors.table, ROOMS_KEY);
  const restoreLinks = await backUp(client, linksOf(rooms).table, LINKS_KEY);
  return async () => {
    await restoreRooms();
    await restoreLinks();
    client.destroy();
  };
}

/** Backs up a table. @returns a function that restores it to this moment */
export async function backUp(
  client: DynamoDBClient,
  TableName: string,
  key: Key,
): Promise<() => Promise<void>> {
  const items = async () => {
    const found: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) found.push(...Items);
    return found;
  };
  const backup = await items();
  return async () => {
    for (const item of await items()) {
      const Key = Object.fromEntries(Object.entries(item).filter(([name]) => key.includes(name)));
      await client.send(new DeleteItemCommand({ TableName, Key }));
    }
    for (const Item of backup) await client.send(new PutItemCommand({ TableName, Item }));
  };
}

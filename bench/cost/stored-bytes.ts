import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { bytesOf } from '../../functions/adapters/tables/item-size.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { ROOMS_TABLE } from '../../local/engines/table-engines.ts';

/** Average bytes in a rooms table; 0 for parts that it does not have. */
export interface StoredBytes {
  readonly row: number;
  /** The row's entry in the index of due rooms. */
  readonly indexEntry: number;
  /** What the row says of the room before. */
  readonly previous: number;
  /** What the row says of past generations. */
  readonly past: number;
}

type Item = Record<string, AttributeValue>;

export async function storedBytes(endpoint: string, TableName: string): Promise<StoredBytes> {
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials: DUMMY_CREDENTIALS });
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) items.push(...Items);
  client.destroy();
  const rows = items.filter(({ entry }) => entry?.S === 'room');
  return {
    row: average(rows.map(mapBytes)),
    indexEntry: average(rows.map((row) => mapBytes(projected(row)))),
    previous: average(rows.map((row) => partBytes(row, 'previous'))),
    past: average(rows.map((row) => partBytes(row, 'past'))),
  };
}

const [DUE] = ROOMS_TABLE.GlobalSecondaryIndexes;
const KEYS = [...ROOMS_TABLE.KeySchema, ...DUE.KeySchema].map(({ AttributeName }) => AttributeName);
const PROJECTED: readonly string[] = [...KEYS, ...DUE.Projection.NonKeyAttributes];

function projected(row: Item): Item {
  return Object.fromEntries(Object.entries(row).filter(([name]) => PROJECTED.includes(name)));
}

export function mapBytes(item: Item): number {
  return bytesOf(unmarshall(item));
}

function partBytes(row: Item, name: string): number {
  const part = row[name];
  return part === undefined ? 0 : mapBytes({ [name]: part });
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

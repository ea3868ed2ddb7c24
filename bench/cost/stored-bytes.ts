import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { ROOMS_TABLE } from '../../local/engines/table-engines.ts';

/** Average bytes in a rooms table; 0 for parts that it does not have. */
export interface StoredBytes {
  readonly row: number;
  /** The row's entry in the index of due rooms. */
  readonly indexEntry: number;
  /** The entry of a past generation. */
  readonly generation: number;
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
    generation: average(items.filter(({ entry }) => entry?.S?.startsWith('generation#')).map(mapBytes)),
  };
}

const [DUE] = ROOMS_TABLE.GlobalSecondaryIndexes;
const KEYS = [...ROOMS_TABLE.KeySchema, ...DUE.KeySchema].map(({ AttributeName }) => AttributeName);
const PROJECTED: readonly string[] = [...KEYS, ...DUE.Projection.NonKeyAttributes];

function projected(row: Item): Item {
  return Object.fromEntries(Object.entries(row).filter(([name]) => PROJECTED.includes(name)));
}

/**
 * Calculates as DynamoDB's developer guide says: names and texts in UTF-8, two digits per byte, three bytes
 * for a list or map.
 */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.M !== undefined) return 3 + mapBytes(value.M) + Object.keys(value.M).length;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, part) => sum + valueBytes(part) + 1, 0);
  return 1;
}

export function mapBytes(map: Item): number {
  return Object.entries(map).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

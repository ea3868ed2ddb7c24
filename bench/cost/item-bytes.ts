import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';

/** What DynamoDB adds to every item, and to every entry of an index, when it reckons storage. */
const OVERHEAD = 100;

/** Bytes that DynamoDB bills for each item of a table, on average. */
export async function averageItemBytes(endpoint: string, TableName: string): Promise<number> {
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials: DUMMY_CREDENTIALS });
  let bytes = 0;
  let items = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    for (const item of Items) bytes += mapBytes(item) + OVERHEAD;
    items += Items.length;
  }
  client.destroy();
  return bytes / items;
}

/** As DynamoDB's developer guide has it: names and texts in UTF-8, two digits a byte, three bytes for a list or map. */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.M !== undefined) return 3 + mapBytes(value.M) + Object.keys(value.M).length;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, part) => sum + valueBytes(part) + 1, 0);
  return 1;
}

function mapBytes(map: Record<string, AttributeValue>): number {
  return Object.entries(map).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

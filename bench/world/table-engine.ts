import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  dynoxideBinary,
  startDynalite,
  startDynoxide,
  type Tables,
} from '../../local/engines/table-engines.ts';

export type TableEngineName = 'dynoxide' | 'dynalite';

/** @param wanted default: the fast one if there is a binary for this machine */
export async function startTableEngine(
  wanted?: TableEngineName,
): Promise<{ readonly tables: Tables; readonly engine: TableEngineName }> {
  const binary = wanted === 'dynalite' ? undefined : dynoxideBinary();
  if (binary) return { tables: await startDynoxide(binary), engine: 'dynoxide' };
  if (wanted === 'dynoxide') throw new Error('there is no binary of dynoxide for this machine; use dynalite');
  return { tables: await startDynalite(), engine: 'dynalite' };
}

/** Creates the table that Powertools' idempotency documents, for the usual way. */
export async function makeIdempotencyTable({ client }: Tables): Promise<string> {
  const TableName = 'idempotency';
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return TableName;
}

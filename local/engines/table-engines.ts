import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDb } from '../../functions/adapters/aws/operations.ts';
import { dynamoDbAt } from './services.ts';
import { createTable, startTables } from './tables.ts';

export interface Tables {
  readonly client: DynamoDBClient;
  /** The same tables as the functions call them. */
  readonly dynamoDb: DynamoDb;
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** The rooms table as `lib/` declares it; a test of the template compares the two. */
export const ROOMS_TABLE = {
  KeySchema: [
    { AttributeName: 'roomKey', KeyType: 'HASH' },
    { AttributeName: 'entry', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'roomKey', AttributeType: 'S' },
    { AttributeName: 'entry', AttributeType: 'S' },
    { AttributeName: 'dueShard', AttributeType: 'N' },
    { AttributeName: 'dueAt', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'dueShard', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: {
        ProjectionType: 'INCLUDE',
        NonKeyAttributes: ['generation', 'held', 'application', 'renewAt', 'emergencyAt'],
      },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const satisfies Omit<CreateTableCommandInput, 'TableName'>;

/** The table of calendars as `lib/` declares it. */
export const CALENDAR_TABLE = {
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'waiting', AttributeType: 'S' },
    { AttributeName: 'lookAt', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'waiting',
      KeySchema: [
        { AttributeName: 'waiting', KeyType: 'HASH' },
        { AttributeName: 'lookAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const satisfies Omit<CreateTableCommandInput, 'TableName'>;

export async function createCalendarTable(client: DynamoDBClient, TableName: string): Promise<void> {
  // a frozen definition, which the SDK's types do not take
  await createTable(client, { ...CALENDAR_TABLE, TableName } as unknown as CreateTableCommandInput);
}

/** The table of links as `lib/` declares it. */
export const LINKS_TABLE = {
  KeySchema: [{ AttributeName: 'slug', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'slug', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
} as const satisfies Omit<CreateTableCommandInput, 'TableName'>;

let tableNumber = 0;

/** Creates a table of links for one user only. */
export async function makeLinksTable({ client }: Tables): Promise<string> {
  tableNumber += 1;
  const TableName = `links-${process.pid}-${tableNumber}`;
  await createTable(client, { ...LINKS_TABLE, TableName } as unknown as CreateTableCommandInput);
  return TableName;
}

/** Creates a rooms table for one user only. */
export async function makeRoomsTable({ client }: Tables): Promise<string> {
  tableNumber += 1;
  const TableName = `rooms-${process.pid}-${tableNumber}`;
  await createTable(client, { ...ROOMS_TABLE, TableName } as unknown as CreateTableCommandInput);
  return TableName;
}

/** Starts the engine that runs everywhere: pure JavaScript, in this process. */
export async function startDynalite(): Promise<Tables> {
  const engine = await startTables();
  return { ...tablesAt(engine.endpoint), stop: engine.stop };
}

/** Returns the path of the optional binary, if it was installed (Linux on x64). */
export function dynoxideBinary(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
    return manifest.replace('package.json', 'dynoxide');
  } catch {
    return undefined;
  }
}

/**
 * Starts the faster engine, a separate process, for tables of many rows.
 *
 * @param file the database to serve; absent: it is in memory
 */
export async function startDynoxide(binary: string, file?: string): Promise<Tables> {
  const port = await freePort();
  const place = ['--host', '127.0.0.1', '--port', String(port), ...(file ? ['--db-path', file] : [])];
  const engine = spawn(binary, ['serve', ...place], { stdio: 'ignore' });
  const tables = tablesAt(`http://127.0.0.1:${port}`);
  await answers(tables.endpoint);
  return {
    ...tables,
    async stop() {
      tables.client.destroy();
      engine.kill('SIGKILL');
      await once(engine, 'exit');
    },
  };
}

/** Returns an engine that is already running. */
export function tablesAt(endpoint: string): Tables {
  const client = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return { client, dynamoDb: dynamoDbAt(endpoint), endpoint, stop: async () => client.destroy() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** Waits until an engine listens: it does not report when it is ready. */
async function answers(endpoint: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (attempt === 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DUMMY_CREDENTIALS } from './credentials.ts';

/** The engine has no type declarations of its own. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: {
  createTableMs: number;
  path?: string;
}) => Server;

/** Creates a table and resolves when it accepts items. */
export async function createTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  const { TableDescription } = await client.send(new CreateTableCommand(table));
  let status = TableDescription?.TableStatus;
  while (status !== 'ACTIVE') {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table.TableName }));
    status = Table?.TableStatus;
  }
}

export interface TableEngine {
  readonly endpoint: string;
  /**
   * Creates the table, unless it exists from an earlier run.
   *
   * @param timeToLive the attribute that says when an item expires
   */
  create(table: CreateTableCommandInput, timeToLive?: string): Promise<void>;
  /** Deletes items that have expired by this instant; DynamoDB does so by itself within a few days. */
  expire(now: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB in this process, on a free loopback port.
 *
 * @param directory the folder for the tables; absent: they are in memory
 */
export async function startTables(directory?: string): Promise<TableEngine> {
  const server = dynalite({ createTableMs: 0, ...(directory && { path: directory }) });
  const allAnswered = followCalls(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials: DUMMY_CREDENTIALS });
  const expiring: Expiring[] = [];
  return {
    endpoint,
    async create(table, timeToLive) {
      const { TableName = '', KeySchema = [] } = table;
      const keys = KeySchema.map(({ AttributeName = '' }) => AttributeName);
      if (timeToLive !== undefined) expiring.push({ TableName, keys, timeToLive });
      try {
        await createTable(client, table);
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error;
      }
    },
    async expire(now) {
      for (const table of expiring) await deleteExpired(client, table, now);
    },
    async stop() {
      client.destroy();
      await allAnswered();
      server.closeAllConnections();
      await new Promise<void>((closed, failed) =>
        server.close((error) => (error ? failed(error) : closed())),
      );
    },
  };
}

interface Expiring {
  readonly TableName: string;
  readonly keys: readonly string[];
  readonly timeToLive: string;
}

async function deleteExpired(
  client: DynamoDBClient,
  { TableName, keys, timeToLive }: Expiring,
  now: number,
): Promise<void> {
  const expired = {
    ExpressionAttributeNames: { '#expires': timeToLive },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(now / 1000)) } },
  };
  const scan = { TableName, FilterExpression: '#expires < :now', ...expired };
  for await (const { Items = [] } of paginateScan({ client }, scan)) {
    for (const item of Items) {
      const Key = Object.fromEntries(Object.entries(item).filter(([name]) => keys.includes(name)));
      try {
        // unless its time to live was changed meanwhile
        await client.send(
          new DeleteItemCommand({ TableName, Key, ConditionExpression: '#expires < :now', ...expired }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  }
}

/**
 * How long the engine waits for running calls before it stops, in milliseconds. Only a call that is never answered takes
 * as long.
 */
const MAX_WAIT = 60_000;

/**
 * Tracks the calls of an engine. The engine continues to work for a caller that was killed. If its store is
 * then closed, it throws an error that cannot be caught.
 *
 * @returns a function that waits until every call was answered
 */
function followCalls(server: Server): () => Promise<void> {
  const calls = new Set<ServerResponse>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    calls.add(response);
    // a call that is cut off is never worked on
    request.once('close', () => request.complete || calls.delete(response));
    const end = response.end.bind(response);
    response.end = ((...answer: Parameters<typeof end>) => {
      calls.delete(response);
      return end(...answer);
      // `end` has several forms, and this one passes all arguments on
    }) as typeof response.end;
  });
  return async () => {
    const deadline = performance.now() + MAX_WAIT;
    while (calls.size > 0 && performance.now() < deadline)
      await new Promise((glance) => setTimeout(glance, 5));
  };
}

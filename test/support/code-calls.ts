import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { build } from 'esbuild';
import type { CallAws } from '../../functions/adapters/aws/call.ts';
import { knocks } from '../../functions/adapters/aws/knocks.ts';
import { linkReader } from '../../functions/adapters/aws/link-reader.ts';
import { calendarFiles } from '../../functions/adapters/calendars/calendar-files.ts';
import { feedSource } from '../../functions/adapters/calendars/feed-source.ts';
import { callbackAddresses } from '../../functions/adapters/callback-addresses.ts';
import { eventBus } from '../../functions/adapters/event-bus.ts';
import { outbox } from '../../functions/adapters/queues/outbox.ts';
import { newsQueue, rotationQueue } from '../../functions/adapters/queues/rotation-queue.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import { feedMemories } from '../../functions/adapters/tables/feed-memories.ts';
import { linksTable } from '../../functions/adapters/tables/links-table.ts';
import { meetingsTable } from '../../functions/adapters/tables/meetings-table.ts';
import { roomsTable } from '../../functions/adapters/tables/rooms-table.ts';
import { seriesTable } from '../../functions/adapters/tables/series-table.ts';
import { writeBackRecords } from '../../functions/adapters/tables/write-back-records.ts';
import type { Meeting } from '../../functions/connections/meetings.ts';
import type { ProviderEvent } from '../../functions/rooms/model/ports.ts';
import type { PastGeneration } from '../../functions/rooms/model/room.ts';
import type { SeriesMemory } from '../../functions/rooms/series/update.ts';
import { workQueue } from '../../functions/runtime/queue/work-queue.ts';
import { aRoom } from './rooms.ts';

/**
 * Returns the project's own code in the bundle of a function, with its original names: all that the function
 * can run.
 */
export async function ownCode(functionName: string): Promise<string> {
  const entry = fileURLToPath(new URL(`../../functions/${functionName}.ts`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** A method of a port, a pattern of code that uses it, and its calls of AWS. */
export interface PortMethod {
  readonly used: RegExp;
  /** Names of commands, and of the queue, table or index that they are sent to. */
  readonly calls: readonly string[];
}

const QUEUE = 'WORK_QUEUE';
const DEAD_LETTERS = 'DEAD_LETTER_QUEUE';
const ROTATIONS = 'rotations';

/** Returns the AWS calls of every method of every adapter, by calling each one with a recorded client. */
export async function portMethods(): Promise<PortMethod[]> {
  const now = () => 0;
  const rooms = (client: DynamoDBClient) => roomsTable(client, { tableName: 'table' });
  const bus = (client: EventBridgeClient) => eventBus(client, { bus: 'bus', deployment: 'abcde', now });
  const inbox = (client: SQSClient) => workQueue(client, { queue: QUEUE, deadLetters: DEAD_LETTERS });
  const past = { key: 'k', generation: 1, replacedAt: 0, expiresAt: 0, openedAt: 0 } as PastGeneration;
  const record = {
    body: '{}',
    messageAttributes: {},
    attributes: { SentTimestamp: '0' },
  } as unknown as SQSRecord;
  return Promise.all([
    method(/rooms\d*\.read\(/, new DynamoDBClient(REGION), (client) => rooms(client).read('k')),
    method(/rooms\d*\.write\(/, new DynamoDBClient(REGION), (client) => rooms(client).write(aRoom())),
    method(/rooms\d*\.archive\(/, new DynamoDBClient(REGION), (client) => rooms(client).archive(past)),
    method(/rooms\d*\.history\(/, new DynamoDBClient(REGION), (client) => rooms(client).history('k')),
    method(/rooms\d*\.due\(/, new DynamoDBClient(REGION), (client) => rooms(client).due(0, 0)),
    method(/rooms\d*\.scan\(/, new DynamoDBClient(REGION), (client) => rooms(client).scan()),
    method(/events\d*\.announce\(/, new EventBridgeClient(REGION), (client) =>
      bus(client).announce(aRoom(), { type: 'Room Created', reason: 'requested' }),
    ),
    method(/events\d*(\(\))?\.report\(/, new EventBridgeClient(REGION), (client) =>
      bus(client).report('Rooms Reconciled', { mode: 'report', applications: {} }),
    ),
    method(/queue\d*\.deadLetter\(/, new SQSClient(REGION), (client) =>
      inbox(client).deadLetter(record, 'no reason'),
    ),
    method(/queue\d*\.delay\(/, new SQSClient(REGION), (client) => inbox(client).delay(record, 0)),
    method(/queue\d*\.requeue\(/, new SQSClient(REGION), (client) => inbox(client).requeue(record, 0)),
    method(/queue\d*\.send\(/, new SQSClient(REGION), (client) => inbox(client).send('{}')),
    method(/rotations\d*(\(\))?\.send\(/, new SQSClient(REGION), (client) =>
      rotationQueue(client, ROTATIONS, now).send([
        { order: { key: 'k', generation: 1, cause: 'due' }, delay: 0 },
      ]),
    ),
    method(/secrets\d*\.read\(secret\d*, stage\d*, fresh/, new SecretsManagerClient(REGION), (client) =>
      secretsManager({ client, now }).read('secret'),
    ),
    method(/callbacks\d*\.address\(/, new SecretsManagerClient(REGION), (client) =>
      callbackAddresses('', 'signature', secretsManager({ client, now })).address('k'),
    ),
    method(/addresses\d*\(\)\.isOurs\(/, new SecretsManagerClient(REGION), (client) =>
      callbackAddresses('', 'signature', secretsManager({ client, now })).isOurs({
        key: 'k',
        signature: UNSIGNED,
      }),
    ),
    method(/series\d*\.read\(/, new DynamoDBClient(REGION), (client) =>
      seriesTable(client, 'calendar table').read('k'),
    ),
    method(/series\d*\.write\(/, new DynamoDBClient(REGION), (client) =>
      seriesTable(client, 'calendar table').write({
        revision: 0,
        rooms: [],
        waiting: [],
      } as unknown as SeriesMemory),
    ),
    method(/series\d*\.due\(/, new DynamoDBClient(REGION), (client) =>
      seriesTable(client, 'calendar table').due(0)[Symbol.asyncIterator]().next(),
    ),
    method(/memories\d*\.read\(/, new DynamoDBClient(REGION), (client) =>
      feedMemories(client, 'calendar table').read('team'),
    ),
    method(/memories\d*\.prepare\(/, new DynamoDBClient(REGION), (client) =>
      feedMemories(client, 'calendar table').prepare('team', { revision: 0, validators: {}, events: [] })(),
    ),
    method(/records\d*\.read\(/, new DynamoDBClient(REGION), (client) =>
      writeBackRecords(client, 'calendar table').read('k'),
    ),
    method(/records\d*\.write\(/, new DynamoDBClient(REGION), (client) =>
      writeBackRecords(client, 'calendar table').write({
        key: 'k',
        version: 0,
        revision: 1,
        links: [],
        forgetAt: 0,
      }),
    ),
    method(/source\d*\.fetch\(/, new SecretsManagerClient(REGION), (client) =>
      feedSource({ secrets: secretsManager({ client, now }) })
        .fetch({ name: 'team', secret: 'feed address' }, {})
        .catch(() => {}),
    ),
    method(/source\d*\.read\(/, new S3Client(REGION), (client) =>
      calendarFiles(client).read('files', 'team.ics'),
    ),
    method(/WRITES_QUEUE\)\.send\(/, new SQSClient(REGION), (client) =>
      outbox(client, 'writes').send(['{}']),
    ),
    method(/meetings\d*(?:\(\))?\.read\(/, new DynamoDBClient(REGION), (client) =>
      meetingsTable(client, 'calendar table').read('m'),
    ),
    method(/meetings\d*\.write\(/, new DynamoDBClient(REGION), (client) =>
      meetingsTable(client, 'calendar table').write({
        id: 'm',
        version: 0,
        places: [],
      } as unknown as Meeting),
    ),
    method(/WORK_QUEUE\)\.send\(/, new SQSClient(REGION), (client) => outbox(client, QUEUE).send(['{}'])),
    method(/outbox\d*: requests\(\)/, new SQSClient(REGION), (client) =>
      outbox(client, 'requests').send(['{}']),
    ),
    method(/queue\d*\(\)\.tell\(/, new SQSClient(REGION), (client) =>
      newsQueue(client, ROTATIONS).tell({ key: 'k', roomId: '1', news: 'ended' } as unknown as ProviderEvent),
    ),
    method(/links\d*\.write\(/, new DynamoDBClient(REGION), (client) =>
      linksTable(client, {
        tableName: 'links',
        retention: 0,
        linksUrl: 'https://meet.example/',
        names: false,
      }).write({ slug: 's', key: 'k', state: 'kept', revision: 1 }),
    ),
    signed(/links\d*\.read\(/, (call) => linkReader(call, ENDPOINT, 'links').read('s')),
    signed(/knocks\d*\.send\(/, (call) => knocks(call, 'https://sqs.example/requests').send('k')),
  ]);
}

const ENDPOINT = new URL('https://dynamodb.example/');

/** The same for a method that calls AWS without the SDK. */
async function signed(used: RegExp, use: (call: CallAws) => Promise<unknown>): Promise<PortMethod> {
  const calls: string[] = [];
  await use(async ({ target, body }) => {
    const { TableName, QueueUrl } = body as Record<string, string>;
    calls.push(`${target.split('.')[1]}Command on ${TableName ?? QueueUrl?.split('/').at(-1)}`);
    return {};
  });
  return { used, calls };
}

const REGION = { region: 'eu-central-1' };
const UNSIGNED = 'x'.repeat(32);
const ANSWER = { Items: [], Entries: [{ EventId: '1' }], Failed: [], SecretString: 'nothing' };

/** A client of the SDK whose calls are recorded. */
export interface Listened {
  readonly middlewareStack: {
    add(middleware: unknown, options: { step: 'initialize'; priority: 'high' }): void;
  };
}

async function method<Client extends Listened>(
  used: RegExp,
  client: Client,
  call: (client: Client) => Promise<unknown>,
): Promise<PortMethod> {
  const calls = new Set<string>();
  const listen = (_next: unknown, { commandName }: { commandName: string }) => {
    return async ({ input }: { input: Record<string, string> }) => {
      const on =
        input.QueueUrl ?? input.IndexName ?? input.TableName ?? input.SecretId ?? input.Bucket ?? 'bus';
      calls.add(`${commandName} on ${on}`);
      return { output: ANSWER };
    };
  };
  client.middlewareStack.add(listen, { step: 'initialize', priority: 'high' });
  await call(client);
  return { used, calls: [...calls] };
}

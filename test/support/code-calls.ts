import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import type { SQSRecord } from 'aws-lambda';
import { build } from 'esbuild';
import type { CallAws } from '../../functions/adapters/aws/call.ts';
import {
  dynamoDbClient,
  eventBridgeClient,
  secretsManagerClient,
  sqsClient,
} from '../../functions/adapters/aws/clients.ts';
import type { DynamoDb, EventBridge, SecretsManager, Sqs } from '../../functions/adapters/aws/operations.ts';
import { calendarFiles } from '../../functions/adapters/calendars/calendar-files.ts';
import { feedSource } from '../../functions/adapters/calendars/feed-source.ts';
import { callbackAddresses } from '../../functions/adapters/callback-addresses.ts';
import { eventBus } from '../../functions/adapters/event-bus.ts';
import { knocks } from '../../functions/adapters/queues/knocks.ts';
import { outbox } from '../../functions/adapters/queues/outbox.ts';
import { newsQueue, rotationQueue } from '../../functions/adapters/queues/rotation-queue.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import { feedMemories } from '../../functions/adapters/tables/feed-memories.ts';
import { linkReader } from '../../functions/adapters/tables/link-reader.ts';
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
  /** Names of operations, and of the queue, table or index that they are sent to. */
  readonly calls: readonly string[];
}

const QUEUE = 'WORK_QUEUE';
const DEAD_LETTERS = 'DEAD_LETTER_QUEUE';
const ROTATIONS = 'rotations';

/** Returns the AWS calls of every method of every adapter, by calling each one with a recorded client. */
export async function portMethods(): Promise<PortMethod[]> {
  const now = () => 0;
  const rooms = ({ dynamoDb }: Aws) => roomsTable(dynamoDb, { tableName: 'table' });
  const bus = ({ eventBridge }: Aws) => eventBus(eventBridge, { bus: 'bus', deployment: 'abcde', now });
  const inbox = ({ sqs }: Aws) => workQueue(sqs, { queue: QUEUE, deadLetters: DEAD_LETTERS });
  const past = { key: 'k', generation: 1, replacedAt: 0, expiresAt: 0, openedAt: 0 } as PastGeneration;
  const record = {
    body: '{}',
    messageAttributes: {},
    attributes: { SentTimestamp: '0' },
  } as unknown as SQSRecord;
  return Promise.all([
    method(/rooms\d*\.read\(/, (aws) => rooms(aws).read('k')),
    method(/rooms\d*\.glance\(/, (aws) => rooms(aws).glance('k')),
    method(/rooms\d*\.write\(/, (aws) => rooms(aws).write(aRoom())),
    method(/rooms\d*\.archive\(/, (aws) => rooms(aws).archive(past)),
    method(/rooms\d*\.history\(/, (aws) => rooms(aws).history('k')),
    method(/rooms\d*\.due\(/, (aws) => rooms(aws).due(0, 0)),
    method(/rooms\d*\.scan\(/, (aws) => rooms(aws).scan()),
    method(/events\d*\.announce\(/, (aws) =>
      bus(aws).announce(aRoom(), { type: 'Room Created', reason: 'requested' }),
    ),
    method(/events\d*(\(\))?\.report\(/, (aws) =>
      bus(aws).report('Rooms Reconciled', { mode: 'report', applications: {} }),
    ),
    method(/queue\d*\.deadLetter\(/, (aws) => inbox(aws).deadLetter(record, 'no reason')),
    method(/queue\d*\.delay\(/, (aws) => inbox(aws).delay(record, 0)),
    method(/queue\d*\.requeue\(/, (aws) => inbox(aws).requeue(record, 0)),
    method(/queue\d*\.send\(/, (aws) => inbox(aws).send('{}')),
    method(/rotations\d*(\(\))?\.send\(/, ({ sqs }) =>
      rotationQueue(sqs, ROTATIONS, now).send([
        { order: { key: 'k', generation: 1, cause: 'due' }, delay: 0 },
      ]),
    ),
    method(/secrets\d*\.read\(secret\d*, stage\d*, fresh/, ({ secretsManager: client }) =>
      secretsManager({ client, now }).read('secret'),
    ),
    method(/callbacks\d*\.address\(/, ({ secretsManager: client }) =>
      callbackAddresses('', 'signature', secretsManager({ client, now })).address('k'),
    ),
    method(/addresses\d*\(\)\.isOurs\(/, ({ secretsManager: client }) =>
      callbackAddresses('', 'signature', secretsManager({ client, now })).isOurs({
        key: 'k',
        signature: UNSIGNED,
      }),
    ),
    method(/series\d*\.read\(/, ({ dynamoDb }) => seriesTable(dynamoDb, 'calendar table').read('k')),
    method(/series\d*\.write\(/, ({ dynamoDb }) =>
      seriesTable(dynamoDb, 'calendar table').write({
        revision: 0,
        rooms: [],
        waiting: [],
      } as unknown as SeriesMemory),
    ),
    method(/series\d*\.due\(/, ({ dynamoDb }) =>
      seriesTable(dynamoDb, 'calendar table').due(0)[Symbol.asyncIterator]().next(),
    ),
    method(/memories\d*\.read\(/, ({ dynamoDb }) => feedMemories(dynamoDb, 'calendar table').read('team')),
    method(/memories\d*\.prepare\(/, ({ dynamoDb }) =>
      feedMemories(dynamoDb, 'calendar table').prepare('team', { revision: 0, validators: {}, events: [] })(),
    ),
    method(/records\d*\.read\(/, ({ dynamoDb }) => writeBackRecords(dynamoDb, 'calendar table').read('k')),
    method(/records\d*\.write\(/, ({ dynamoDb }) =>
      writeBackRecords(dynamoDb, 'calendar table').write({
        key: 'k',
        version: 0,
        revision: 1,
        links: [],
        forgetAt: 0,
      }),
    ),
    method(/source\d*\.fetch\(/, ({ secretsManager: client }) =>
      feedSource({ secrets: secretsManager({ client, now }) })
        .fetch({ name: 'team', secret: 'feed address' }, {})
        .catch(() => {}),
    ),
    listened(/source\d*\.read\(/, new S3Client(REGION), (client) =>
      calendarFiles(client).read('files', 'team.ics'),
    ),
    method(/WRITES_QUEUE\)\.send\(/, ({ sqs }) => outbox(sqs, 'writes').send(['{}'])),
    method(/meetings\d*(?:\(\))?\.read\(/, ({ dynamoDb }) =>
      meetingsTable(dynamoDb, 'calendar table').read('m'),
    ),
    method(/meetings\d*\.write\(/, ({ dynamoDb }) =>
      meetingsTable(dynamoDb, 'calendar table').write({
        id: 'm',
        version: 0,
        places: [],
      } as unknown as Meeting),
    ),
    method(/WORK_QUEUE\)\.send\(/, ({ sqs }) => outbox(sqs, QUEUE).send(['{}'])),
    method(/outbox\d*: requests\(\)/, ({ sqs }) => outbox(sqs, 'requests').send(['{}'])),
    method(/queue\d*\(\)\.tell\(/, ({ sqs }) =>
      newsQueue(sqs, ROTATIONS).tell({ key: 'k', roomId: '1', news: 'ended' } as unknown as ProviderEvent),
    ),
    method(/links\d*\.write\(/, ({ dynamoDb }) =>
      linksTable(dynamoDb, {
        tableName: 'links',
        retention: 0,
        linksUrl: 'https://meet.example/',
        names: false,
      }).write({ slug: 's', key: 'k', state: 'kept', revision: 1 }),
    ),
    method(/links\d*\.read\(/, ({ dynamoDb }) => linkReader(dynamoDb, 'links').read('s')),
    method(/knocks\d*\.send\(/, ({ sqs }) => knocks(sqs, 'requests').send('k')),
  ]);
}

const ENDPOINT = new URL('https://aws.example/');
const UNSIGNED = 'x'.repeat(32);
const ANSWER = { Items: [], Entries: [{ EventId: '1' }], Failed: [], SecretString: 'nothing' };

/** The services that adapters are made with. */
interface Aws {
  readonly dynamoDb: DynamoDb;
  readonly eventBridge: EventBridge;
  readonly secretsManager: SecretsManager;
  readonly sqs: Sqs;
}

async function method(used: RegExp, use: (aws: Aws) => Promise<unknown>): Promise<PortMethod> {
  const calls = new Set<string>();
  const call: CallAws = async ({ target, body }) => {
    // the inputs name what they are about
    calls.add(`${target.split('.')[1]} on ${placeOf(body as Record<string, string>)}`);
    // a batch counts as sent when the answer names its messages
    return { ...ANSWER, Successful: (body as { Entries?: unknown }).Entries };
  };
  await use({
    dynamoDb: dynamoDbClient(call, ENDPOINT),
    eventBridge: eventBridgeClient(call, ENDPOINT),
    secretsManager: secretsManagerClient(call, ENDPOINT),
    sqs: sqsClient(call, ENDPOINT),
  });
  return { used, calls: [...calls] };
}

function placeOf({ QueueUrl, IndexName, TableName, SecretId, Bucket }: Record<string, string>): string {
  return QueueUrl ?? IndexName ?? TableName ?? SecretId ?? Bucket ?? 'bus';
}

const REGION = { region: 'eu-central-1' };
/** A client of the SDK whose calls are recorded. */
export interface Listened {
  readonly middlewareStack: {
    add(middleware: unknown, options: { step: 'initialize'; priority: 'high' }): void;
  };
}

/** The same for a method that uses a client of the SDK. */
async function listened<Client extends Listened>(
  used: RegExp,
  client: Client,
  use: (client: Client) => Promise<unknown>,
): Promise<PortMethod> {
  const calls = new Set<string>();
  const listen = (_next: unknown, { commandName }: { commandName: string }) => {
    return async ({ input }: { input: Record<string, string> }) => {
      calls.add(`${commandName.replace(/Command$/, '')} on ${placeOf(input)}`);
      return { output: ANSWER };
    };
  };
  client.middlewareStack.add(listen, { step: 'initialize', priority: 'high' });
  await use(client);
  return { used, calls: [...calls] };
}

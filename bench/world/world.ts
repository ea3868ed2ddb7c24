import { generateKeyPairSync } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type MeetingsApi, startMeetingsApi } from '../../emulators/meetings-api/meetings-api.ts';
import { roomsTable } from '../../functions/adapters/tables/rooms-table.ts';
import type { RoomStore } from '../../functions/rooms/model/ports.ts';
import type { ApplicationEntry } from '../../functions/runtime/environment.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import type { Queue } from '../../local/engines/queue.ts';
import { startQueues } from '../../local/engines/queues.ts';
import { dynamoDbAt } from '../../local/engines/services.ts';
import { makeRoomsTable } from '../../local/engines/table-engines.ts';
import { EventBuses } from '../../local/fakes/buses.ts';
import { Secrets } from '../../local/fakes/secrets.ts';
import { startFakes } from '../../local/fakes/server.ts';
import { Targets } from '../../local/fakes/targets.ts';
import { APPLICATION, APPLICATION_ID, DEPLOYMENT } from './account.ts';
import { seedRooms } from './seed.ts';
import { makeIdempotencyTable, startTableEngine, type TableEngineName } from './table-engine.ts';

/** The endpoints of the services that a function calls. */
export interface Endpoints {
  readonly tables: string;
  readonly queues: string;
  readonly standIns: string;
  /** The URL of the Meetings API, with its path. */
  readonly provider: string;
}

/** All services that a function calls, on loopback. */
export interface BenchWorld {
  readonly engine: TableEngineName;
  readonly endpoints: Endpoints;
  readonly provider: MeetingsApi;
  readonly rooms: RoomStore;
  /** The queue to which the planner and reconciliation nominate. */
  readonly rotations: Queue;
  /** How many events the bus has accepted. */
  announced(): number;
  /**
   * Creates this many rooms that are due now, and live at the provider: `<prefix>0`, `<prefix>1`, ...
   *
   * @param rotated whether they are the second rooms of their keys, and not the first
   */
  seed(prefix: string, count: number, rotated?: boolean): Promise<void>;
  /** Returns the environment of a function, for all variants. */
  environment(endpoints?: Partial<Endpoints>): Record<string, string>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** @default the fast one if there is a binary for this machine */
  readonly engine?: TableEngineName;
}

const PLACE = { stackName: 'bench', region: 'eu-central-1', account: '000000000000' };
const SECRET = 'bench/private-key';
const BUS = 'bench';
const LIMIT = 10_000_000;

export async function startWorld(options: WorldOptions = {}): Promise<BenchWorld> {
  const { tables, engine } = await startTableEngine(options.engine);
  const queues = await startQueues();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = await startMeetingsApi({
    applications: [{ applicationId: APPLICATION_ID, publicKey, roomLimit: LIMIT }],
  });
  const arn = (service: string, rest: string) =>
    `arn:aws:${service}:${PLACE.region}:${PLACE.account}:${rest}`;
  const secrets = new Secrets();
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  secrets.create({ arn: arn('secretsmanager', `secret:${SECRET}-abcdef`), name: SECRET }, pem);
  const nobody = { queue: () => undefined, function: () => undefined, bus: () => undefined };
  const buses = new EventBuses(PLACE, new Targets({ ...nobody, warn: console.error }));
  buses.addBus(BUS);
  const standIns = await startFakes(secrets, buses);
  const client = new DynamoDBClient({
    endpoint: tables.endpoint,
    region: PLACE.region,
    credentials: DUMMY_CREDENTIALS,
  });
  const [tableName, idempotencyTable] = await Promise.all([
    makeRoomsTable(tables),
    makeIdempotencyTable(tables),
  ]);
  const rooms = roomsTable(dynamoDbAt(tables.endpoint), { tableName });
  const queue = (name: string) =>
    queues.create(name, arn('sqs', name), { DelaySeconds: '0', VisibilityTimeout: '600' });
  const [inbox, deadLetters, rotations] = [queue('inbox'), queue('dead-letters'), queue('rotations')];
  const ownEndpoints: Endpoints = {
    tables: tables.endpoint,
    queues: queues.endpoint,
    standIns: standIns.endpoint,
    provider: provider.url,
  };
  return {
    engine,
    endpoints: ownEndpoints,
    provider,
    rooms,
    rotations,
    announced: () => buses.seen.length,
    seed: (prefix, count, rotated = false) => seedRooms({ rooms, provider, prefix, count, rotated }),
    environment(others = {}) {
      const endpoints = { ...ownEndpoints, ...others };
      const application: ApplicationEntry = {
        provider: 'meetings-api',
        name: APPLICATION,
        applicationId: APPLICATION_ID,
        secret: SECRET,
        baseUrl: endpoints.provider,
      };
      return {
        ...LAMBDA,
        AWS_ENDPOINT_URL_DYNAMODB: endpoints.tables,
        AWS_ENDPOINT_URL_SQS: endpoints.queues,
        AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.standIns,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.standIns,
        ROOMS_TABLE: tableName,
        IDEMPOTENCY_TABLE: idempotencyTable,
        EVENT_BUS: BUS,
        WORK_QUEUE: inbox.url.replace(ownEndpoints.queues, endpoints.queues),
        DEAD_LETTER_QUEUE: deadLetters.url.replace(ownEndpoints.queues, endpoints.queues),
        ROTATIONS_QUEUE: rotations.url.replace(ownEndpoints.queues, endpoints.queues),
        APPLICATIONS: JSON.stringify([application]),
        ...SETTINGS,
      };
    },
    async stop() {
      client.destroy();
      await Promise.all([tables.stop(), queues.stop(), standIns.stop(), provider.close()]);
    },
  };
}

/** The environment that Lambda sets, as far as libraries read it. */
export const LAMBDA = {
  AWS_REGION: PLACE.region,
  AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  LAMBDA_TASK_ROOT: '/var/task',
  // no process listens there: segments are sent as datagrams and may be lost
  AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:9',
  _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
};

/** The construct's own defaults. */
const SETTINGS = {
  DEPLOYMENT,
  POWERTOOLS_SERVICE_NAME: 'bench',
  POWERTOOLS_METRICS_NAMESPACE: 'bench',
  MAX_RECEIVE_COUNT: '8',
  LEASE_SECONDS: '90',
  RENEW_BEFORE_SECONDS: '604800',
  LONGEST_GAP_SECONDS: '90000',
  RETENTION_DAYS: '90',
  CALENDAR: '{}',
  ROTATIONS_PER_RUN: '1000000',
  SPREAD_SECONDS: '900',
  RECONCILIATION: 'repair',
  BRAKE_PERCENT: '5',
};

import { randomBytes } from 'node:crypto';
import { callbackAddresses } from '../adapters/callback-addresses.ts';
import { circuits } from '../adapters/circuits.ts';
import { eventBus } from '../adapters/event-bus.ts';
import { pool } from '../adapters/pool.ts';
import { PROVIDERS, roomProvider } from '../adapters/providers.ts';
import { secretsManager } from '../adapters/secrets.ts';
import { linksTable } from '../adapters/tables/links-table.ts';
import { outagesTable } from '../adapters/tables/outages-table.ts';
import { roomsTable } from '../adapters/tables/rooms-table.ts';
import type { Notice, RoomContext } from '../rooms/lifecycle/context.ts';
import { withLinks } from '../rooms/lifecycle/links.ts';
import { DAY, SECOND } from '../rooms/model/time.ts';
import { dynamoDb, eventBridge, secretStore, sqs } from './aws.ts';
import { numberIn, readApplications, readEnvironment } from './configuration.ts';
import { deploymentMarks } from './deployment-marks.ts';
import type { CommonEnvironment, WorkerEnvironment } from './environment.ts';
import { once } from './once.ts';
import { workQueue } from './queue/work-queue.ts';
import { count, type MetricName } from './telemetry/metrics.ts';
import { providerMetrics } from './telemetry/provider-metrics.ts';

export const secrets = /* @__PURE__ */ once(() => secretsManager({ client: secretStore(), now }));

export const now = () => Date.now();

export const WORKER_ENVIRONMENT = [
  'ROOMS_TABLE',
  'DEPLOYMENT',
  'APPLICATIONS',
  'EVENT_BUS',
  'WORK_QUEUE',
  'DEAD_LETTER_QUEUE',
  'MAX_RECEIVE_COUNT',
  'LEASE_SECONDS',
  'RENEW_BEFORE_SECONDS',
  'LONGEST_GAP_SECONDS',
  'RETENTION_DAYS',
] as const satisfies readonly (keyof WorkerEnvironment)[];

export const workerEnvironment = /* @__PURE__ */ once(() =>
  readEnvironment<WorkerEnvironment>(WORKER_ENVIRONMENT, [
    'ORIGIN',
    'CALLBACKS_URL',
    'CALLBACKS_SECRET',
    'LINKS_TABLE',
    'LINKS_URL',
    'LINK_NAMES',
  ]),
);

/** How long the row of an ended room is kept. */
export const retention = /* @__PURE__ */ once(
  () => numberIn('RETENTION_DAYS', workerEnvironment().RETENTION_DAYS) * DAY,
);

const NOTICED: Record<Notice, MetricName> = {
  'change-given-up': 'ChangesGivenUp',
  prolonged: 'RoomsProlonged',
  'pool-full': 'PoolFull',
  'passed-over': 'ApplicationsPassedOver',
};

/** Creates the adapters behind the ports, for a function that works on rooms. */
export const roomContext = /* @__PURE__ */ once((): RoomContext => {
  const env = workerEnvironment();
  const { CALLBACKS_URL: url, CALLBACKS_SECRET: secret } = env;
  const { protect } = circuits(outagesTable(dynamoDb(), env.ROOMS_TABLE), now);
  const links = linksOf(env);
  const applications = readApplications(env.APPLICATIONS);
  const telling = applications.filter(({ provider }) => PROVIDERS[provider].capabilities.news === 'by-room');
  const rooms = roomsTable(dynamoDb(), {
    tableName: env.ROOMS_TABLE,
    retention: retention(),
    findsKeys: (application) => url !== undefined && telling.some(({ name }) => name === application),
  });
  return {
    rooms: links ? withLinks(rooms, links) : rooms,
    links,
    pool: pool(applications, (entry) =>
      protect(entry.name, roomProvider(entry, { now, secrets: secrets(), ...providerMetrics })),
    ),
    events: eventBus(eventBridge(), {
      bus: env.EVENT_BUS,
      deployment: env.DEPLOYMENT,
      linksUrl: env.LINKS_URL,
      now,
    }),
    now,
    // 72 random bits: a UUID would be three times as long on each claim
    newOwner: () => randomBytes(9).toString('base64url'),
    ...deploymentMarks(env),
    lease: numberIn('LEASE_SECONDS', env.LEASE_SECONDS) * SECOND,
    renewal: {
      renewBefore: numberIn('RENEW_BEFORE_SECONDS', env.RENEW_BEFORE_SECONDS) * SECOND,
      longestGap: numberIn('LONGEST_GAP_SECONDS', env.LONGEST_GAP_SECONDS) * SECOND,
    },
    notice: (notice) => count(NOTICED[notice]),
    callbacks: url && secret ? callbackAddresses(url, secret, secrets()) : undefined,
  };
});

function linksOf({ LINKS_TABLE: tableName, LINKS_URL: linksUrl, LINK_NAMES }: WorkerEnvironment) {
  if (!tableName || !linksUrl) return undefined;
  return linksTable(dynamoDb(), { tableName, linksUrl, names: LINK_NAMES === 'yes', retention: retention() });
}

/**
 * Starts work that the first message needs, while the function is still loading: it creates the clients and
 * reads the credential. With several applications it is not known yet which one is needed, so their
 * credentials are read on demand.
 */
export function prepare(): void {
  try {
    const { APPLICATIONS } = workerEnvironment();
    const [application, ...others] = readApplications(APPLICATIONS);
    roomContext();
    if (application && others.length === 0) secrets().read(application.secret).catch(leaveToFirstMessage);
  } catch (error) {
    leaveToFirstMessage(error);
  }
}

/** Ignores the error: the first message meets it again and reports it. */
function leaveToFirstMessage(_error: unknown): void {}

/** Returns the queue that feeds a function, for the outcome of its messages. */
export function inboxOf(env: CommonEnvironment) {
  return {
    queue: workQueue(sqs(), { queue: env.WORK_QUEUE, deadLetters: env.DEAD_LETTER_QUEUE }),
    maxReceiveCount: numberIn('MAX_RECEIVE_COUNT', env.MAX_RECEIVE_COUNT),
  };
}

/** The queue that feeds a function that works on rooms. */
export const inbox = /* @__PURE__ */ once(() => inboxOf(workerEnvironment()));

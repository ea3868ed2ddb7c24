import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ACCOUNTS, type Account, type ProviderName } from '../../chaos/accounts.ts';
import { backUp, LINKS_KEY, ROOMS_KEY } from '../../chaos/table-backup.ts';
import type { InventoryEntry } from '../../emulators/room-emulator.ts';
import { eventBus } from '../../functions/adapters/event-bus.ts';
import { pool } from '../../functions/adapters/pool.ts';
import { roomProvider } from '../../functions/adapters/providers.ts';
import { rotationQueue } from '../../functions/adapters/queues/rotation-queue.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import { type LinkItem, toLink } from '../../functions/adapters/tables/link-item.ts';
import { linksTable } from '../../functions/adapters/tables/links-table.ts';
import { roomsTable } from '../../functions/adapters/tables/rooms-table.ts';
import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { withLinks } from '../../functions/rooms/lifecycle/links.ts';
import { base32Digest } from '../../functions/rooms/model/digest.ts';
import type { Link } from '../../functions/rooms/model/link.ts';
import type { RotationQueue } from '../../functions/rooms/model/ports.ts';
import type { PastGeneration, Room } from '../../functions/rooms/model/room.ts';
import type { Duration, Instant } from '../../functions/rooms/model/time.ts';
import { DAY, HOUR, SECOND } from '../../functions/rooms/model/time.ts';
import { type WorkQueue, workQueue } from '../../functions/runtime/queue/work-queue.ts';
import type { Queue } from '../../local/engines/queue.ts';
import { LINKS_TABLE, ROOMS_TABLE } from '../../local/engines/table-engines.ts';
import type { Engines } from './engines.ts';
import { PATIENT } from './time-outs.ts';

/** A deployment of the functions with the engines: the real adapters, and its own table and account. */
export interface Deployment {
  readonly account: Account;
  readonly context: RoomContext;
  readonly rotations: RotationQueue;
  readonly inboxes: Readonly<Record<InboxName, Inbox>>;
  readonly tableName: string;
  readonly busName: string;
  /** The events that the bus has accepted, the oldest first. */
  readonly told: readonly Told[];
  entries(): Promise<readonly (Room | PastGeneration)[]>;
  /** The links table. */
  links(): Promise<readonly Link[]>;
  /** The rooms at the provider that carry this deployment's token and can be entered now. */
  rooms(): readonly InventoryEntry[];
  /** @returns a function that restores both tables to this moment */
  backUp(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export type InboxName = 'requests' | 'rotations' | 'reconciliations';

export interface Inbox {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** The function's side. */
  readonly work: WorkQueue;
}

/** The fields of an event that tests read. */
export interface Told {
  readonly 'detail-type': string;
  readonly detail: {
    readonly key: string;
    readonly generation: number;
    readonly room?: { readonly id: string };
  };
}

export interface DeploymentOptions {
  readonly provider: ProviderName;
  readonly now: () => Instant;
  readonly seed?: number;
  /**
   * The time-out of the provider's calls.
   *
   * @default - as long as this machine needs
   */
  readonly timeout?: Duration;
  /** Waits between calls that a provider wants spaced. */
  readonly wait: (duration: Duration) => Promise<unknown>;
}

export const LEASE: Duration = 90 * SECOND;
export const MAX_RECEIVES = 5;
const LINKS_URL = 'https://links.example/';

let deployments = 0;

export async function deploy(engines: Engines, options: DeploymentOptions): Promise<Deployment> {
  const { provider, now, seed = 1, timeout = PATIENT, wait } = options;
  deployments += 1;
  const name = `chaos-${process.pid}-${deployments}`;
  const account = await ACCOUNTS[provider]({ name, now, seed });
  engines.secrets.create({ arn: `arn:${name}`, name }, account.credential);
  await engines.tables.create({ ...structuredClone(ROOMS_TABLE), TableName: name } as never);
  const linksName = `${name}-links`;
  await engines.tables.create({ ...structuredClone(LINKS_TABLE), TableName: linksName } as never);
  const told: Told[] = [];
  engines.listen(name, (event) => told.push(JSON.parse(event)));
  const inboxes = {
    requests: inbox('requests'),
    rotations: inbox('rotations'),
    reconciliations: inbox('reconciliations'),
  };
  const { clients, services } = engines;

  function inbox(kind: InboxName): Inbox {
    const make = (suffix: string, attributes: Record<string, string>) => {
      const full = `${name}-${kind}${suffix}`;
      return engines.queues.create(full, `arn:aws:sqs:local:000000000000:${full}`, attributes);
    };
    const deadLetters = make('-dead-letters', {});
    const redrive = JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: MAX_RECEIVES });
    const queue = make('', { VisibilityTimeout: '360', RedrivePolicy: redrive });
    return {
      queue,
      deadLetters,
      work: workQueue(engines.services.sqs, { queue: queue.url, deadLetters: deadLetters.url }),
    };
  }

  const { dynamoDb } = services;
  const links = linksTable(dynamoDb, {
    tableName: linksName,
    retention: 90 * DAY,
    linksUrl: LINKS_URL,
    names: false,
  });
  const table = withLinks(roomsTable(dynamoDb, { tableName: name, now: options.now }), links);
  const auditor = roomsTable(dynamoDb, { tableName: name });
  const secrets = secretsManager({ client: services.secretsManager, now });
  const deployment = base32Digest(name, 5);
  const events = eventBus(services.eventBridge, { bus: name, deployment, linksUrl: LINKS_URL, now });
  return {
    account,
    inboxes,
    tableName: name,
    busName: name,
    told,
    rotations: rotationQueue(services.sqs, inboxes.rotations.queue.url, now),
    context: {
      rooms: table,
      links,
      pool: pool([account.entry], (entry) => roomProvider(entry, { now, timeout, wait, secrets })),
      events,
      now,
      newOwner: randomUUID,
      deployment,
      lease: LEASE,
      renewal: { renewBefore: 7 * DAY, longestGap: 25 * HOUR },
    },
    async entries() {
      const all: (Room | PastGeneration)[] = [];
      for await (const entries of readRows(auditor)) all.push(...entries);
      return all;
    },
    async links() {
      const { Items = [] } = await clients.dynamoDb.send(new ScanCommand({ TableName: linksName }));
      return Items.map((item) => toLink(unmarshall(item) as LinkItem));
    },
    rooms: () =>
      account.emulator.inventory().filter(({ usable, label }) => usable && label.includes(`er${deployment}`)),
    async backUp() {
      const restoreRooms = await backUp(clients.dynamoDb, name, ROOMS_KEY);
      const restoreLinks = await backUp(clients.dynamoDb, linksName, LINKS_KEY);
      return async () => {
        await restoreRooms();
        await restoreLinks();
      };
    },
    close: () => account.emulator.close(),
  };
}

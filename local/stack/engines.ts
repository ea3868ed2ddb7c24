import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DUMMY_CREDENTIALS } from '../engines/credentials.ts';
import { type QueueEngine, startQueues } from '../engines/queues.ts';
import { startTables, type TableEngine } from '../engines/tables.ts';
import { EventBuses } from '../fakes/buses.ts';
import { ObjectNotifications } from '../fakes/notifications.ts';
import { Scheduler } from '../fakes/scheduler.ts';
import { Secrets } from '../fakes/secrets.ts';
import { type FakeServer, startFakes } from '../fakes/server.ts';
import { type Addressees, Targets } from '../fakes/targets.ts';
import type { LambdaFunction } from '../lambda/function.ts';
import { type FunctionUrl, openFunctionUrl } from '../lambda/function-url.ts';
import type { AssembledStack } from './assembly.ts';
import type { Place } from './template.ts';

/** The engines in which a template runs. */
export interface Engines {
  readonly tables: TableEngine;
  readonly queues: QueueEngine;
  readonly secrets: Secrets;
  readonly buses: EventBuses;
  readonly scheduler: Scheduler;
  readonly notifications: ObjectNotifications;
  readonly targets: Targets;
  readonly standIns: FakeServer;
  readonly functionUrls: ReadonlyMap<string, FunctionUrl>;
  stop(): Promise<void>;
}

export async function startEngines(
  { template }: AssembledStack,
  place: Place,
  functions: ReadonlyMap<string, LambdaFunction>,
  { directory, warn }: { readonly directory?: string; readonly warn: (text: string) => void },
): Promise<Engines> {
  const urlIds = Object.entries(template.Resources).flatMap(([id, { Type }]) =>
    Type === 'AWS::Lambda::Url' ? [id] : [],
  );
  const ports = directory ? rememberedPorts(directory) : {};
  const [tables, queues, ...urls] = await Promise.all([
    startTables(directory && `${directory}/tables`),
    startQueues(directory && `${directory}/queues`),
    ...urlIds.map(async (id) => [id, await openFunctionUrl(ports[id])] as const),
  ]);
  if (directory) rememberPorts(directory, urls);
  const addressees: Addressees = {
    queue: (arn) => queues.byArn(arn),
    function: (arn) => functions.get(arn.split(':').slice(0, 7).join(':')),
    bus: (arn) =>
      arn.includes(':event-bus/') && buses.has(arn) ? (event) => buses.hand(arn, event) : undefined,
    warn,
  };
  const targets = new Targets(addressees);
  const buses: EventBuses = new EventBuses(place, targets);
  const secrets = new Secrets();
  const standIns = await startFakes(secrets, buses, {
    dynamodb: tables.endpoint,
    sqs: queues.endpoint,
    s3: queues.endpoint,
  });
  const scheduler = new Scheduler(targets);
  const notifications = new ObjectNotifications(place, targets, buses);
  queues.onObject((change) => notifications.tell(change));
  const functionUrls = new Map(urls);
  return {
    ...{ tables, queues, secrets, buses, scheduler, notifications, targets, standIns, functionUrls },
    async stop() {
      await Promise.all([tables, queues, standIns, ...functionUrls.values()].map((server) => server.stop()));
    },
  };
}

/** The links of rooms contain the port of a function, so the folder keeps the port as long as it is free. */
const portsFile = (directory: string) => `${directory}/function-urls.json`;

function rememberedPorts(directory: string): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(portsFile(directory), 'utf8'));
  } catch {
    return {};
  }
}

function rememberPorts(directory: string, urls: readonly (readonly [string, FunctionUrl])[]): void {
  const ports = Object.fromEntries(urls.map(([id, { url }]) => [id, Number(new URL(url).port)]));
  mkdirSync(directory, { recursive: true });
  writeFileSync(portsFile(directory), `${JSON.stringify(ports)}\n`);
}

/**
 * Every service has an address on this machine, so that nothing that runs here can call a real one by
 * mistake.
 */
export function environmentOf({ tables, queues, standIns }: Engines, region: string): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: standIns.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_S3: queues.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: standIns.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: standIns.endpoint,
  };
}

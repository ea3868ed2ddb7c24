import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDb, EventBridge, SecretsManager, Sqs } from '../../functions/adapters/aws/operations.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { type QueueEngine, startQueues } from '../../local/engines/queues.ts';
import { dynamoDbAt, eventBridgeAt, secretsManagerAt, sqsAt } from '../../local/engines/services.ts';
import { startTables, type TableEngine } from '../../local/engines/tables.ts';
import { EventBuses } from '../../local/fakes/buses.ts';
import { Secrets } from '../../local/fakes/secrets.ts';
import { startFakes } from '../../local/fakes/server.ts';
import { Targets } from '../../local/fakes/targets.ts';

/** The services of AWS in this process, with clients that call them over loopback as they would call AWS. */
export interface Engines {
  readonly tables: TableEngine;
  readonly queues: QueueEngine;
  readonly buses: EventBuses;
  readonly secrets: Secrets;
  /** The endpoint of secrets and buses. */
  readonly standIns: string;
  readonly clients: Clients;
  /** The same services as the functions call them. */
  readonly services: Services;
  /** Creates a bus and records every event that it accepts, as JSON. */
  listen(bus: string, hear: (event: string) => void): void;
  stop(): Promise<void>;
}

export interface Clients {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
}

export interface Services {
  readonly dynamoDb: DynamoDb;
  readonly sqs: Sqs;
  readonly eventBridge: EventBridge;
  readonly secretsManager: SecretsManager;
}

const PLACE = { stackName: 'chaos', region: 'local', account: '000000000000' };

export async function startEngines(): Promise<Engines> {
  const [tables, queues] = await Promise.all([startTables(), startQueues()]);
  const secrets = new Secrets();
  const listeners = new Map<string, (event: string) => void>();
  const targets = new Targets({
    queue: () => undefined,
    function: () => undefined,
    bus: (arn) => listeners.get(arn),
    warn: console.warn,
  });
  const buses = new EventBuses(PLACE, targets);
  const standIns = await startFakes(secrets, buses);
  const at = (endpoint: string) => ({
    endpoint,
    region: PLACE.region,
    credentials: DUMMY_CREDENTIALS,
    maxAttempts: 4,
  });
  const clients = {
    dynamoDb: new DynamoDBClient(at(tables.endpoint)),
    sqs: new SQSClient(at(queues.endpoint)),
  };
  const services = {
    dynamoDb: dynamoDbAt(tables.endpoint),
    sqs: sqsAt(queues.endpoint),
    eventBridge: eventBridgeAt(standIns.endpoint),
    secretsManager: secretsManagerAt(standIns.endpoint),
  };
  return {
    tables,
    queues,
    buses,
    secrets,
    standIns: standIns.endpoint,
    clients,
    services,
    listen(bus, hear) {
      const arn = `arn:listener-of:${bus}`;
      listeners.set(arn, hear);
      buses.addBus(bus);
      const target = { arn, input: {} };
      buses.addRule({ name: bus, arn: `arn:rule:${bus}`, bus, matches: () => true, targets: [target] });
    },
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      await Promise.all([tables.stop(), queues.stop(), standIns.stop()]);
    },
  };
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { roomsTable } from '../../functions/adapters/rooms-table.ts';
import type { RoomStore } from '../../functions/rooms/ports.ts';
import type { ApplicationEntry, CreateRoomsEnvironment } from '../../functions/runtime/environment.ts';
import type { RestingMessage } from '../engines/queue.ts';
import type { RunningStack } from '../stack/run.ts';
import type { SeenEvent } from '../stand-ins/buses.ts';
import { type ShownRoom, shownRoom } from './shown-room.ts';

/** An event as one hands it to a bus. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: object;
}

export interface DeadLetter extends RestingMessage {
  readonly queue: string;
}

/** The service whose function takes requests; its environment names everything that a person needs. */
const TAKES_REQUESTS = 'create-rooms';

/** The ways in and out of the system that a team has in AWS too, and by the same SDK. */
export class Doors {
  readonly requestsQueueUrl: string;
  readonly bus: string;
  readonly table: string;
  readonly #stack: RunningStack;
  readonly #environment: CreateRoomsEnvironment;
  readonly #sqs: SQSClient;
  readonly #events: EventBridgeClient;
  readonly #secrets: SecretsManagerClient;
  readonly #dynamo: DynamoDBClient;
  readonly #rooms: RoomStore;

  constructor(stack: RunningStack) {
    this.#stack = stack;
    this.#environment = requestsEnvironment(stack);
    this.requestsQueueUrl = this.#environment.WORK_QUEUE;
    this.bus = this.#environment.EVENT_BUS;
    this.table = this.#environment.ROOMS_TABLE;
    const { environment } = stack;
    const at = (service: string) => ({
      region: environment.AWS_REGION as string,
      endpoint: environment[`AWS_ENDPOINT_URL_${service}`] as string,
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID as string,
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY as string,
      },
    });
    this.#sqs = new SQSClient(at('SQS'));
    this.#events = new EventBridgeClient(at('EVENTBRIDGE'));
    this.#secrets = new SecretsManagerClient(at('SECRETS_MANAGER'));
    this.#dynamo = new DynamoDBClient(at('DYNAMODB'));
    this.#rooms = roomsTable(this.#dynamo, { tableName: this.table });
  }

  /** @returns the id of the message */
  async send(body: string): Promise<string> {
    const sent = await this.#sqs.send(
      new SendMessageCommand({ QueueUrl: this.requestsQueueUrl, MessageBody: body }),
    );
    return sent.MessageId as string;
  }

  /** @returns the id of the event */
  async put(event: BusEvent): Promise<string> {
    const entry = { EventBusName: this.bus, Source: event.source, DetailType: event['detail-type'] };
    const { Entries: [result] = [] } = await this.#events.send(
      new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(event.detail) }] }),
    );
    if (!result?.EventId) throw new Error(`the bus refused the event: ${result?.ErrorMessage}`);
    return result.EventId;
  }

  /** Puts the credential of an application where the functions look for it. */
  async putCredential(application: string, credential: string): Promise<void> {
    const entries = JSON.parse(this.#environment.APPLICATIONS) as readonly ApplicationEntry[];
    const entry = entries.find(({ name }) => name === application);
    if (!entry)
      throw new Error(`the stack has no application ${application}: ${entries.map(({ name }) => name)}`);
    await this.#secrets.send(new PutSecretValueCommand({ SecretId: entry.secret, SecretString: credential }));
  }

  /** Every room there is, by key. Host links stay in the table. */
  async rooms(): Promise<ShownRoom[]> {
    const rooms: ShownRoom[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#rooms.scan(cursor);
      for (const entry of page.items) if ('revision' in entry) rooms.push(shownRoom(entry));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return rooms.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.key.localeCompare(b.key));
  }

  async room(key: string): Promise<ShownRoom | undefined> {
    const room = await this.#rooms.read(key);
    return room && shownRoom(room);
  }

  /** What the system has announced so far. */
  announcements(): readonly SeenEvent[] {
    return this.#stack.buses.seen.filter(({ event }) => event.source === 'evergreen-rooms');
  }

  deadLetters(): DeadLetter[] {
    return this.#stack
      .deadLetterQueues()
      .flatMap((queue) => queue.messages().map((message) => ({ ...message, queue: queue.name })));
  }

  close(): void {
    for (const client of [this.#sqs, this.#events, this.#secrets, this.#dynamo]) client.destroy();
  }
}

function requestsEnvironment({ functions }: RunningStack): CreateRoomsEnvironment {
  const found = functions.find(
    ({ definition }) => definition.environment.POWERTOOLS_SERVICE_NAME === TAKES_REQUESTS,
  );
  if (!found) throw new Error(`the template has no function with the service name ${TAKES_REQUESTS}`);
  return found.definition.environment as unknown as CreateRoomsEnvironment;
}

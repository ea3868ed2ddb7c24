import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type ReconcileOptions, reconcile } from '../../doctor/reconcile.ts';
import { roomsTable } from '../../functions/adapters/tables/rooms-table.ts';
import type { Connection } from '../../functions/connections/connection.ts';
import type { Feed } from '../../functions/feeds/feed.ts';
import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
import type { RoomStore } from '../../functions/rooms/model/ports.ts';
import type {
  ApplicationEntry,
  CreateRoomsEnvironment,
  ReadCalendarsEnvironment,
} from '../../functions/runtime/environment.ts';
import type { RestingMessage } from '../engines/queue.ts';
import { dynamoDbAt } from '../engines/services.ts';
import type { SeenEvent } from '../fakes/buses.ts';
import type { RunningStack } from '../stack/run.ts';
import type { BusEvent } from './bus-event.ts';
import { type Rehearsed, rehearse, rehearseFile } from './rehearsal.ts';
import { type ShownRoom, shownRoom } from './shown-room.ts';

export interface DeadLetter extends RestingMessage {
  readonly queue: string;
}

/** Uses the system through the same interfaces that a team has in AWS, with the same SDK. */
export class LocalClient {
  readonly requestsQueueUrl: string;
  /** A message `{}` starts the reading of feeds. Absent if no calendars are read. */
  readonly calendarsQueueUrl: string | undefined;
  readonly bus: string;
  readonly table: string;
  /** The start of every link; absent if links are off. */
  readonly linksUrl: string | undefined;
  readonly applications: readonly ApplicationEntry[];
  /** The feeds of the deployment, and the bucket for `.ics` files: `undefined` if there is none. */
  readonly feeds: readonly Feed[];
  /** The connections of the deployment to calendars. */
  readonly connections: readonly Connection[];
  readonly calendarBucket: string | undefined;
  /** Whether a series of a calendar has one room, or each of its meetings has its own. */
  readonly scope: 'series' | 'occurrence';
  readonly #stack: RunningStack;
  readonly #environment: CreateRoomsEnvironment;
  readonly #sqs: SQSClient;
  readonly #events: EventBridgeClient;
  readonly #secrets: SecretsManagerClient;
  readonly #dynamo: DynamoDBClient;
  readonly #objects: S3Client;
  readonly #rooms: RoomStore;

  constructor(stack: RunningStack) {
    this.#stack = stack;
    this.#environment =
      environmentOf<CreateRoomsEnvironment>(stack, 'create-rooms') ?? missing('create-rooms');
    const calendars = environmentOf<ReadCalendarsEnvironment>(stack, 'read-calendars');
    this.feeds = calendars ? JSON.parse(calendars.FEEDS) : [];
    this.connections = calendars ? JSON.parse(calendars.CONNECTIONS) : [];
    this.calendarBucket = bucketOf(stack);
    this.calendarsQueueUrl = calendars?.WORK_QUEUE;
    this.scope = JSON.parse(this.#environment.CALENDAR).scope ?? 'series';
    this.requestsQueueUrl = this.#environment.WORK_QUEUE;
    this.bus = this.#environment.EVENT_BUS;
    this.table = this.#environment.ROOMS_TABLE;
    this.linksUrl = this.#environment.LINKS_URL;
    this.applications = JSON.parse(this.#environment.APPLICATIONS);
    const { environment } = stack;
    const at = (service: string) => ({
      // the local stack sets all of these
      region: environment.AWS_REGION as string,
      // the local stack sets the address of every service
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
    this.#objects = new S3Client({ ...at('S3'), forcePathStyle: true });
    this.#rooms = roomsTable(dynamoDbAt(at('DYNAMODB').endpoint), { tableName: this.table });
  }

  /** @returns the id of the message */
  async send(body: string): Promise<string> {
    const sent = await this.#sqs.send(
      new SendMessageCommand({ QueueUrl: this.requestsQueueUrl, MessageBody: body }),
    );
    // SQS gives each message an id
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

  /** Stores the credential of an application or a connection in its secret. */
  async putCredential(owner: string, credential: string): Promise<void> {
    const owners = [...this.applications, ...this.connections];
    const entry = owners.find(({ name }) => name === owner);
    if (!entry) {
      const known = owners.map(({ name }) => name);
      throw new Error(`the stack has no application and no connection ${owner}: it has ${known.join(', ')}`);
    }
    await this.#secrets.send(new PutSecretValueCommand({ SecretId: entry.secret, SecretString: credential }));
  }

  /** Stores the address of a feed in its secret, and has the feed read. */
  async putFeedAddress(name: string, address: string): Promise<void> {
    const feed = this.feeds.find((known) => known.name === name);
    if (!feed) {
      const known =
        this.feeds.map((each) => each.name).join(', ') || 'none; start with -c calendarFeeds=NAME';
      throw new Error(`the stack has no feed ${name}: its feeds are ${known}`);
    }
    await this.#secrets.send(new PutSecretValueCommand({ SecretId: feed.secret, SecretString: address }));
    await this.readFeed(name);
  }

  async readFeed(feed: string): Promise<void> {
    const QueueUrl = this.calendarsQueueUrl ?? missing('read-calendars');
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ feed }) }));
  }

  /** Starts the reading of all feeds and connected calendars. */
  async readCalendars(): Promise<void> {
    const QueueUrl = this.calendarsQueueUrl ?? missing('read-calendars');
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
  }

  /** Puts a calendar into the bucket. */
  async putCalendar(Key: string, Body: string): Promise<void> {
    if (!this.calendarBucket)
      throw new Error('the stack has no bucket for calendars: start with -c calendarFiles=on');
    await this.#objects.send(new PutObjectCommand({ Bucket: this.calendarBucket, Key, Body }));
  }

  /** Returns all rooms, by key. */
  async rooms(): Promise<ShownRoom[]> {
    const rooms: ShownRoom[] = [];
    for await (const entries of readRows(this.#rooms)) {
      for (const entry of entries) if ('revision' in entry) rooms.push(shownRoom(entry, this.linksUrl));
    }
    return rooms.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.key.localeCompare(b.key));
  }

  async room(key: string): Promise<ShownRoom | undefined> {
    const room = await this.#rooms.read(key);
    return room && shownRoom(room, this.linksUrl);
  }

  /** The announcements of the system so far. */
  announcements(): readonly SeenEvent[] {
    return this.#stack.buses.seen.filter(({ event }) => event.source === 'evergreen-rooms');
  }

  deadLetters(): DeadLetter[] {
    return this.#stack
      .deadLetterQueues()
      .flatMap((queue) => queue.messages().map((message) => ({ ...message, queue: queue.name })));
  }

  /** Returns what a body in the requests queue would do. */
  rehearse(body: string): Promise<readonly Rehearsed[]> {
    return rehearse(body, this.#environment, this.#rooms);
  }

  /** Returns what a calendar file in the bucket would do. */
  rehearseCalendar(key: string, text: string): Promise<readonly Rehearsed[]> {
    return rehearseFile({ key, text }, this.#environment, this.#rooms);
  }

  /** Compares the table with the providers' lists. @returns a text that says what was started */
  reconcile(options: Omit<ReconcileOptions, 'now'> = {}): Promise<string> {
    const functions = new Map(
      this.#stack.functions.map(({ definition: { environment } }) => [
        environment.POWERTOOLS_SERVICE_NAME ?? '',
        { environment },
      ]),
    );
    const applications = this.applications;
    return reconcile(options, { functions, applications }, { sqs: this.#sqs });
  }

  close(): void {
    const clients = [this.#sqs, this.#events, this.#secrets, this.#dynamo, this.#objects];
    for (const client of clients) client.destroy();
  }
}

/** Returns the environment of a function of the stack. It names everything that a person needs. */
function environmentOf<E>({ functions }: RunningStack, service: string): E | undefined {
  const found = functions.find(
    ({ definition }) => definition.environment.POWERTOOLS_SERVICE_NAME === service,
  );
  // the caller names the function whose environment it knows
  return found?.definition.environment as E | undefined;
}

function bucketOf({ template }: RunningStack): string | undefined {
  const bucket = template.resources.find(({ type }) => type === 'AWS::S3::Bucket');
  return bucket && template.identity(bucket.logicalId).name;
}

function missing(service: string): never {
  throw new Error(`the template has no function with the service name ${service}`);
}

import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Application, Applications } from './applications.ts';
import type { Deployment, LogLevel } from './deployment.ts';
import { deploymentId } from './deployment-id.ts';
import { encryptionKey } from './encryption-key.ts';
import { Reconciliation, type ReconciliationOptions } from './reconciliation.ts';
import { BusRequests } from './requests.ts';
import { roomsTable } from './rooms-table.ts';
import { RoomsWorker } from './rooms-worker.ts';
import { Rotation, type RotationOptions, rotationRhythm } from './rotation.ts';
import { Schedules } from './schedule/schedules.ts';
import { deadLetterQueue } from './work-queue.ts';

export interface EvergreenRoomsProps {
  /** The applications of the Meetings API that rooms are opened in. */
  readonly applications: readonly Application[];
  /**
   * How rooms are renewed.
   *
   * @default - every night, a week before they end
   */
  readonly rotation?: RotationOptions;
  /**
   * How the table is compared with what the provider has.
   *
   * @default - every day, and what is found is mended
   */
  readonly reconciliation?: ReconciliationOptions;
  /**
   * How many batches of ten requests are worked on at once, at least 2. It guards the provider's rate limit.
   *
   * @default 5
   */
  readonly requestConcurrency?: number;
  /**
   * How often a message is tried before it rests in a dead-letter queue.
   *
   * @default 5
   */
  readonly maxReceiveCount?: number;
  /**
   * A schedule may start this much later than its time.
   *
   * @default Duration.minutes(15)
   */
  readonly flexibleWindow?: Duration;
  /**
   * How long a room that has ended is remembered, so that late news cannot revive it.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;
  /**
   * The bus that requests come from and news of rooms go to.
   *
   * @default - a bus is made
   */
  readonly eventBus?: IEventBus;
  /**
   * Encrypts rooms, messages, logs and private keys at rest.
   *
   * @default - a key is made, and rotated every year
   */
  readonly encryptionKey?: IKey;
  /**
   * Five characters of a-z and 2-7 that tell this deployment's rooms from those of others in the same application.
   *
   * @default - derived from the place of the construct in its app, and from account and region where they are known
   */
  readonly deployment?: string;
  /** @default INFO */
  readonly logLevel?: LogLevel;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
  /**
   * What becomes of rooms, keys and secrets when the construct is removed.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Rooms that are asked for once, and are there until they are cancelled. */
export class EvergreenRooms extends Construct {
  /** Where requests are sent to. */
  readonly requestQueue: Queue;
  readonly table: Table;
  readonly eventBus: IEventBus;
  readonly encryptionKey: IKey;

  constructor(scope: Construct, id: string, props: EvergreenRoomsProps) {
    super(scope, id);
    const {
      rotation = {},
      flexibleWindow = Duration.minutes(15),
      removalPolicy = RemovalPolicy.RETAIN,
    } = props;
    const key = encryptionKey(this, props.encryptionKey, removalPolicy);
    const deletionProtection = removalPolicy === RemovalPolicy.RETAIN;
    const undelivered = deadLetterQueue(this, 'Undelivered', key);
    Validations.of(undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'it is the dead-letter queue of the bus rule and of the schedules, which no redrive policy shows',
    });
    const rhythm = rotationRhythm(this, rotation, flexibleWindow);
    const deployment: Deployment = {
      id: deploymentId(this, props.deployment),
      table: roomsTable(this, { encryptionKey: key, removalPolicy, deletionProtection }),
      bus:
        props.eventBus ?? new EventBus(this, 'Bus', { description: 'Requests for rooms, and news of rooms' }),
      applications: new Applications(this, 'Applications', {
        applications: props.applications,
        encryptionKey: key,
        removalPolicy,
      }),
      schedules: new Schedules(this, 'Schedules', { deadLetterQueue: undelivered, flexibleWindow }),
      queueKey: key,
      logKey: key,
      logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      logLevel: props.logLevel ?? 'INFO',
      maxReceiveCount: props.maxReceiveCount ?? 5,
      renewBefore: rhythm.renewBefore,
      longestGap: rhythm.longestGap,
      retention: props.retention ?? Duration.days(90),
    };
    const requests = new RoomsWorker(this, 'Requests', deployment, {
      name: 'create-rooms',
      description: 'Opens, changes and cancels the rooms that are asked for',
      timeout: Duration.seconds(60),
      memorySize: 512,
      environment: {},
      batchSize: 10,
      maxConcurrency: props.requestConcurrency ?? 5,
    });
    new BusRequests(this, 'BusRequests', {
      bus: deployment.bus,
      queue: requests.inbox.queue,
      deadLetterQueue: undelivered,
    });
    const rotations = new Rotation(this, 'Rotation', deployment, rotation, rhythm.schedules);
    new Reconciliation(
      this,
      'Reconciliation',
      deployment,
      rotations.worker.inbox,
      props.reconciliation ?? {},
    );
    this.requestQueue = requests.inbox.queue;
    this.table = deployment.table;
    this.eventBus = deployment.bus;
    this.encryptionKey = key;
  }
}

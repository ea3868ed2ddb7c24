import { Tags } from 'aws-cdk-lib';
import type { Alarm, Dashboard, IMetric, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IEventBus, type OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { type Grant, type IGrantable, type ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DEFAULT_CONCURRENCY, noteConcurrency } from './compute/concurrency.ts';
import type { ByFunction, FunctionName } from './compute/function-name.ts';
import { permitSending } from './compute/permissions.ts';
import { planOnDeploy } from './compute/plan-on-deploy.ts';
import type { RoomsFunction } from './compute/rooms-function.ts';
import { alarmTopic } from './monitoring/alarm-topic.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { RoomMetrics } from './monitoring/room-metrics.ts';
import { Calendars } from './parts/calendars.ts';
import { isWritten } from './parts/connections.ts';
import type { Deployment } from './parts/deployment.ts';
import { type Announcement, OWN_SOURCE } from './parts/event-bus.ts';
import { callbackConcurrency, layFoundation } from './parts/foundation.ts';
import { Operators } from './parts/operators.ts';
import { Reconciliation } from './parts/reconciliation.ts';
import { Requests } from './parts/requests.ts';
import { Rotation } from './parts/rotation.ts';
import type { WorkQueue } from './parts/work-queue.ts';
import { WriteBack } from './parts/write-back.ts';
import { checkProps } from './settings/check-props.ts';
import type { EvergreenRoomsProps } from './settings/props.ts';

/** Rooms that are requested once and stay available until they are cancelled. */
export class EvergreenRooms extends Construct {
  /** Names the deployment in events, metrics and tags. Its rooms carry it if you chose it. */
  readonly deployment: string;
  /** The queue for requests. */
  readonly requestQueue: Queue;
  /**
   * The queue that feeds each function. A message `{}` to the planner's or the reconciler's queue starts a
   * run.
   */
  readonly queues: ByFunction<Queue>;
  /** The dead-letter queue of each function. */
  readonly deadLetterQueues: ByFunction<Queue>;
  /** The queue for messages that the bus or a schedule could not deliver. */
  readonly undelivered: Queue;
  /** The queue for the events of failed rotations of secrets. */
  readonly failedSecretRotations: Queue;
  /** The functions that queues feed. */
  readonly functions: ByFunction<LambdaFunction>;
  /** The rooms table, with the guest links. Anybody who reads it can enter any room as a guest. */
  readonly table: Table;
  /** The bus for requests and announcements. */
  readonly eventBus: IEventBus;
  /** The default KMS key, for every resource without its own. */
  readonly encryptionKey: IKey;
  /** The secrets of the private keys and API keys, by the names of their applications. */
  readonly privateKeys: ReadonlyMap<string, ISecret>;
  /** The secrets that providers sign their webhooks with, by the names of their applications. */
  readonly webhookTokens: ReadonlyMap<string, ISecret>;
  /** Where these providers tell of rooms, by the names of their applications. */
  readonly webhookUrls: ReadonlyMap<string, string>;
  /** The secrets of the feeds' addresses, by the names of the feeds. */
  readonly feedAddresses: ReadonlyMap<string, ISecret>;
  /** The secrets of the connections' credentials, by the names of the connections. */
  readonly calendarCredentials: ReadonlyMap<string, ISecret>;
  /** The bucket for `.ics` files, if there is one. */
  readonly calendarBucket: IBucket | undefined;
  /** The start of every link, unless links are off. The slug from the rooms table follows. */
  readonly linksUrl: string | undefined;
  /** The topic that alarms are sent to. Subscribe to it to receive them. */
  readonly alarmTopic: ITopic;
  /** Each names its heading in the runbook. */
  readonly alarms: readonly Alarm[];
  /** You can add widgets to it. */
  readonly dashboard: Dashboard;
  /** For people who look at rooms with `evergreen-rooms`. It gives access to no secret and no host link. */
  readonly readerPolicy: ManagedPolicy;
  /**
   * For people who change rooms with `evergreen-rooms`. They need the policy of a reader too. If the
   * deployment has many secrets, there are several policies.
   */
  readonly operatorPolicies: readonly ManagedPolicy[];
  private readonly operators: Operators;
  private readonly metrics: RoomMetrics;

  constructor(scope: Construct, id: string, props: EvergreenRoomsProps) {
    super(scope, id);
    checkProps(props);
    const deployment = layFoundation(this, props);
    const requests = new Requests(this, 'Requests', deployment, props);
    const rotation = new Rotation(this, 'Rotation', deployment, props.rotation);
    const reconciliation = new Reconciliation(
      this,
      'Reconciliation',
      deployment,
      rotation.worker.inbox,
      props.reconciliation,
    );
    const calendars = readCalendars(this, deployment, requests.inbox, props);
    const writeBack = writeCalendars(this, deployment, calendars, props);
    planOnDeploy(this, rotation.planner.inbox.queue, deployment.undelivered);
    const functions = {
      'create-rooms': requests,
      'plan-rotation': rotation.planner,
      'rotate-rooms': rotation.worker,
      'reconcile-rooms': reconciliation.worker,
      ...(calendars && { 'read-calendars': calendars.worker }),
      ...(writeBack && { 'write-calendars': writeBack }),
    };
    noteConcurrency(
      this,
      [
        props.requestConcurrency,
        props.rotation?.concurrency,
        ...Array.from({ length: Object.keys(functions).length - 2 }, () => DEFAULT_CONCURRENCY),
      ].map((each = DEFAULT_CONCURRENCY) => each),
      deployment.callbacks && callbackConcurrency(props),
    );
    const metrics = new RoomMetrics(deployment.id);
    const topic = alarmTopic(this, props.alarmTopic, deployment.key);
    const monitoring = new Monitoring(this, 'Monitoring', {
      deployment: deployment.id,
      topic,
      runbook: props.runbook ?? 'docs/runbook.md',
      metrics,
      applications: deployment.applications.places,
      secrets: [...deployment.applications.secrets, ...(calendars?.credentials ?? [])],
      queueKey: deployment.queueKey,
      feedsReadEvery: calendars && calendars.feedAddresses.size > 0 ? calendars.readEvery : undefined,
      connectionsReadEvery: calendars && calendars.credentials.size > 0 ? calendars.readEvery : undefined,
      functions: Object.values(functions),
      others: [deployment.callbacks, deployment.links].flatMap((each) => (each ? [each.function] : [])),
      hasLinks: deployment.links !== undefined,
      undelivered: deployment.undelivered,
      rules: [
        { bus: deployment.bus, name: requests.ruleName },
        ...(calendars?.ruleName ? [{ name: calendars.ruleName }] : []),
        ...(writeBack ? [{ bus: deployment.bus, name: writeBack.ruleName }] : []),
      ],
      scheduleGroup: deployment.schedules.group,
      gaps: { rotation: deployment.rhythm.longestGap, reconciliation: reconciliation.longestGap },
      table: deployment.table,
    });

    this.deployment = deployment.id;
    this.requestQueue = requests.inbox.queue;
    this.queues = ofEach(functions, ({ inbox }) => inbox.queue);
    this.deadLetterQueues = ofEach(functions, ({ inbox }) => inbox.deadLetterQueue);
    this.undelivered = deployment.undelivered;
    this.failedSecretRotations = monitoring.failedSecretRotations;
    this.functions = ofEach(functions, (each) => each.function);
    this.table = deployment.table;
    this.eventBus = deployment.bus;
    this.encryptionKey = deployment.key;
    this.privateKeys = deployment.applications.secrets;
    this.webhookTokens = deployment.applications.webhookTokens;
    this.webhookUrls = deployment.callbacks?.webhookUrls ?? new Map();
    this.feedAddresses = calendars?.feedAddresses ?? new Map();
    this.calendarCredentials = calendars?.credentials ?? new Map();
    this.calendarBucket = calendars?.bucket;
    this.linksUrl = deployment.links?.url;
    this.alarmTopic = topic;
    this.alarms = monitoring.alarms;
    this.dashboard = monitoring.dashboard;
    this.metrics = metrics;
    this.operators = new Operators(this, 'Operators', {
      functions: [
        ...Object.values(this.functions),
        ...[deployment.callbacks, deployment.links].flatMap((each) => each?.function ?? []),
      ],
      rooms: deployment.table,
      calendars: deployment.calendarTable,
      tables: [deployment.table, deployment.calendarTable, deployment.links?.table].flatMap(
        (each) => each ?? [],
      ),
      inboxes: Object.values(this.queues),
      deadLetterQueues: [
        ...Object.values(this.deadLetterQueues),
        this.undelivered,
        this.failedSecretRotations,
      ],
      bus: deployment.bus,
      scheduleGroup: deployment.schedules.group,
      alarmTopic: topic,
      key: deployment.key,
      calendarBucket: calendars?.bucket,
      secrets: [this.privateKeys, this.webhookTokens, this.feedAddresses, this.calendarCredentials].flatMap(
        (each) => [...each],
      ),
    });
    this.readerPolicy = this.operators.readerPolicy;
    this.operatorPolicies = this.operators.operatorPolicies;

    if (props.permissionsBoundary) PermissionsBoundary.of(this).apply(props.permissionsBoundary);
    Tags.of(this).add('evergreen-rooms', deployment.id);
  }

  /** Permits sending requests for rooms, including the encryption of the queue. */
  grantRequestRooms(grantee: IGrantable): Grant {
    return permitSending(grantee, this.requestQueue);
  }

  /** Permits looking at everything with `evergreen-rooms`, except secrets and host links. */
  grantRead(grantee: IGrantable): Grant {
    return this.operators.grantRead(grantee);
  }

  /**
   * Permits all of `evergreen-rooms`, including changing rooms, storing credentials and getting host links.
   */
  grantOperate(grantee: IGrantable): Grant {
    return this.operators.grantOperate(grantee);
  }

  /** Runs when a room was opened for a key that had none. */
  onRoomCreated(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Created', options);
  }

  /** Runs when a new room replaced one that ends: the guest link changed. */
  onRoomRotated(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Rotated', options);
  }

  /** Runs when a room was changed or its end was moved: the guest link is the same. */
  onRoomUpdated(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Updated', options);
  }

  /** Runs when a room was retired because it is no longer needed. */
  onRoomCancelled(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Cancelled', options);
  }

  /** Runs when a request was rejected for good. */
  onRoomRejected(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Rejected', options);
  }

  /** Runs when a person paused the renewal of a room. */
  onRoomHeld(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Held', options);
  }

  /** Runs when the renewal of a room was resumed. */
  onRoomReleased(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Released', options);
  }

  /** Runs when the link of a key was replaced: the earlier link stopped working. */
  onRoomRelinked(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Relinked', options);
  }

  /** Runs when a room without renewal reached its expiry. */
  onRoomEnded(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Room Ended', options);
  }

  /** Runs when a message is refused for good, even if it names no room. */
  onRequestRefused(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Request Refused', options);
  }

  /** Runs when a request used all its attempts. */
  onRequestFailed(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Request Failed', options);
  }

  /** Runs when the comparison of the table with the providers' lists found something. */
  onRoomsReconciled(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Rooms Reconciled', options);
  }

  /** Runs when the link of a room could not be written into its calendar event. */
  onLinkNotWritten(id: string, options: OnEventOptions = {}): Rule {
    return this.onNews(id, 'Link Not Written', options);
  }

  /** Rooms that were opened for keys that had none. */
  metricRoomsCreated(options?: MetricOptions): IMetric {
    return this.metrics.ofWorkers('RoomsCreated', options);
  }

  /** Rooms that replaced a room that ends. */
  metricRoomsRotated(options?: MetricOptions): IMetric {
    return this.metrics.ofWorkers('RoomsRotated', options);
  }

  /** Rooms that were retired because they are no longer needed. */
  metricRoomsCancelled(options?: MetricOptions): IMetric {
    return this.metrics.ofWorkers('RoomsCancelled', options);
  }

  /** Requests that were refused for good. */
  metricRequestsRefused(options?: MetricOptions): Metric {
    return this.metrics.of('create-rooms', 'RequestsRefused', options);
  }

  /** Failed attempts of all functions that will be repeated. */
  metricWorkFailed(options?: MetricOptions): IMetric {
    return this.metrics.ofWorkers('WorkFailed', options);
  }

  /** Rooms that a plan found due. */
  metricRotationsDue(options?: MetricOptions): Metric {
    return this.metrics.of('plan-rotation', 'RotationsDue', options);
  }

  /** Rooms about to end that an earlier run should have renewed. */
  metricEmergencies(options?: MetricOptions): Metric {
    return this.metrics.of('plan-rotation', 'Emergencies', { statistic: 'Maximum', ...options });
  }

  /** Seconds that the longest overdue room has been waiting. */
  metricOldestOverdue(options?: MetricOptions): Metric {
    return this.metrics.of('plan-rotation', 'OldestOverdue', { statistic: 'Maximum', ...options });
  }

  /** Living rooms of an application, of this deployment and of others, as reconciliation counted them. */
  metricApplicationRooms(application: string, options?: MetricOptions): Metric {
    return this.metrics.ofApplication('reconcile-rooms', application, 'ApplicationRooms', {
      statistic: 'Maximum',
      ...options,
    });
  }

  /** Milliseconds that a call of the provider takes when a room is requested. */
  metricProviderLatency(application: string, options?: MetricOptions): Metric {
    return this.metrics.ofApplication('create-rooms', application, 'ProviderLatency', {
      statistic: 'p99',
      ...options,
    });
  }

  private onNews(id: string, news: Announcement, { target, eventPattern, ...options }: OnEventOptions): Rule {
    const rule = new Rule(this, id, { ...options, eventBus: this.eventBus });
    const detail = { ...eventPattern?.detail, deployment: [this.deployment] };
    rule.addEventPattern({ ...eventPattern, source: [OWN_SOURCE], detailType: [news], detail });
    rule.addTarget(target);
    return rule;
  }
}

function readCalendars(
  scope: Construct,
  deployment: Deployment,
  requests: WorkQueue,
  { calendar }: EvergreenRoomsProps,
): Calendars | undefined {
  const { calendarTable: table } = deployment;
  return table && new Calendars(scope, 'Calendars', deployment, { ...calendar, table, requests });
}

function writeCalendars(
  scope: Construct,
  deployment: Deployment,
  calendars: Calendars | undefined,
  { calendar: { connections = [], scope: calendarScope } = {} }: EvergreenRoomsProps,
): WriteBack | undefined {
  const { calendarTable: table } = deployment;
  if (!table || !calendars || !connections.some(isWritten)) return undefined;
  return new WriteBack(scope, 'WriteBack', deployment, {
    connections,
    table,
    credentials: calendars.credentials,
    reader: calendars.worker,
    ...(calendarScope && { scope: calendarScope }),
  });
}

function ofEach<T>(
  functions: ByFunction<RoomsFunction<FunctionName>>,
  pick: (each: RoomsFunction<FunctionName>) => T,
): ByFunction<T> {
  const entries = Object.entries(functions).map(([name, each]) => [name, pick(each)]);
  return Object.fromEntries(entries) as ByFunction<T>;
}

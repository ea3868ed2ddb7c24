import type { Duration, RemovalPolicy, TimeZone } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Application } from '../parts/applications.ts';

/** How rooms are renewed. */
export interface RotationOptions {
  /**
   * When rooms that are due are renewed. Several schedules are fine, and so is any IANA time zone.
   *
   * @default - every night at two o'clock Etc/UTC
   */
  readonly schedules?: readonly ScheduleExpression[];
  /**
   * How long before its expiry a room is renewed, where its life is long enough for that, from an hour to 180 days.
   *
   * @default Duration.days(7)
   */
  readonly renewBefore?: Duration;
  /**
   * How many rooms of one application a run renews, from 1 to 100,000. Rooms that are about to end do not count, and go
   * first.
   *
   * @default 500
   */
  readonly perRun?: number;
  /**
   * The renewals of a run are spread over this time, at most 15 minutes.
   *
   * @default Duration.minutes(15)
   */
  readonly spread?: Duration;
  /**
   * How many batches of ten rooms are renewed at once, from 2 to 1,000. It guards the provider's rate limit.
   *
   * @default 2
   */
  readonly concurrency?: number;
}

/** How the table is compared with what the provider has. */
export interface ReconciliationOptions {
  /**
   * When they are compared.
   *
   * @default - every day at five o'clock Etc/UTC
   */
  readonly schedule?: ScheduleExpression;
  /**
   * Whether findings are repaired, or only reported.
   *
   * @default repair
   */
  readonly mode?: 'repair' | 'report';
  /**
   * The percentage of the rooms of one application, from 1 to 100, that may be lost or orphaned. Where it is more, and
   * more than ten rooms, a run changes nothing in that application and rings an alarm: a person confirms. 100 releases
   * the brake.
   *
   * @default 5
   */
  readonly brake?: number;
}

/** What calendar events are turned into, and which calendars are read. */
export interface CalendarOptions {
  /**
   * A room outlives the last end of its event by this, at most 90 days.
   *
   * @default Duration.days(1)
   */
  readonly grace?: Duration;
  /**
   * The zone of floating and all-day times whose calendar names none.
   *
   * @default - such times are refused
   */
  readonly timeZone?: TimeZone;
  /**
   * The name of the room of a private event, or of one without a title.
   *
   * @default Meeting
   */
  readonly placeholder?: string;
  /**
   * What has a room: a whole series, or each of its occurrences, which has one a while before it begins.
   *
   * @default series
   */
  readonly scope?: 'series' | 'occurrence';
  /**
   * With `scope: 'occurrence'`, rooms are made for occurrences that begin within this time, from one day to 90, and at
   * least twice `readEvery`.
   *
   * @default Duration.days(14)
   */
  readonly horizon?: Duration;
  /**
   * Calendars that have an address, which are read again and again.
   *
   * @default - none
   */
  readonly feeds?: readonly CalendarFeed[];
  /**
   * How often feeds are read, from 5 minutes to a day, in whole minutes.
   *
   * @default Duration.minutes(15)
   */
  readonly readEvery?: Duration;
  /**
   * A bucket whose `.ics` files are read when they are put there: `true` for one that is made, or one of your own that
   * tells EventBridge of its objects (`eventBridgeEnabled`). One that is imported has to name its `encryptionKey`.
   *
   * @default - none
   */
  readonly files?: boolean | IBucket;
}

/** A calendar that is found at an address, as iCalendar text. */
export interface CalendarFeed {
  /** Names the calendar in keys, announcements and logs. Its rooms are known by it, so it stays. */
  readonly name: string;
  /**
   * Holds the address, which lets whoever knows it read the calendar.
   *
   * @default - an empty secret is made, and a person puts the address into it
   */
  readonly address?: ISecret;
  /**
   * The zone of floating and all-day times, where the calendar names none.
   *
   * @default - that of all calendars
   */
  readonly timeZone?: TimeZone;
}

/** What a deployment can be told. Only the applications have no default. */
export interface EvergreenRoomsProps {
  /** The applications of the Meetings API, and the accounts at other providers, that rooms are opened in. */
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
   * @default - every day, and findings are repaired
   */
  readonly reconciliation?: ReconciliationOptions;
  /**
   * What calendar events are turned into.
   *
   * @default - a room outlives its event by a day
   */
  readonly calendar?: CalendarOptions;
  /**
   * Have providers call back when a meeting goes on or a room ends, at a public address: a meeting then postpones the
   * renewal of its room, and a room that ends before its time is opened again at once. The keys of rooms are in
   * that address.
   *
   * @default false
   */
  readonly callbacks?: boolean;
  /**
   * How many callbacks are taken at once, from 1 to 1,000. So many executions are reserved of the account's, which AWS
   * refuses where fewer than 100 would be left. `unreserved` reserves none, and sets no bound.
   *
   * @default 5
   */
  readonly callbackConcurrency?: number | 'unreserved';
  /**
   * How many batches of ten requests are worked on at once, from 2 to 1,000. It guards the provider's rate limit.
   *
   * @default 2
   */
  readonly requestConcurrency?: number;
  /**
   * How often a message is tried before it rests in a dead-letter queue, from 2 to 100.
   *
   * @default 5
   */
  readonly maxReceiveCount?: number;
  /**
   * A schedule may start this much later than its time, at most a day, in whole minutes.
   *
   * @default Duration.minutes(15)
   */
  readonly flexibleWindow?: Duration;
  /**
   * How long a room that has ended is remembered, so that late news cannot revive it: whole days, up to ten years.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;
  /**
   * The bus that requests come from and news of rooms go to, of the same account and region. Every deployment on a bus
   * takes every request there.
   *
   * @default - a bus is made, with an archive of its news
   */
  readonly eventBus?: IEventBus;
  /**
   * Encrypts everything at rest: rooms, messages, logs, alarms and private keys. The policy of an imported key must
   * let the services in that docs/security.md names.
   *
   * @default - a key is made, and rotated every year
   */
  readonly encryptionKey?: IKey;
  /**
   * Encrypts the tables.
   *
   * @default - `encryptionKey`
   */
  readonly tableEncryptionKey?: IKey;
  /**
   * Encrypts the queues.
   *
   * @default - `encryptionKey`
   */
  readonly queueEncryptionKey?: IKey;
  /**
   * Where alarms are sent to. The policy of an imported topic must let cloudwatch.amazonaws.com publish.
   *
   * @default - a topic is made
   */
  readonly alarmTopic?: ITopic;
  /**
   * Where the runbook is, for the texts of alarms: an address or a path.
   *
   * @default docs/runbook.md
   */
  readonly runbook?: string;
  /**
   * The network of the functions. It must have a way to the internet, where the provider is.
   *
   * @default - none
   */
  readonly vpc?: IVpc;
  /**
   * The subnets of the functions.
   *
   * @default - the private subnets of `vpc`
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The security groups of the functions.
   *
   * @default - one is made in `vpc`
   */
  readonly securityGroups?: ISecurityGroup[];
  /**
   * Bounds every role that is made here.
   *
   * @default - none
   */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * Five characters of a-z and 2-7 that name this deployment in events, metrics and tags, and that its rooms carry at the
   * provider. Two deployments with the same five in one application take each other's rooms for left-overs and end them.
   * Without it rooms carry a digest of the stack's own id, which no other deployment has.
   *
   * @default - derived from the place of the construct in its app, the name of its stack, and its account and region
   * where the stack names them; rooms carry a digest of the stack's id
   */
  readonly deployment?: string;
  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;
  /**
   * What becomes of rooms, their encryption key and logs when the construct is removed. `RETAIN` keeps what a deployment
   * made that ended well, and protects the tables from being deleted by hand. The secrets that are made here and the
   * table of calendars are kept with either, since a setting that is left out would destroy them.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

import type { Duration, RemovalPolicy, TimeZone } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Application } from '../parts/applications.ts';

/** How rooms are renewed. */
export interface RotationOptions {
  /**
   * When rooms that are due are renewed. You can set several schedules, in any IANA time zone.
   *
   * @default - every night at two o'clock Etc/UTC
   */
  readonly schedules?: readonly ScheduleExpression[];
  /**
   * How long before its expiry a room is renewed, if its life is long enough for that, from an hour to 180
   * days.
   *
   * @default Duration.days(7)
   */
  readonly renewBefore?: Duration;
  /**
   * How many rooms of one application a run renews, from 1 to 100,000. Rooms that are about to end do not
   * count, and go first.
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
   * The number of concurrent batches of ten renewals, from 2 to 1,000. It protects the provider's rate limit.
   *
   * @default 2
   */
  readonly concurrency?: number;
}

/** How the table is compared with the providers' lists. */
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
   * The percentage of the rooms of one application, from 1 to 100, that may be lost or orphaned. If the
   * percentage is higher, and there are more than ten such rooms, a run changes nothing in that application.
   * An alarm rings, and a person must confirm. 100 releases the brake.
   *
   * @default 5
   */
  readonly brake?: number;
}

/** Options of calendar events, and the calendars that are read. */
export interface CalendarOptions {
  /**
   * A room lives this much longer than the last end of its event, at most 90 days.
   *
   * @default Duration.days(1)
   */
  readonly grace?: Duration;
  /**
   * The time zone for floating and all-day times if the calendar names none.
   *
   * @default - such times are refused
   */
  readonly timeZone?: TimeZone;
  /**
   * The name of the room of an event that is private or has no title.
   *
   * @default Meeting
   */
  readonly placeholder?: string;
  /**
   * Whether a whole series has one room, or each of its occurrences has its own, created some time before it
   * begins.
   *
   * @default series
   */
  readonly scope?: 'series' | 'occurrence';
  /**
   * With `scope: 'occurrence'`, rooms are created for occurrences that begin within this time, from one day
   * to 90, and at least twice `readEvery`.
   *
   * @default Duration.days(14)
   */
  readonly horizon?: Duration;
  /**
   * Calendars that have an address. They are read every `readEvery`.
   *
   * @default - none
   */
  readonly feeds?: readonly CalendarFeed[];
  /**
   * Calendars of Google, Microsoft and CalDAV servers that are connected with a credential. They are read every `readEvery`.
   *
   * @default - none
   */
  readonly connections?: readonly CalendarConnection[];
  /**
   * How often feeds and connected calendars are read, from 5 minutes to a day, in whole minutes.
   *
   * @default Duration.minutes(15)
   */
  readonly readEvery?: Duration;
  /**
   * A bucket whose new `.ics` files are read. `true` creates one. A bucket of your own must send its events to
   * EventBridge (`eventBridgeEnabled`), and an imported one must name its `encryptionKey`.
   *
   * @default - none
   */
  readonly files?: boolean | IBucket;
}

/** A calendar with an address, in iCalendar format. */
export interface CalendarFeed {
  /** Names the calendar in keys, announcements and logs. The keys of its rooms contain it, so do not change it. */
  readonly name: string;
  /**
   * Contains the address. Anybody who knows the address can read the calendar.
   *
   * @default - an empty secret is created, and a person stores the address in it
   */
  readonly address?: ISecret;
  /**
   * The time zone for floating and all-day times if the calendar names none.
   *
   * @default - that of all calendars
   */
  readonly timeZone?: TimeZone;
}

/** Calendars of one system, read with one credential. */
export interface CalendarConnection {
  /** Names the connection in keys, announcements and logs. The keys of its rooms contain it, so do not change it. */
  readonly name: string;
  /** The system of the calendars. */
  readonly kind: 'google' | 'microsoft' | 'caldav';
  /**
   * The calendars: the addresses of their owners or mailboxes, the ids of Google's shared calendars, or paths below the URL of a
   * CalDAV server.
   */
  readonly calendars: readonly string[];
  /**
   * Contains the credential. For Google it is the JSON key of a service account. For Microsoft it is the
   * client secret of an app of Microsoft Entra, or JSON with `privateKey` and `certificate` in PEM. For a
   * CalDAV server it is `user:password` or a bearer token.
   *
   * @default - an empty secret is created, and a person stores the credential in it
   */
  readonly credential?: ISecret;
  /**
   * Which events get a room: all, those with the mark in their title, place or description, or those with the mailbox
   * among their attendees.
   *
   * @default marked
   */
  readonly which?: 'all' | 'marked' | 'invited';
  /**
   * The text that marks an event.
   *
   * @default #room
   */
  readonly mark?: string;
  /**
   * The mailbox whose invitation asks for a room.
   *
   * @default - none; required with `which: 'invited'`
   */
  readonly mailbox?: string;
  /**
   * What is written into the events that have a room: the link in the place, a block of the description and
   * the field for programs (`full`), the place only (`location`), or nothing (`off`).
   *
   * @default full
   */
  readonly writeBack?: 'full' | 'location' | 'off';
  /**
   * The language of the sentence before the link.
   *
   * @default en
   */
  readonly language?: 'en' | 'de' | 'es' | 'fr';
  /**
   * With `kind: 'google'`: the user for whom the service account acts by domain-wide delegation. `owner` is
   * the owner of each calendar; an address is one user for all calendars.
   *
   * @default - for itself, in calendars that are shared with it
   */
  readonly actAs?: string;
  /**
   * With `kind: 'microsoft'`: the id of the tenant.
   *
   * @default - none; required with `kind: 'microsoft'`
   */
  readonly tenant?: string;
  /**
   * With `kind: 'microsoft'`: the application (client) id of the app.
   *
   * @default - none; required with `kind: 'microsoft'`
   */
  readonly client?: string;
  /**
   * The time zone for floating and all-day times if the calendar names none.
   *
   * @default - that of all calendars
   */
  readonly timeZone?: TimeZone;
  /**
   * The URL of the API. With `kind: 'caldav'`: the URL of the server.
   *
   * @default - the public address of the system; required with `kind: 'caldav'`
   */
  readonly baseUrl?: string;
  /**
   * With `kind: 'microsoft'`: the URL that issues tokens.
   *
   * @default https://login.microsoftonline.com
   */
  readonly loginUrl?: string;
}

/** The links of keys, which stay the same when rooms change. */
export interface LinksOptions {
  /**
   * A domain of your own. Without it, links begin with the address of a function, and stop working when the
   * stack is deleted.
   *
   * @default - the address that Lambda gives to the function
   */
  readonly domain?: LinksDomain;
  /**
   * Whether the link of an open room redirects to it, or shows a page with a button (`lobby`).
   *
   * @default redirect
   */
  readonly page?: 'redirect' | 'lobby';
  /**
   * Whether pages show the names of rooms.
   *
   * @default false
   */
  readonly names?: boolean;
  /**
   * The name of your team, on every page.
   *
   * @default - none
   */
  readonly team?: string;
  /**
   * The https address of a picture, on every page.
   *
   * @default - none
   */
  readonly logo?: string;
  /**
   * The contact for visitors: an e-mail address, an https address, or text.
   *
   * @default - none
   */
  readonly contact?: string;
  /**
   * The number of concurrent visits, from 2 to 1,000. These executions are reserved from the account. AWS refuses that
   * if fewer than 100 would remain.
   *
   * @default - none are reserved, and the account's limit applies
   */
  readonly concurrency?: number;
}

/** The domain of the links, behind CloudFront. */
export interface LinksDomain {
  /** For example `meet.example.com`. Links contain it, so do not change it. */
  readonly name: string;
  /** A certificate for the domain, in us-east-1. */
  readonly certificate: ICertificate;
  /**
   * The hosted zone for the records of the domain.
   *
   * @default - you create them: an alias or CNAME to the distribution
   */
  readonly hostedZone?: IHostedZone;
  /**
   * The ARN of a web ACL of the scope CLOUDFRONT.
   *
   * @default - none
   */
  readonly webAclArn?: string;
}

/** The settings of a deployment. Only the applications have no default. */
export interface EvergreenRoomsProps {
  /** The applications of the Meetings API, and the accounts at other providers, in which rooms are opened. */
  readonly applications: readonly Application[];
  /**
   * How rooms are renewed.
   *
   * @default - every night, a week before they end
   */
  readonly rotation?: RotationOptions;
  /**
   * How the table is compared with the providers' lists.
   *
   * @default - every day, and findings are repaired
   */
  readonly reconciliation?: ReconciliationOptions;
  /**
   * How calendar events become rooms.
   *
   * @default - a room ends a day after its event
   */
  readonly calendar?: CalendarOptions;
  /**
   * Whether providers report meetings and ended rooms at a public address. A meeting then postpones the renewal of its
   * room, and a room that ends before its time is opened again immediately. That address contains the keys of rooms.
   *
   * @default false
   */
  readonly callbacks?: boolean;
  /**
   * The links of keys, which stay the same when rooms change. `false` removes the public address.
   *
   * @default - every key has a link at the address of a function
   */
  readonly links?: LinksOptions | false;
  /**
   * The number of concurrent callbacks, from 1 to 1,000. These executions are reserved from the account. AWS refuses
   * that if fewer than 100 would remain. `unreserved` reserves none and sets no limit.
   *
   * @default 5
   */
  readonly callbackConcurrency?: number | 'unreserved';
  /**
   * The number of concurrent batches of ten requests, from 2 to 1,000. It protects the provider's rate limit.
   *
   * @default 2
   */
  readonly requestConcurrency?: number;
  /**
   * How often a message is received before it goes to a dead-letter queue, from 2 to 100. Outages are not counted.
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
   * How long the row of an ended room is kept, so that a late message cannot reopen the room: whole days, up to ten
   * years.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;
  /**
   * The bus for requests and announcements, in the same account and region. Every deployment on a bus processes every
   * request there.
   *
   * @default - a bus is created, with an archive of the announcements
   */
  readonly eventBus?: IEventBus;
  /**
   * Encrypts everything at rest: rooms, messages, logs, alarms and private keys. The policy of an imported key must
   * allow the services that docs/security.md lists.
   *
   * @default - a key is created, and rotated every year
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
   * The topic that alarms are sent to. The policy of an imported topic must allow cloudwatch.amazonaws.com to
   * publish.
   *
   * @default - a topic is created
   */
  readonly alarmTopic?: ITopic;
  /**
   * The address or path of the runbook, for the texts of alarms.
   *
   * @default docs/runbook.md
   */
  readonly runbook?: string;
  /**
   * The network of the functions. It must have access to the internet, to reach the provider.
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
   * @default - one is created in `vpc`
   */
  readonly securityGroups?: ISecurityGroup[];
  /**
   * The permissions boundary of every role.
   *
   * @default - none
   */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * Five characters of a-z and 2-7 that name this deployment in events, metrics and tags, and that its rooms
   * carry at the provider. Two deployments with the same id in one application retire each other's rooms.
   * Without it, rooms carry a digest of the stack's own id, which no other deployment has.
   *
   * @default - derived from the path of the construct in its app, the name of its stack, and its account and
   * region if the stack names them; rooms carry a digest of the stack's id
   */
  readonly deployment?: string;
  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;
  /**
   * The removal policy of the tables, their encryption key and the logs. `RETAIN` keeps the resources of a
   * deployment that succeeded, and protects the tables against deletion by hand. Secrets and the table of
   * calendars are always kept, because removing a setting would otherwise destroy them.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

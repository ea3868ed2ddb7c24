import { Duration, Names, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DEFAULT_CONCURRENCY } from '../compute/concurrency.ts';
import {
  permitDueSeries,
  permitReadingFiles,
  permitReadingSecret,
  permitRemembering,
  permitSending,
} from '../compute/permissions.ts';
import { RoomsFunction } from '../compute/rooms-function.ts';
import { mustFitEnvironment } from '../settings/environment-size.ts';
import type { CalendarConnection, CalendarFeed, CalendarOptions } from '../settings/props.ts';
import { calendarBucket } from '../storage/calendar-bucket.ts';
import { emptySecret } from '../storage/empty-secret.ts';
import { connectionVariable, credentialSecret } from './connections.ts';
import type { Deployment } from './deployment.ts';
import { admitRule } from './requests.ts';
import type { WorkQueue } from './work-queue.ts';

const QUARTER = Duration.minutes(15);
const NAME = /^[\w.-]{1,40}$/;

/** Whether there are calendars that must be read, because they do not send events by themselves. */
export function readsCalendars(options: CalendarOptions = {}): boolean {
  const { feeds = [], connections = [], files, scope } = options;
  return feeds.length > 0 || connections.length > 0 || Boolean(files) || scope === 'occurrence';
}

export interface CalendarsProps extends CalendarOptions {
  /** The table of feeds and series. */
  readonly table: Table;
  readonly requests: WorkQueue;
}

/**
 * Reads the calendars that do not send events by themselves: feeds and connections on their schedules, files
 * when they are put into a bucket.
 */
export class Calendars extends Construct {
  readonly worker: RoomsFunction<'read-calendars'>;
  /** The secrets of the feeds' addresses, by the names of the feeds. */
  readonly feedAddresses: ReadonlyMap<string, ISecret>;
  /** The secrets of the connections' credentials, by the names of the connections. */
  readonly credentials: ReadonlyMap<string, ISecret>;
  /** The bucket for `.ics` files. */
  readonly bucket: IBucket | undefined;
  /** The name of the rule that reports new files, if files are read. */
  readonly ruleName: string | undefined;
  /** How often feeds and connected calendars are read. */
  readonly readEvery: Duration;

  constructor(scope: Construct, id: string, deployment: Deployment, props: CalendarsProps) {
    super(scope, id);
    const { feeds = [], connections = [], readEvery = QUARTER, table, requests } = props;
    mustFitEnvironment({
      what: connections.length === 0 ? 'feeds' : 'feeds and connections',
      entries: [
        ...feeds.map(({ name, timeZone }) => ({ name, timeZone: timeZone?.timezoneName })),
        ...connections.map((connection) => connectionVariable(connection, '')),
      ],
      bytes: 2700,
      remedy: 'make another deployment for the rest',
    });
    checkHorizon(props, readEvery);
    this.readEvery = readEvery;
    this.feedAddresses = new Map(
      feeds.map((feed) => [feed.name, feed.address ?? this.addressOf(feed, deployment)]),
    );
    this.credentials = new Map(
      connections.map((connection) => [
        connection.name,
        connection.credential ?? credentialSecret(this, connection, deployment.key),
      ]),
    );
    this.worker = new RoomsFunction(this, 'Reader', deployment, {
      name: 'read-calendars',
      description: 'Reads feeds, connected calendars and files',
      timeout: Duration.minutes(2),
      memorySize: 512,
      environment: {
        REQUESTS_QUEUE: requests.queue.queueUrl,
        FEEDS: this.feedsVariable(feeds),
        CONNECTIONS: this.connectionsVariable(connections),
        CALENDARS_TABLE: table.tableName,
      },
      batchSize: 1,
      // a thousand new files must not use all executions of the account
      maxConcurrency: DEFAULT_CONCURRENCY,
    });
    permitRemembering(this.worker.function, table);
    permitDueSeries(this.worker.function, table);
    permitSending(this.worker.function, requests.queue);
    for (const secret of [...this.feedAddresses.values(), ...this.credentials.values()])
      permitReadingSecret(this.worker.function, secret);
    if (feeds.length > 0 || connections.length > 0 || props.scope === 'occurrence') {
      deployment.schedules.add('Calendars', {
        description: 'Reads feeds and connected calendars, and series whose next occurrence is near',
        schedule: ScheduleExpression.rate(readEvery),
        queue: this.worker.inbox.queue,
        onTime: true,
      });
    }
    this.bucket =
      props.files === true ? calendarBucket(this, 'Files', deployment.key) : props.files || undefined;
    this.ruleName = this.bucket && this.takeFrom(this.bucket, deployment);
  }

  private addressOf(feed: CalendarFeed, { key }: Deployment): ISecret {
    return emptySecret(this, `Feed-${feed.name}`, {
      description: `Evergreen Rooms: the address of the calendar feed ${feed.name}`,
      encryptionKey: key,
      whyNoRotation: 'the calendar makes the address; a person replaces it there, and then here',
    });
  }

  private feedsVariable(feeds: readonly CalendarFeed[]): string {
    return Stack.of(this).toJsonString(
      feeds.map(({ name, timeZone }) => ({
        name,
        secret: this.feedAddresses.get(name)?.secretArn,
        timeZone: timeZone?.timezoneName,
      })),
    );
  }

  private connectionsVariable(connections: readonly CalendarConnection[]): string {
    return Stack.of(this).toJsonString(
      connections.map((connection) =>
        connectionVariable(connection, this.credentials.get(connection.name)?.secretArn ?? ''),
      ),
    );
  }

  /** S3 sends the events of new objects to the default bus. */
  private takeFrom(bucket: IBucket, { undelivered }: Deployment): string {
    const { queue } = this.worker.inbox;
    const ruleName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    const rule = new Rule(this, 'NewFiles', {
      ruleName,
      description: 'Calendars that are put into the bucket are read',
      eventBus: EventBus.fromEventBusName(this, 'DefaultBus', 'default'),
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: Match.suffixEqualsIgnoreCase('.ics') },
        },
      },
      targets: [{ bind: () => ({ arn: queue.queueArn, deadLetterConfig: { arn: undelivered.queueArn } }) }],
    });
    admitRule(queue, rule);
    admitRule(undelivered, rule);
    permitReadingFiles(this.worker.function, bucket);
    return ruleName;
  }
}

/** Series are read again in every round, which may come just before the horizon reaches an occurrence. */
function checkHorizon({ scope, horizon }: CalendarOptions, readEvery: Duration): void {
  if (scope !== 'occurrence' || !horizon || horizon.toSeconds() >= 2 * readEvery.toSeconds()) return;
  throw new Error(
    `the horizon of calendars is ${horizon.toIsoString()}, and must be at least twice ${readEvery.toIsoString()}, which is how ` +
      'often they are read: else an occurrence would have its room just as it begins',
  );
}

/** Returns the errors in the feeds, one sentence each. */
export function problemsOfFeeds(feeds: readonly CalendarFeed[]): string[] {
  const names = feeds.map(({ name }) => name);
  const twice = new Set(names.filter((name, i) => names.indexOf(name) < i));
  return [
    ...names
      .filter((name) => !NAME.test(name))
      .map((name) => `the name of a feed is '${name}', and must be 1 to 40 of letters, digits and -_.`),
    ...[...twice].map((name) => `feeds names ${name} twice; give each a name of its own`),
  ];
}

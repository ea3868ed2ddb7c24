import { Annotations, Duration, Names, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { ReadCalendarsEnvironment } from '../../functions/runtime/environment.ts';
import { DEFAULT_CONCURRENCY } from '../compute/concurrency.ts';
import {
  permitAnnouncing,
  permitReadingSecret,
  permitRemembering,
  permitSending,
} from '../compute/permissions.ts';
import { RoomsFunction } from '../compute/rooms-function.ts';
import type { CalendarConnection, CalendarOptions } from '../settings/props.ts';
import { connectionVariable, isWritten } from './connections.ts';
import type { Deployment } from './deployment.ts';
import { type Announcement, OWN_SOURCE } from './event-bus.ts';
import { admitRule } from './requests.ts';

/** The announcements after which the event of a room may need another link, or none. */
const WRITTEN_AFTER: readonly Announcement[] = [
  'Room Created',
  'Room Updated',
  'Room Rotated',
  'Room Relinked',
  'Room Cancelled',
  'Room Ended',
];

/** An invocation waits for the system of the calendar most of its time: two events wait together. */
const BATCH_SIZE = 2;

/** The reader's variable. It is set later, because the queue of writes is created after the reader. */
const WRITES_QUEUE = 'WRITES_QUEUE' satisfies keyof ReadCalendarsEnvironment;

export interface WriteBackProps extends Pick<CalendarOptions, 'connections' | 'scope'> {
  /** The table of calendars. */
  readonly table: Table;
  /** The secrets of the connections' credentials, by the names of the connections. */
  readonly credentials: ReadonlyMap<string, ISecret>;
  /** The function that finds the copies of an event in other calendars. */
  readonly reader: RoomsFunction<'read-calendars'>;
}

/** Writes the links of rooms into the events of connected calendars. */
export class WriteBack extends RoomsFunction<'write-calendars'> {
  /** The name of the rule on the bus. */
  readonly ruleName: string;

  constructor(scope: Construct, id: string, deployment: Deployment, props: WriteBackProps) {
    const { connections = [], table, credentials, reader } = props;
    const written = connections.filter(isWritten);
    super(scope, id, deployment, {
      name: 'write-calendars',
      description: 'Writes the links of rooms into the events of connected calendars',
      timeout: Duration.minutes(1),
      memorySize: 512,
      environment: {
        EVENT_BUS: deployment.bus.eventBusArn,
        CALENDARS_TABLE: table.tableName,
        CONNECTIONS: Stack.of(scope).toJsonString(
          written.map((connection) =>
            connectionVariable(connection, credentials.get(connection.name)?.secretArn ?? ''),
          ),
        ),
      },
      batchSize: BATCH_SIZE,
      maxConcurrency: DEFAULT_CONCURRENCY,
    });
    permitRemembering(this.function, table);
    permitAnnouncing(this.function, deployment.bus);
    reader.function.addEnvironment(WRITES_QUEUE, this.inbox.queue.queueUrl);
    permitSending(reader.function, this.inbox.queue);
    for (const { name } of written) {
      const secret = credentials.get(name);
      if (secret) permitReadingSecret(this.function, secret);
    }
    if (props.scope === 'occurrence') {
      Annotations.of(this).addWarningV2(
        'evergreen-rooms:links-of-occurrences',
        'calendarScope is occurrence, so the meetings of a series have rooms of their own, and no link is written into a ' +
          'series: events that take place once get theirs. For links in series set calendarScope to series, or write ' +
          'them with a rule on the bus; for none at all set writeBack to off',
      );
    }
    this.ruleName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.takeFromBus(deployment, written);
  }

  /**
   * Sends only announcements for events of connected calendars: their ids begin with the names of the
   * connections.
   */
  private takeFromBus({ bus, id, undelivered }: Deployment, written: readonly CalendarConnection[]): void {
    const { queue } = this.inbox;
    const rule = new Rule(this, 'Rule', {
      ruleName: this.ruleName,
      description: 'Rooms for events of connected calendars go to the queue of writes',
      eventBus: bus,
      eventPattern: {
        source: [OWN_SOURCE],
        detailType: [...WRITTEN_AFTER],
        detail: {
          deployment: [id],
          origin: { calendarId: Match.anyOf(...written.map(({ name }) => Match.prefix(`${name}-`))) },
        },
      },
      targets: [
        {
          bind: () => ({
            arn: queue.queueArn,
            deadLetterConfig: { arn: undelivered.queueArn },
            retryPolicy: {
              maximumEventAgeInSeconds: Duration.days(1).toSeconds(),
              maximumRetryAttempts: 185,
            },
          }),
        },
      ],
    });
    admitRule(queue, rule);
    admitRule(undelivered, rule);
  }
}

import { Duration, Names } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CalendarVariable } from '../../functions/runtime/environment.ts';
import { DEFAULT_CONCURRENCY } from '../compute/concurrency.ts';
import {
  permitKeepingRooms,
  permitReadingHistory,
  permitRemembering,
  permitWritingLinks,
} from '../compute/permissions.ts';
import { RoomsWorker } from '../compute/rooms-worker.ts';
import type { CalendarOptions, EvergreenRoomsProps } from '../settings/props.ts';
import type { Deployment } from './deployment.ts';
import { OWN_SOURCE } from './event-bus.ts';

/**
 * What can ask for a room on the bus, by how it begins in any case: `Room Requested`, `Room Cancelled`,
 * `Calendar Event Created`, `Updated` and `Cancelled`. An event whose type is almost one of them is refused with a reason,
 * and not passed over.
 */
const REQUEST_DETAIL_TYPES = ['room request', 'room cancel', 'calendar event', 'calender event'];

export type RequestOptions = Pick<EvergreenRoomsProps, 'requestConcurrency' | 'calendar'>;

/** Opens, changes and cancels the rooms that are asked for, by a message or by an event on the bus. */
export class Requests extends RoomsWorker<'create-rooms'> {
  /** Of the rule on the bus, by which its metrics are found; CloudFormation tells it only together with that of the bus. */
  readonly ruleName: string;

  constructor(scope: Construct, id: string, deployment: Deployment, options: RequestOptions) {
    const series = options.calendar?.scope === 'occurrence' ? deployment.calendarTable : undefined;
    super(scope, id, deployment, {
      name: 'create-rooms',
      description: 'Opens, changes and cancels the rooms that are asked for',
      timeout: Duration.seconds(60),
      memorySize: 512,
      environment: {
        CALENDAR: calendarVariable(options.calendar),
        ...(series && { CALENDARS_TABLE: series.tableName }),
      },
      batchSize: 10,
      maxConcurrency: options.requestConcurrency ?? DEFAULT_CONCURRENCY,
      callbacks: deployment.callbacks,
    });
    permitKeepingRooms(this.function, deployment.table);
    permitReadingHistory(this.function, deployment.table);
    if (deployment.links) permitWritingLinks(this.function, deployment.links.table);
    deployment.links?.knockAt(this.inbox.queue);
    if (series) permitRemembering(this.function, series);
    this.ruleName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.takeFromBus(deployment);
  }

  /** Brings every request on the bus into the queue that all requests come through, whole and as it is. */
  private takeFromBus({ bus, undelivered }: Deployment): void {
    const { queue } = this.inbox;
    const rule = new Rule(this, 'Rule', {
      ruleName: this.ruleName,
      description: 'Requests for rooms go to the queue of requests',
      eventBus: bus,
      eventPattern: {
        detailType: Match.anyOf(...REQUEST_DETAIL_TYPES.map((start) => Match.prefixEqualsIgnoreCase(start))),
        source: Match.anythingBut(OWN_SOURCE),
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

function calendarVariable(options: CalendarOptions = {}): string {
  const { grace, timeZone, placeholder, scope, horizon } = options;
  const told: CalendarVariable = {
    graceSeconds: grace?.toSeconds(),
    timeZone: timeZone?.timezoneName,
    placeholder,
    scope,
    horizonSeconds: horizon?.toSeconds(),
  };
  return JSON.stringify(told);
}

/** Lets a rule send to an encrypted queue; the library's own target would let every rule of the account. */
export function admitRule(queue: Queue, rule: Rule): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
    }),
  );
}

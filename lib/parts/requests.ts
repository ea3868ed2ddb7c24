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
 * The first words of the detail types that ask for a room, in upper or lower case: `Room Requested`, `Room
 * Cancelled`, `Calendar Event Created`, `Updated` and `Cancelled`. An event with a similar type is refused
 * with a reason, and not ignored.
 */
const REQUEST_DETAIL_TYPES = ['room request', 'room cancel', 'calendar event', 'calender event'];

export type RequestOptions = Pick<EvergreenRoomsProps, 'requestConcurrency' | 'calendar'>;

/** Opens, changes and cancels rooms on request, by a message or by an event on the bus. */
export class Requests extends RoomsWorker<'create-rooms'> {
  /**
   * The name of the rule on the bus, for its metrics. CloudFormation returns it only together with the name
   * of the bus.
   */
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

  /** Sends every request on the bus, unchanged, to the queue for all requests. */
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

/**
 * Permits one rule to send to an encrypted queue. The library's own target would permit every rule of the
 * account.
 */
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

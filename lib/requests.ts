import { Duration } from 'aws-cdk-lib';
import { type IEventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** The source of the events that this project sends, and so never takes for a request. */
export const OWN_SOURCE = 'evergreen-rooms';

/** What can ask for a room on the bus. */
export const REQUEST_DETAIL_TYPES = [
  'Room Requested',
  'Room Cancelled',
  'Calendar Event Created',
  'Calendar Event Updated',
  'Calendar Event Cancelled',
];

export interface BusRequestsProps {
  readonly bus: IEventBus;
  readonly queue: Queue;
  /** Where an event rests that could not be put into the queue. */
  readonly deadLetterQueue: Queue;
}

/** Brings every request on the bus into the queue that all requests come through, whole and as it is. */
export class BusRequests extends Construct {
  readonly rule: Rule;

  constructor(scope: Construct, id: string, { bus, queue, deadLetterQueue }: BusRequestsProps) {
    super(scope, id);
    this.rule = new Rule(this, 'Rule', {
      description: 'Requests for rooms go to the queue of requests',
      eventBus: bus,
      eventPattern: { detailType: REQUEST_DETAIL_TYPES, source: Match.anythingBut(OWN_SOURCE) },
      targets: [
        {
          bind: () => ({
            arn: queue.queueArn,
            deadLetterConfig: { arn: deadLetterQueue.queueArn },
            retryPolicy: {
              maximumEventAgeInSeconds: Duration.days(1).toSeconds(),
              maximumRetryAttempts: 185,
            },
          }),
        },
      ],
    });
    for (const target of [queue, deadLetterQueue]) this.admit(target);
  }

  /** The library's own target would admit every rule of the account to an encrypted queue. */
  private admit(queue: Queue): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': this.rule.ruleArn } },
      }),
    );
  }
}

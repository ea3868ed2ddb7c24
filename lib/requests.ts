import { Duration, Names } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import { OWN_SOURCE } from './event-bus.ts';

/** What can ask for a room on the bus. */
export const REQUEST_DETAIL_TYPES = [
  'Room Requested',
  'Room Cancelled',
  'Calendar Event Created',
  'Calendar Event Updated',
  'Calendar Event Cancelled',
];

/** Brings every request on the bus into the queue that all requests come through, whole and as it is. */
export class BusRequests extends Construct {
  readonly rule: Rule;
  /** Of the rule, by which its metrics are found; CloudFormation tells it only together with that of the bus. */
  readonly ruleName: string;

  constructor(scope: Construct, id: string, { bus, undelivered }: Deployment, queue: Queue) {
    super(scope, id);
    this.ruleName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.rule = new Rule(this, 'Rule', {
      ruleName: this.ruleName,
      description: 'Requests for rooms go to the queue of requests',
      eventBus: bus,
      eventPattern: { detailType: REQUEST_DETAIL_TYPES, source: Match.anythingBut(OWN_SOURCE) },
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
    admitRule(queue, this.rule);
    admitRule(undelivered, this.rule);
  }
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

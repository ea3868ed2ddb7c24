import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Schedule,
  type ScheduleExpression,
  ScheduleGroup,
  type ScheduleTargetConfig,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { permitSending } from '../compute/permissions.ts';
import { longestGap } from './longest-gap.ts';

export interface SchedulesProps {
  /** The queue for runs that could not be put into their queue. */
  readonly deadLetterQueue: IQueue;
  /** A run may start this much later than its time, so that not all runs of a region start together. */
  readonly flexibleWindow: Duration;
}

export interface ScheduledMessage {
  readonly description: string;
  readonly schedule: ScheduleExpression;
  readonly queue: IQueue;
  /**
   * The schedule runs often, so it starts at its exact time: there is nothing to spread.
   *
   * @default false
   */
  readonly onTime?: boolean;
}

/** The schedules of a deployment. Each sends an empty message to the queue of its function. */
export class Schedules extends Construct {
  readonly group: ScheduleGroup;
  private readonly role: Role;
  private readonly props: SchedulesProps;

  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    this.props = props;
    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', {
      description: 'Puts the messages of the schedules of Evergreen Rooms into their queues',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnEquals: { 'aws:SourceArn': this.group.scheduleGroupArn },
        },
      }),
    });
    permitSending(this.role, props.deadLetterQueue);
  }

  add(id: string, { description, schedule, queue, onTime = false }: ScheduledMessage): Schedule {
    permitSending(this.role, queue);
    const target: ScheduleTargetConfig = {
      arn: queue.queueArn,
      role: this.role,
      input: ScheduleTargetInput.fromObject({}),
      deadLetterConfig: { arn: this.props.deadLetterQueue.queueArn },
      retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 20 },
    };
    const window = this.props.flexibleWindow;
    const scheduled = new Schedule(this, id, {
      description,
      schedule,
      scheduleGroup: this.group,
      timeWindow: window.toMinutes() > 0 && !onTime ? TimeWindow.flexible(window) : TimeWindow.off(),
      target: { bind: () => target },
    });
    // The group is named by a text that is known at synth, so CloudFormation does not see a reference.
    scheduled.node.addDependency(this.group);
    return scheduled;
  }
}

/**
 * The longest time between two runs of any of these schedules.
 *
 * @param flexibleWindow how late a run may start
 */
export function longestGapOf(schedules: readonly ScheduleExpression[], flexibleWindow: Duration): Duration {
  const runs = schedules.map(({ expressionString, timeZone }) => ({
    expression: expressionString,
    timeZone: timeZone?.timezoneName ?? 'Etc/UTC',
    flexibleWindow: flexibleWindow.toMilliseconds(),
  }));
  return Duration.millis(longestGap(runs));
}

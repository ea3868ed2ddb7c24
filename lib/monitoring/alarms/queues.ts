import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { FunctionName } from '../../compute/function-name.ts';
import type { RoomsAlarm } from '../alarm.ts';
import { type RoomMetrics, sum } from '../room-metrics.ts';
import type { Watched } from '../watched.ts';

const { NOT_BREACHING } = TreatMissingData;
const QUARTER = Duration.minutes(15);

/** The name of each queue in an alarm, and how long its oldest message may wait there, including retries. */
const INBOXES: Record<
  FunctionName,
  { readonly id: string; readonly maxWait: Duration; readonly means: string }
> = {
  'create-rooms': {
    id: 'Requests',
    maxWait: Duration.minutes(30),
    means: 'Somebody asked for a room and does not have it',
  },
  'rotate-rooms': {
    id: 'Rotations',
    maxWait: Duration.hours(2),
    means: 'A room that is due is not renewed',
  },
  'plan-rotation': { id: 'Plans', maxWait: Duration.hours(1), means: 'Rooms that are due are not found' },
  'reconcile-rooms': {
    id: 'Reconciliations',
    maxWait: Duration.hours(4),
    means: 'Nobody compares the table with what the provider has',
  },
  'read-calendars': {
    id: 'Calendars',
    maxWait: Duration.hours(1),
    means: 'A feed or a file is not read, so its events have no rooms',
  },
  'write-calendars': {
    id: 'WriteBacks',
    maxWait: Duration.hours(1),
    means: 'An event of a connected calendar does not have the link of its room',
  },
};

/** Alarms for messages that wait too long, are dead letters, or are lost. */
export function queueAlarms({
  metrics,
  functions,
  undelivered,
  failedSecretRotations,
  rules,
  scheduleGroup,
}: Watched): RoomsAlarm[] {
  const ofInboxes = functions.flatMap(({ name, inbox }): RoomsAlarm[] => {
    const { id, maxWait, means } = INBOXES[name];
    return [
      {
        ...restingIn(inbox.deadLetterQueue),
        id: `Dead${id}`,
        heading: `${id} rest in a dead-letter queue`,
        means,
      },
      {
        id: `Slow${id}`,
        heading: `${id} wait too long`,
        means,
        metric: longestWait(metrics, name, inbox.queue),
        threshold: maxWait.toSeconds(),
        silence: NOT_BREACHING,
      },
    ];
  });
  return [
    ...ofInboxes,
    {
      ...restingIn(undelivered),
      id: 'Undelivered',
      heading: 'Events or schedules were not delivered',
      means: 'The bus or a schedule could not put a message into its queue, and put it aside',
    },
    {
      ...restingIn(failedSecretRotations),
      id: 'DeadSecretRotations',
      heading: 'The rotation of a secret fails',
      means: 'The old key works until the provider forgets it',
    },
    {
      id: 'DroppedDeliveries',
      heading: 'Deliveries were dropped',
      means: 'A message could be put neither into its queue nor aside, and is gone',
      metric: sum(
        [
          // On a custom bus a rule has two dimensions, on the default bus one.
          ...rules.flatMap(({ bus, name: RuleName }) => [
            ...(bus ? [droppedByRule({ EventBusName: bus.eventBusName, RuleName })] : []),
            droppedByRule({ RuleName }),
          ]),
          dropped('AWS/Scheduler', 'InvocationsFailedToBeSentToDeadLetterCount', {
            ScheduleGroup: scheduleGroup.scheduleGroupName,
          }),
        ],
        'dropped',
        { period: QUARTER },
      ),
      threshold: 1,
      silence: NOT_BREACHING,
    },
  ];
}

/**
 * How long the oldest message has been waiting. It combines SQS's metric with the function's, which counts
 * all copies of a message that waits for the end of an outage. The period is longer than the longest pause
 * between two attempts, so that an outage rings once.
 */
function longestWait(metrics: RoomMetrics, name: FunctionName, queue: Queue): MathExpression {
  const period = Duration.hours(1);
  return new MathExpression({
    label: 'the longest wait, in seconds',
    expression: 'MAX([FILL(age, 0), FILL(waited, 0)])',
    usingMetrics: {
      age: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period }),
      waited: metrics.of(name, 'WaitedFor', { statistic: 'Maximum', period }),
    },
    period,
  });
}

function restingIn(queue: Queue) {
  return {
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    threshold: 1,
    silence: NOT_BREACHING,
  };
}

const droppedByRule = (dimensions: Record<string, string>) =>
  dropped('AWS/Events', 'InvocationsFailedToBeSentToDlq', dimensions);

function dropped(namespace: string, metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum', period: QUARTER });
}

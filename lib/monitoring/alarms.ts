import { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Place } from '../applications.ts';
import type { FunctionName } from '../function-name.ts';
import type { RoomsFunction } from '../rooms-function.ts';
import type { RoomsAlarm } from './alarm.ts';
import { type RoomMetrics, sum } from './room-metrics.ts';

/** What alarms look at. */
export interface Watched {
  readonly metrics: RoomMetrics;
  readonly applications: readonly Place[];
  readonly functions: readonly RoomsFunction<FunctionName>[];
  /** Functions that no queue feeds. */
  readonly others: readonly LambdaFunction[];
  readonly undelivered: Queue;
  /** The rule that brings requests from the bus. */
  readonly rule: { readonly bus: IEventBus; readonly name: string };
  readonly scheduleGroup: ScheduleGroup;
  /** Between two runs of the rotation, and of reconciliation. */
  readonly gaps: { readonly rotation: Duration; readonly reconciliation: Duration };
}

const { NOT_BREACHING, BREACHING, IGNORE, MISSING } = TreatMissingData;
const QUARTER = Duration.minutes(15);
const HOUR = Duration.hours(1);

export function alarmsFor(watched: Watched): RoomsAlarm[] {
  return [
    ...queueAlarms(watched),
    ...workAlarms(watched),
    ...rotationAlarms(watched),
    ...reconciliationAlarms(watched),
    ...watched.applications.flatMap(({ name }) => applicationAlarms(watched.metrics, name)),
    ...watched.applications.flatMap((place) => quotaAlarms(watched.metrics, place)),
  ];
}

/** How each queue is called in an alarm, and how long its oldest message may wait there, retries included. */
const INBOXES: Record<
  FunctionName,
  { readonly id: string; readonly patience: Duration; readonly means: string }
> = {
  'create-rooms': {
    id: 'Requests',
    patience: Duration.minutes(30),
    means: 'Somebody asked for a room and does not have it',
  },
  'rotate-rooms': {
    id: 'Rotations',
    patience: Duration.hours(2),
    means: 'A room that is due is not renewed',
  },
  'plan-rotation': { id: 'Plans', patience: HOUR, means: 'Rooms that are due are not found' },
  'reconcile-rooms': {
    id: 'Reconciliations',
    patience: Duration.hours(4),
    means: 'Nobody compares the table with what the provider has',
  },
};

function queueAlarms({ functions, undelivered, rule, scheduleGroup }: Watched): RoomsAlarm[] {
  const ofInboxes = functions.flatMap(({ name, inbox }): RoomsAlarm[] => {
    const { id, patience, means } = INBOXES[name];
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
        metric: inbox.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: QUARTER }),
        threshold: patience.toSeconds(),
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
      id: 'DroppedDeliveries',
      heading: 'Deliveries were dropped',
      means: 'A message could be put neither into its queue nor aside, and is gone',
      metric: sum(
        [
          // On a bus of the account's own making a rule has two dimensions, on the default bus one.
          dropped('AWS/Events', 'InvocationsFailedToBeSentToDlq', {
            EventBusName: rule.bus.eventBusName,
            RuleName: rule.name,
          }),
          dropped('AWS/Events', 'InvocationsFailedToBeSentToDlq', { RuleName: rule.name }),
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

function restingIn(queue: Queue) {
  return {
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    threshold: 1,
    silence: NOT_BREACHING,
  };
}

function dropped(namespace: string, metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum', period: QUARTER });
}

function workAlarms({ metrics, functions, others }: Watched): RoomsAlarm[] {
  return [
    {
      id: 'RequestsFail',
      heading: 'Requests fail',
      means: 'A fifth of what was asked for in the last hour failed, and is tried again',
      metric: failing(metrics, 'create-rooms', ['RoomsCreated', 'RoomsUpdated', 'RoomsCancelled']),
      threshold: 20,
      silence: NOT_BREACHING,
    },
    {
      id: 'RotationsFail',
      heading: 'Rotations fail',
      means: 'A fifth of the renewals of the last hour failed, and is tried again',
      metric: failing(metrics, 'rotate-rooms', ['RoomsRotated', 'RoomsExtended', 'RoomsUpdated']),
      threshold: 20,
      silence: NOT_BREACHING,
    },
    {
      id: 'PoolFull',
      heading: 'Every application is full',
      means: 'No application has a place for another room, so those who ask for one have to wait',
      metric: metrics.ofWorkers('PoolFull', { period: QUARTER }),
      threshold: 1,
      silence: NOT_BREACHING,
    },
    {
      id: 'FunctionsCrash',
      heading: 'A function crashes',
      means: 'An invocation ended without an answer: an error of the code, its time-out or its memory',
      metric: sum(
        [...functions.map((each) => each.function), ...others].map((fn) =>
          fn.metricErrors({ period: QUARTER }),
        ),
        'crashes',
        { period: QUARTER },
      ),
      threshold: 3,
      silence: NOT_BREACHING,
    },
  ];
}

/** The share of attempts that failed, in per cent; of a handful it says nothing. */
function failing(metrics: RoomMetrics, service: FunctionName, successes: readonly string[]): IMetric {
  const of = (name: string) => metrics.of(service, name, { period: HOUR });
  const done = Object.fromEntries(successes.map((name, i) => [`done${i}`, of(name)]));
  return new MathExpression({
    label: 'failed, per cent',
    expression: `IF(failed >= 5, 100 * failed / SUM([failed, ${Object.keys(done).join(', ')}]), 0)`,
    usingMetrics: { failed: of('WorkFailed'), ...done },
    period: HOUR,
  });
}

function rotationAlarms({ metrics, gaps }: Watched): RoomsAlarm[] {
  const nightly = { statistic: 'Maximum' };
  return [
    {
      id: 'Emergencies',
      heading: 'Rooms are about to end',
      means: 'Rooms are about to end that an earlier run should have renewed',
      metric: metrics.of('plan-rotation', 'Emergencies', nightly),
      threshold: 1,
      silence: IGNORE,
    },
    {
      id: 'HeldEmergencies',
      heading: 'Held rooms are about to end',
      means: 'Somebody paused the renewal of rooms that are about to end now',
      metric: metrics.of('plan-rotation', 'HeldEmergencies', nightly),
      threshold: 1,
      silence: IGNORE,
    },
    {
      ...heartbeat(metrics.of('plan-rotation', 'PlannerHeartbeat', { period: HOUR }), gaps.rotation),
      id: 'PlannerSilent',
      heading: 'The planner is silent',
      means: 'No plan was finished since the schedule should have run, so no room is renewed',
      silence: BREACHING,
    },
  ];
}

function reconciliationAlarms({ metrics, gaps }: Watched): RoomsAlarm[] {
  return [
    {
      id: 'ReconciliationFails',
      heading: 'Reconciliation fails',
      means: 'The table could not be compared with what the provider has',
      metric: metrics.of('reconcile-rooms', 'WorkFailed', { period: HOUR }),
      threshold: 1,
      silence: NOT_BREACHING,
    },
    {
      ...heartbeat(
        metrics.of('reconcile-rooms', 'ReconciliationsFinished', { period: HOUR }),
        gaps.reconciliation,
      ),
      id: 'ReconciliationSilent',
      heading: 'Reconciliation is silent',
      means: 'No comparison was finished since the schedule should have run',
      // The first run of a deployment comes with its first day, and needs a key that nobody may have put in place yet.
      silence: MISSING,
      alarmWhenItFallsSilent: true,
    },
  ];
}

/** CloudWatch looks back over a week at most. */
const LONGEST_LOOK = 7 * 24;

/** Below one in all the hours in which there should have been a run, and two for the run itself. */
function heartbeat(metric: IMetric, gap: Duration) {
  return {
    metric,
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: Math.min(Math.ceil(gap.toHours({ integral: false })) + 2, LONGEST_LOOK),
  };
}

function applicationAlarms(metrics: RoomMetrics, application: string): RoomsAlarm[] {
  const calls = (name: string) => metrics.ofApplicationWorkers(application, name, { period: QUARTER });
  const found = (name: string) =>
    metrics.ofApplication('reconcile-rooms', application, name, { statistic: 'Maximum' });
  const id = (name: string) => `${name}-${application}`;
  return [
    {
      id: id('Unauthorized'),
      heading: 'The provider refuses our credentials',
      means: `Calls for application ${application} are answered with 401`,
      metric: calls('ProviderUnauthorized'),
      threshold: 5,
      silence: NOT_BREACHING,
    },
    {
      id: id('Throttled'),
      heading: 'The provider asks for patience',
      means: `Calls for application ${application} are answered with 429 or 503 for half an hour`,
      metric: calls('ProviderThrottles'),
      threshold: 20,
      evaluationPeriods: 2,
      silence: NOT_BREACHING,
    },
    {
      id: id('ProviderFails'),
      heading: 'The provider fails',
      means: `A quarter of the calls for application ${application} fail or have no answer`,
      metric: new MathExpression({
        label: 'failed, per cent',
        expression: 'IF(errors >= 10, 100 * errors / calls, 0)',
        usingMetrics: { errors: calls('ProviderErrors'), calls: calls('ProviderCalls') },
        period: QUARTER,
      }),
      threshold: 25,
      silence: NOT_BREACHING,
    },
    {
      id: id('Lost'),
      heading: 'Rooms were lost',
      means: `Rooms of the table were not found in application ${application}`,
      metric: found('RoomsLost'),
      threshold: 1,
      silence: IGNORE,
    },
    {
      id: id('Orphans'),
      heading: 'Rooms were found that no row knows',
      means: `Application ${application} has rooms of this deployment that the table does not`,
      metric: found('RoomsOrphaned'),
      threshold: 1,
      silence: IGNORE,
    },
  ];
}

function quotaAlarms(metrics: RoomMetrics, { name, roomLimit }: Place): RoomsAlarm[] {
  if (roomLimit === undefined) return [];
  return [
    {
      id: `NearlyFull-${name}`,
      heading: 'An application is nearly full',
      means: `Application ${name} holds more than 80 % of the ${roomLimit} rooms it may`,
      metric: metrics.ofApplication('reconcile-rooms', name, 'ApplicationRooms', { statistic: 'Maximum' }),
      threshold: 0.8 * roomLimit,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      silence: IGNORE,
    },
  ];
}

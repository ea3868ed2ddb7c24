import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { RoomsAlarm } from '../alarm.ts';
import type { Watched } from '../watched.ts';

const { NOT_BREACHING, BREACHING, IGNORE, MISSING } = TreatMissingData;
const HOUR = Duration.hours(1);

/** Alarms for the findings of a plan, and for a planner that does not run. */
export function rotationAlarms({ metrics, gaps }: Watched): RoomsAlarm[] {
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
    ...heartbeat(metrics.of('plan-rotation', 'PlannerHeartbeat', { period: HOUR }), gaps.rotation, {
      id: 'PlannerSilent',
      heading: 'The planner is silent',
      means: 'No plan was finished since the schedule should have run, so no room is renewed',
      silence: BREACHING,
    }),
  ];
}

/** Alarms for a reconciliation that fails or does not run. Its findings have alarms for each application. */
export function reconciliationAlarms({ metrics, gaps }: Watched): RoomsAlarm[] {
  return [
    {
      id: 'ReconciliationFails',
      heading: 'Reconciliation fails',
      means: 'The table could not be compared with what the provider has',
      metric: metrics.of('reconcile-rooms', 'WorkFailed', { period: HOUR }),
      threshold: 1,
      silence: NOT_BREACHING,
    },
    ...heartbeat(
      metrics.of('reconcile-rooms', 'ReconciliationsFinished', { period: HOUR }),
      gaps.reconciliation,
      {
        id: 'ReconciliationSilent',
        heading: 'Reconciliation is silent',
        means: 'No comparison was finished since the schedule should have run',
        // The first run comes within the first day, and needs a credential that may not be in its secret yet.
        silence: MISSING,
        alarmWhenItFallsSilent: true,
      },
    ),
  ];
}

/** CloudWatch evaluates at most a week, in hours. */
const LONGEST_LOOK = 7 * 24;

/** The hours in which there should have been a run, plus two for the run itself. */
const hoursOf = (gap: Duration) => Math.ceil(gap.toHours({ integral: false })) + 2;

/** Whether runs are so rare that no alarm can detect a missing one. */
export const isTooSeldomToWatch = (gap: Duration) => hoursOf(gap) > LONGEST_LOOK;

/** Rings if no run was counted in all the hours in which there should have been one. */
function heartbeat(
  metric: IMetric,
  gap: Duration,
  alarm: Pick<RoomsAlarm, 'id' | 'heading' | 'means' | 'silence' | 'alarmWhenItFallsSilent'>,
): RoomsAlarm[] {
  // it would ring before every run
  if (isTooSeldomToWatch(gap)) return [];
  const comparison = ComparisonOperator.LESS_THAN_THRESHOLD;
  return [{ ...alarm, metric, threshold: 1, comparison, evaluationPeriods: hoursOf(gap) }];
}

import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionName } from '../../compute/function-name.ts';
import type { RoomsAlarm } from '../alarm.ts';
import { type RoomMetrics, sum } from '../room-metrics.ts';
import type { Watched } from '../watched.ts';

const { NOT_BREACHING } = TreatMissingData;
const QUARTER = Duration.minutes(15);
const HOUR = Duration.hours(1);

/** Alarms for functions and attempts that fail. */
export function workAlarms({ metrics, functions, others, hasLinks }: Watched): RoomsAlarm[] {
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
      means:
        'An invocation ended without an answer: an error of the code, its time-out or its memory. Or links could not be ' +
        'read, or visitors could not ask for a room',
      metric: sum(
        [
          ...[...functions.map((each) => each.function), ...others].map((fn) =>
            fn.metricErrors({ period: QUARTER }),
          ),
          ...(hasLinks ? [metrics.of('open-room', 'LinksFailed', { period: QUARTER })] : []),
        ],
        'crashes',
        { period: QUARTER },
      ),
      threshold: 3,
      silence: NOT_BREACHING,
    },
  ];
}

/** The share of attempts that failed, in per cent. A few attempts are not enough for a share. */
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

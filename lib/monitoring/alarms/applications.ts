import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Place } from '../../parts/applications.ts';
import type { RoomsAlarm } from '../alarm.ts';
import type { RoomMetrics } from '../room-metrics.ts';

const { NOT_BREACHING, IGNORE } = TreatMissingData;
const QUARTER = Duration.minutes(15);

/** Alarms for the answers of an application's provider, and for reconciliation's findings there. */
export function applicationAlarms(metrics: RoomMetrics, application: string): RoomsAlarm[] {
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
      id: id('CredentialUnusable'),
      heading: 'The newest version of a secret cannot be used',
      means: `The current version of the secret of application ${application} is no credential, and the previous one serves`,
      metric: calls('CredentialsUnusable'),
      threshold: 1,
      silence: NOT_BREACHING,
    },
    {
      id: id('Throttled'),
      heading: 'The provider throttles calls',
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
      id: id('Held'),
      heading: 'Reconciliation waits for a person',
      means: `So many rooms of application ${application} are lost or orphaned that nothing was changed there`,
      metric: found('FindingsHeld'),
      threshold: 1,
      silence: IGNORE,
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

/** The alarm for an application that is nearly full, if its provider documents a limit. */
export function quotaAlarms(metrics: RoomMetrics, { name, roomLimit }: Place): RoomsAlarm[] {
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

import { Aws, Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  type IAlarm,
  type IMetric,
  type IWidget,
  Metric,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { ROOM_STATES } from '../../functions/rooms/model/events.ts';
import type { RoomMetrics } from './room-metrics.ts';
import type { Watched } from './watched.ts';

export interface DashboardProps extends Watched {
  readonly table: Table;
  readonly alarms: IAlarm[];
  readonly runbook: string;
}

const DAY = Duration.days(1);
const LIFE_LEFT = ['0-5%', '5-25%', '25-50%', '50-75%', '75-100%'];

/** Shows whether rooms are kept, the provider answers, work piles up, and what it costs. */
export function addDashboard(scope: Construct, props: DashboardProps): Dashboard {
  return new Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.days(14),
    widgets: [
      [
        text(props.runbook),
        new AlarmStatusWidget({ title: 'Alarms', alarms: props.alarms, width: 18, height: 4 }),
      ],
      rooms(props.metrics),
      rotation(props.metrics),
      provider(
        props.metrics,
        props.applications.map(({ name }) => name),
      ),
      queues(props),
      costs(props),
    ],
  });
}

function text(runbook: string): IWidget {
  return new TextWidget({
    width: 6,
    height: 4,
    markdown: `## Evergreen Rooms\nAn alarm names a heading of the runbook: ${runbook}`,
  });
}

function rooms(metrics: RoomMetrics): IWidget[] {
  const gauge = (name: string, dimension: string, value: string) =>
    metrics.gauge(name, { [dimension]: value }, { statistic: Stats.MAXIMUM, period: DAY, label: value });
  const daily = (name: string, label: string) => metrics.ofWorkers(name, { period: DAY, label });
  return [
    graph(
      'Rooms by state',
      ROOM_STATES.map((state) => gauge('Rooms', 'state', state)),
      { stacked: true },
    ),
    new GraphWidget({
      title: 'Rooms by how much of their life is left',
      width: 8,
      left: LIFE_LEFT.map((left) => gauge('RoomsByLifeLeft', 'left', left)),
      view: GraphWidgetView.BAR,
      period: DAY,
      setPeriodToTimeRange: true,
    }),
    graph('Rooms a day', [
      daily('RoomsCreated', 'created'),
      daily('RoomsRotated', 'rotated'),
      daily('RoomsUpdated', 'changed'),
      daily('RoomsCancelled', 'cancelled'),
    ]),
  ];
}

function rotation(metrics: RoomMetrics): IWidget[] {
  const of = (name: string, label: string, statistic: string = Stats.SUM) =>
    metrics.of('plan-rotation', name, { period: DAY, label, statistic });
  return [
    graph('The plan of each night', [
      of('RotationsDue', 'due'),
      of('RotationsNominated', 'nominated'),
      of('RotationsDeferred', 'left for the next run'),
    ]),
    graph('About to end', [of('Emergencies', 'kept'), of('HeldEmergencies', 'held')]),
    graph('The longest overdue room, in seconds', [of('OldestOverdue', 'overdue', Stats.MAXIMUM)]),
  ];
}

function provider(metrics: RoomMetrics, applications: readonly string[]): IWidget[] {
  const calls = (name: string, label: string) =>
    applications.map((application) =>
      metrics.ofApplicationWorkers(application, name, { label: `${label}, ${application}` }),
    );
  const latency = applications.flatMap((application) =>
    ['p50', 'p99'].map((statistic) =>
      metrics.ofApplication('create-rooms', application, 'ProviderLatency', {
        statistic,
        label: `${statistic}, ${application}`,
      }),
    ),
  );
  return [
    graph('The provider, milliseconds a call', latency),
    graph('The provider refuses', [
      ...calls('ProviderErrors', 'failed'),
      ...calls('ProviderThrottles', 'throttled'),
      ...calls('ProviderUnauthorized', '401'),
    ]),
    new SingleValueWidget({
      title: 'Rooms in each application',
      width: 8,
      height: 6,
      metrics: applications.map((application) =>
        metrics.ofApplication('reconcile-rooms', application, 'ApplicationRooms', {
          statistic: Stats.MAXIMUM,
          period: DAY,
          label: application,
        }),
      ),
    }),
  ];
}

function queues({ functions, undelivered }: Watched): IWidget[] {
  const inboxes = functions.map(({ name, inbox }) => ({ name, inbox }));
  return [
    graph(
      'The oldest message, in seconds',
      inboxes.map(({ name, inbox }) =>
        inbox.queue.metricApproximateAgeOfOldestMessage({ label: name, statistic: Stats.MAXIMUM }),
      ),
    ),
    graph(
      'Messages waiting',
      inboxes.map(({ name, inbox }) => inbox.queue.metricApproximateNumberOfMessagesVisible({ label: name })),
    ),
    graph('Dead letters', [
      ...inboxes.map(({ name, inbox }) =>
        inbox.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ label: name }),
      ),
      undelivered.metricApproximateNumberOfMessagesVisible({ label: 'not delivered' }),
    ]),
  ];
}

/** The values on which the costs depend. */
function costs({ functions, table }: DashboardProps): IWidget[] {
  const units = (metricName: string, label: string) =>
    table.metric(metricName, { statistic: Stats.SUM, period: DAY, label });
  const logBytes = functions.map(
    ({ name, function: fn }) =>
      new Metric({
        namespace: 'AWS/Logs',
        metricName: 'IncomingBytes',
        dimensionsMap: { LogGroupName: fn.logGroup.logGroupName },
        statistic: Stats.SUM,
        period: DAY,
        label: name,
      }),
  );
  return [
    graph(
      'Milliseconds of functions a day',
      functions.map(({ name, function: fn }) =>
        fn.metricDuration({ statistic: Stats.SUM, period: DAY, label: name }),
      ),
      { stacked: true },
    ),
    graph('Units of the table a day', [
      units('ConsumedReadCapacityUnits', 'read'),
      units('ConsumedWriteCapacityUnits', 'written'),
    ]),
    graph('Bytes of logs a day', logBytes, { stacked: true }),
  ];
}

function graph(title: string, left: IMetric[], { stacked = false } = {}): GraphWidget {
  return new GraphWidget({ title, left, stacked, width: 8, region: Aws.REGION, leftYAxis: { min: 0 } });
}

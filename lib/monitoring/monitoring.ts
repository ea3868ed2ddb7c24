import { Annotations } from 'aws-cdk-lib';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type AlarmTarget, addAlarm } from './alarm.ts';
import { isTooSeldomToWatch } from './alarms/runs.ts';
import { alarmsFor } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import { saveQueries } from './queries.ts';
import { failedSecretRotations } from './secret-rotation.ts';
import type { Watched } from './watched.ts';

export interface MonitoringProps extends Omit<Watched, 'failedSecretRotations'>, AlarmTarget {
  readonly deployment: string;
  readonly table: Table;
  /** By the names of their applications. */
  readonly secrets: Iterable<readonly [name: string, secret: ISecret]>;
  readonly queueKey: IKey;
}

/** The alarms, the dashboard and the saved queries for the person who investigates an alarm. */
export class Monitoring extends Construct {
  readonly alarms: Alarm[];
  readonly dashboard: Dashboard;
  /** The queue for the events of failed rotations of secrets. */
  readonly failedSecretRotations: Queue;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.failedSecretRotations = failedSecretRotations(this, props.secrets, props.queueKey);
    const watched = { ...props, failedSecretRotations: this.failedSecretRotations };
    warnOfSilence(this, watched);
    this.alarms = alarmsFor(watched).map((alarm) => addAlarm(this, alarm, props));
    this.dashboard = addDashboard(this, { ...watched, alarms: this.alarms });
    saveQueries(
      this,
      props.deployment,
      [...props.functions.map((each) => each.function), ...props.others].map((fn) => fn.logGroup),
    );
  }
}

/** Warns of schedules for which no alarm can detect a missing run. */
function warnOfSilence(scope: Construct, { gaps }: Watched): void {
  for (const [run, gap] of Object.entries(gaps)) {
    if (!isTooSeldomToWatch(gap)) continue;
    Annotations.of(scope).addWarningV2(
      `evergreen-rooms:silent-${run}`,
      `the schedule of ${run} leaves up to ${gap.toHours({ integral: false })} hours between two runs, and CloudWatch ` +
        'looks back over a week: no alarm rings when a run does not come; run at least once in six days',
    );
  }
}

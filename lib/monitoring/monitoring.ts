import { Annotations } from 'aws-cdk-lib';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type AlarmTarget, addAlarm } from './alarm.ts';
import { isTooSeldomToWatch } from './alarms/runs.ts';
import { alarmsFor } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import { saveQueries } from './queries.ts';
import { tellOfFailedSecretRotation } from './secret-rotation.ts';
import type { Watched } from './watched.ts';

export interface MonitoringProps extends Watched, AlarmTarget {
  readonly deployment: string;
  readonly table: Table;
  readonly secrets: Iterable<ISecret>;
}

/** Alarms, the dashboard and the queries that a person needs when one of them rings. */
export class Monitoring extends Construct {
  readonly alarms: Alarm[];
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    warnOfSilence(this, props);
    this.alarms = alarmsFor(props).map((alarm) => addAlarm(this, alarm, props));
    tellOfFailedSecretRotation(this, props.secrets, props);
    this.dashboard = addDashboard(this, { ...props, alarms: this.alarms });
    saveQueries(
      this,
      props.deployment,
      [...props.functions.map((each) => each.function), ...props.others].map((fn) => fn.logGroup),
    );
  }
}

/** Says where there is no alarm for a run that does not come. */
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

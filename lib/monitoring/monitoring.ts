import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type AlarmTarget, addAlarm } from './alarm.ts';
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

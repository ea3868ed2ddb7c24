import { Alarm, type AlarmProps, type IMetric, type TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** An alarm and its text for a person. */
export interface RoomsAlarm {
  readonly id: string;
  /** The problem in one sentence, which is also the heading in the runbook. */
  readonly heading: string;
  /** The effect on people who need a room. */
  readonly means: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default - at or above the threshold */
  readonly comparison?: AlarmProps['comparisonOperator'];
  /** @default 1 */
  readonly evaluationPeriods?: number;
  /**
   * How missing data counts. Queues and counters have no data when there is nothing to count:
   * `NOT_BREACHING`. A nightly value is valid until the next night: `IGNORE`. A missing heartbeat is the
   * problem itself: `BREACHING`.
   */
  readonly silence: TreatMissingData;
  /** Missing data after there was some is an alarm too; missing data from the beginning is not. */
  readonly alarmWhenItFallsSilent?: boolean;
}

export interface AlarmTarget {
  readonly topic: ITopic;
  /** The address or the path of the runbook. */
  readonly runbook: string;
}

export function addAlarm(scope: Construct, alarm: RoomsAlarm, { topic, runbook }: AlarmTarget): Alarm {
  const made = new Alarm(scope, alarm.id, {
    alarmDescription: `${alarm.heading}. ${alarm.means}. What to do: ${runbook}#${anchor(alarm.heading)}`,
    metric: alarm.metric,
    threshold: alarm.threshold,
    evaluationPeriods: alarm.evaluationPeriods ?? 1,
    treatMissingData: alarm.silence,
    ...(alarm.comparison && { comparisonOperator: alarm.comparison }),
  });
  const tell = new SnsAction(topic);
  made.addAlarmAction(tell);
  made.addOkAction(tell);
  if (alarm.alarmWhenItFallsSilent) made.addInsufficientDataAction(tell);
  return made;
}

/** Returns the anchor that Markdown pages give to a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

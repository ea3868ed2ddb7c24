import { Alarm, type AlarmProps, type IMetric, type TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** An alarm as a person meets it. */
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
   * What silence means. Queues and counters are silent when there is nothing to count: `NOT_BREACHING`. A nightly
   * figure holds until the next night: `IGNORE`. A heartbeat is the opposite of silence: `BREACHING`.
   */
  readonly silence: TreatMissingData;
  /** Silence after there was something is an alarm too; silence from the beginning is none. */
  readonly alarmWhenItFallsSilent?: boolean;
}

export interface AlarmTarget {
  readonly topic: ITopic;
  /** Where the runbook is: an address or a path. */
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

/** As the pages that show Markdown make them of headings. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

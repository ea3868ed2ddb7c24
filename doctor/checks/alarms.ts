import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import type { Check } from '../check.ts';
import type { Clients } from '../clients.ts';
import type { Deployment } from '../deployment.ts';
import { type Finding, failed, ok, warning } from '../finding.ts';
import { lookAtEach, RESTORE } from '../missing.ts';

/** The limit of one call of CloudWatch. */
const PAGE = 100;

/** Checks that alarms can ring and notify somebody, and which ones ring now. */
export const checkAlarms: Check = async (deployment, clients) => {
  const names = namesOf(deployment);
  const alarms = await describe(names, clients);
  const ringing = alarms.filter(({ StateValue }) => StateValue === 'ALARM');
  const mute = alarms.filter(
    ({ ActionsEnabled, AlarmActions = [] }) => !ActionsEnabled || AlarmActions.length === 0,
  );
  const findings: Finding[] = [
    ...mute.map(({ AlarmName, AlarmActions = [] }) =>
      failed(
        `alarm ${AlarmName}`,
        'tells nobody',
        AlarmActions.length > 0
          ? `aws cloudwatch enable-alarm-actions --alarm-names ${AlarmName}`
          : 'somebody took its topic away; put it back in the console of CloudWatch',
      ),
    ),
    ...ringing.map(({ AlarmDescription = '' }) => {
      const [heading, rest = ''] = split(AlarmDescription, '. ');
      return warning(`alarm "${heading}"`, 'rings now', rest);
    }),
  ];
  if (names.length === 0) {
    findings.push(failed('alarms', 'are not in the stack', RESTORE));
  }
  if (alarms.length < names.length) {
    findings.push(failed('alarms', `${names.length - alarms.length} of ${names.length} are gone`, RESTORE));
  }
  return findings.length > 0 ? findings : [ok('alarms', `${alarms.length} are wired, and none rings`)];
};

/** Checks that somebody has subscribed to the topic, which may be a team's own, and has confirmed it. */
export const checkTopic: Check = async (deployment, clients) => {
  const alarms = await describe(namesOf(deployment), clients);
  const actions = alarms.flatMap(({ AlarmActions = [] }) => AlarmActions);
  // a team's alarms may also call a function, or open an incident
  const topics = new Set(actions.filter((arn) => arn.split(':')[2] === 'sns'));
  return lookAtEach(
    [...topics],
    () => 'topic of alarms',
    async (TopicArn) => {
      const { Subscriptions = [] } = await clients.sns.send(
        new ListSubscriptionsByTopicCommand({ TopicArn }),
      );
      const pending = Subscriptions.filter(
        ({ SubscriptionArn }) => SubscriptionArn === 'PendingConfirmation',
      );
      const subscribe = `aws sns subscribe --topic-arn ${TopicArn} --protocol email --notification-endpoint team@example.com`;
      if (Subscriptions.length === 0)
        return [warning('topic of alarms', 'has no subscriber: alarms ring unheard', subscribe)];
      if (pending.length === Subscriptions.length) {
        return [
          warning(
            'topic of alarms',
            'no subscriber has confirmed',
            'confirm by the link in the mail that SNS sent, or subscribe again',
          ),
        ];
      }
      return [ok('topic of alarms', `${Subscriptions.length - pending.length} subscribed`)];
    },
  );
};

const namesOf = ({ ofType }: Deployment) =>
  ofType('AWS::CloudWatch::Alarm').map(({ physicalId }) => physicalId);

/** Returns the alarms that exist. */
async function describe(names: readonly string[], { cloudWatch }: Clients): Promise<MetricAlarm[]> {
  const pages = Array.from({ length: Math.ceil(names.length / PAGE) }, (_, page) =>
    names.slice(page * PAGE, (page + 1) * PAGE),
  );
  const answers = await Promise.all(
    pages.map((AlarmNames) => cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames }))),
  );
  return answers.flatMap(({ MetricAlarms = [] }) => MetricAlarms);
}

function split(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

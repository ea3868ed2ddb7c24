import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRICS } from '../../functions/runtime/telemetry/metrics.ts';
import { anchor } from '../../lib/monitoring/alarm.ts';
import { failedSecretRotations } from '../../lib/monitoring/secret-rotation.ts';
import { compilePattern } from '../../local/fakes/pattern.ts';
import { appWith, type Resource, resources, stackWith, target, templateWith } from '../support/stacks.ts';

const APPLICATIONS = [
  { applicationId: '78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11', name: 'first' },
  { applicationId: '11111111-2222-4333-8444-555555555555', name: 'second' },
];

let template: Template;
beforeAll(() => {
  template = templateWith({
    applications: APPLICATIONS,
    deployment: 'k3x7q',
    calendarFeeds: 'team',
    calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
  });
});

const all = (type: string): Resource[] => Object.values(resources(template, type));
const alarms = () => all('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);

/** The heading that the text of an alarm begins with, and the one that it links to. */
function headingOf(text: string): [string, string] {
  const [, heading, , link] = /^(.*?)\. (.*) What to do: docs\/runbook\.md#(.*)$/.exec(text) ?? [];
  return [heading ?? `no heading in: ${text}`, link ?? `no link in: ${text}`];
}

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const chapters = [...runbook.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading as string);

describe('an alarm', () => {
  test('has its heading in the runbook, and each heading there has its alarm', () => {
    const texts = alarms().map(({ AlarmDescription }) => AlarmDescription as string);
    const headings = texts.map((text) => headingOf(text)[0]);
    expect([...new Set(headings)].sort()).toEqual([...chapters].sort());
  });

  test('links to that heading, as pages make anchors of headings', () => {
    for (const { AlarmDescription } of alarms()) {
      const [heading, link] = headingOf(AlarmDescription);
      expect(link).toBe(anchor(heading));
      expect(link).toMatch(/^[a-z0-9-]+$/);
    }
  });

  test('is told when it rings and when it is over', () => {
    const [topic] = Object.keys(resources(template, 'AWS::SNS::Topic'));
    for (const { AlarmActions, OKActions } of alarms()) {
      expect(AlarmActions.map(target)).toEqual([topic]);
      expect(OKActions.map(target)).toEqual([topic]);
    }
  });

  test('of an application names the application', () => {
    for (const { name } of APPLICATIONS) {
      expect(
        alarms().filter(({ AlarmDescription }) => AlarmDescription.includes(`pplication ${name}`)),
      ).toHaveLength(8);
    }
  });
});

describe('what is dropped', () => {
  test('is looked for at each rule that brings something, of files too', () => {
    const template = templateWith({ calendarFiles: 'on' });
    const named = Object.values(resources(template, 'AWS::Events::Rule')).flatMap(
      ({ Properties }) => Properties.Name ?? [],
    );
    const alarm = Object.values(resources(template, 'AWS::CloudWatch::Alarm')).find(({ Properties }) =>
      Properties.AlarmDescription.startsWith('Deliveries were dropped'),
    );
    const watched = [...JSON.stringify(alarm?.Properties.Metrics).matchAll(/"RuleName","Value":"([^"]+)"/g)];
    expect(named).toHaveLength(2);
    expect(new Set(watched.map(([, name]) => name))).toEqual(new Set(named));
  });
});

describe('silence', () => {
  const silenceOf = (heading: string) => {
    const found = alarms().filter(({ AlarmDescription }) => AlarmDescription.startsWith(`${heading}. `));
    return [...new Set(found.map(({ TreatMissingData }) => TreatMissingData))].join();
  };

  test.each([
    ['The planner is silent', 'breaching'],
    ['Reconciliation is silent', 'missing'],
    ['Rooms are about to end', 'ignore'],
    ['Held rooms are about to end', 'ignore'],
    ['An application is nearly full', 'ignore'],
    ['Reconciliation waits for a person', 'ignore'],
    ['Rooms were lost', 'ignore'],
    ['Rooms were found that no row knows', 'ignore'],
  ])('is no news for "%s": %s', (heading, expected) => {
    expect(silenceOf(heading)).toBe(expected);
  });

  test('is good news for all that only counts what goes wrong', () => {
    const counted = alarms().filter(({ TreatMissingData }) => TreatMissingData === 'notBreaching');
    expect(counted).toHaveLength(alarms().length - 3 - 2 - 2 * 4 + 1);
  });

  test('of reconciliation rings too, once there was something to hear', () => {
    const [topic] = Object.keys(resources(template, 'AWS::SNS::Topic'));
    const ringing = alarms().filter(({ InsufficientDataActions }) => InsufficientDataActions);
    expect(ringing.map(({ AlarmDescription }) => headingOf(AlarmDescription)[0])).toEqual([
      'Reconciliation is silent',
    ]);
    expect(ringing[0]?.InsufficientDataActions.map(target)).toEqual([topic]);
  });

  test('of the planner is looked for over the longest gap between two runs, and two hours more', () => {
    const [daily, weekly] = [template, templateWith({ schedule: 'cron(0 2 ? * MON-FRI *)' })].map((each) =>
      Object.values(resources(each, 'AWS::CloudWatch::Alarm')).find(({ Properties }) =>
        Properties.AlarmDescription.startsWith('The planner'),
      ),
    );
    expect(daily?.Properties).toMatchObject({ Period: 3600, EvaluationPeriods: 27, Threshold: 1 });
    expect(weekly?.Properties).toMatchObject({ Period: 3600, EvaluationPeriods: 3 * 24 + 3 });
  });

  test.each([
    ['rotation', 'The planner', { schedule: 'cron(0 2 1 * ? *)', renewBefore: 'P90D' }],
    ['reconciliation', 'Reconciliation', { reconciliationSchedule: 'cron(0 5 ? * SUN *)' }],
  ])(
    'of a %s that runs less than once in the week that CloudWatch looks back over is no alarm, which is said',
    (run, who, settings) => {
      const stack = stackWith(settings);
      const texts = Object.values(resources(Template.fromStack(stack), 'AWS::CloudWatch::Alarm')).map(
        ({ Properties }) => Properties.AlarmDescription as string,
      );
      expect(texts.filter((text) => text.includes(' is silent'))).toHaveLength(1);
      expect(texts.join()).not.toContain(`${who} is silent`);
      const [warning] = Annotations.fromStack(stack).findWarning(
        '*',
        Match.stringLikeRegexp(`of ${run} leaves`),
      );
      expect(warning?.entry.data).toMatch(
        /no alarm rings when a run does not come; run at least once in six days/,
      );
    },
  );

  test('is looked for over up to that week', () => {
    const seldom = templateWith({ schedule: 'rate(6 days)', renewBefore: 'P90D' });
    const [planner] = Object.values(resources(seldom, 'AWS::CloudWatch::Alarm')).filter(({ Properties }) =>
      Properties.AlarmDescription.startsWith('The planner'),
    );
    expect(planner?.Properties).toMatchObject({ Period: 3600, EvaluationPeriods: 6 * 24 + 3 });
  });
});

describe('a metric', () => {
  interface Named {
    readonly Namespace: string;
    readonly MetricName: string;
  }

  const ofAlarms = (): Named[] =>
    alarms().flatMap(({ Metrics, ...alarm }) =>
      Metrics
        ? Metrics.flatMap((part: { MetricStat?: { Metric: Named } }) => part.MetricStat?.Metric ?? [])
        : [alarm as Named],
    );

  test('of ours that an alarm looks at is one that the functions write', () => {
    const ours = ofAlarms().filter(({ Namespace }) => Namespace === 'EvergreenRooms/k3x7q');
    expect(new Set(ours.map(({ MetricName }) => MetricName)).size).toBeGreaterThan(12);
    for (const { MetricName } of ours) expect(Object.keys(METRICS)).toContain(MetricName);
  });

  test('of ours on the dashboard is one that the functions write', () => {
    const [dashboard] = all('AWS::CloudWatch::Dashboard');
    const names = JSON.stringify(dashboard?.Properties.DashboardBody).matchAll(
      /EvergreenRooms\/k3x7q\\+",\\+"(\w+)\\+"/g,
    );
    const found = new Set([...names].map(([, name]) => name));
    expect(found.size).toBeGreaterThan(15);
    for (const name of found) expect(Object.keys(METRICS)).toContain(name);
  });

  test('never has more in one alarm than CloudWatch takes', () => {
    for (const { Metrics = [] } of alarms()) expect(Metrics.length).toBeLessThanOrEqual(10);
  });
});

describe('the topic', () => {
  test('is encrypted, wants TLS, and lets the alarms of the account in and nobody else', () => {
    const [topic] = all('AWS::SNS::Topic');
    const [key] = Object.keys(resources(template, 'AWS::KMS::Key'));
    expect(target(topic?.Properties.KmsMasterKeyId)).toBe(key);
    const statements = all('AWS::SNS::TopicPolicy').flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    expect(statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toMatchObject([
      {
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        Resource: { Ref: Object.keys(resources(template, 'AWS::SNS::Topic'))[0] },
      },
    ]);
  });

  test('sends an e-mail where the settings name an address', () => {
    const told = templateWith({ alarmEmail: 'team@example.com' });
    told.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'team@example.com' });
  });
});

describe('the rotation of a secret that fails', () => {
  /** The patterns of the rules, with the logical ids of secrets for their ARNs, and the queues that they send to. */
  function rulesOf(made: Template) {
    const rules = Object.values(resources(made, 'AWS::Events::Rule')).filter(({ Properties }) =>
      /rotations of secrets/.test(Properties.Description),
    );
    return rules.map(({ Properties: { EventPattern, Targets } }) => ({
      pattern: JSON.parse(JSON.stringify(EventPattern), (_, value) => value?.Ref ?? value),
      asDeployed: JSON.stringify(EventPattern, (_, value) => (value?.Ref ? arnOf(value.Ref) : value)),
      queues: Targets.map(({ Arn }: { Arn: object }) => target(Arn)),
    }));
  }

  /** As CloudFormation names a secret of a stack with a name as long as one may be. */
  const arnOf = (logicalId: string) =>
    `arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:${logicalId}-AbCdEfGhIjKl-a1b2c3`;

  const failed = (SecretId: string) => ({
    source: 'aws.secretsmanager',
    'detail-type': 'AWS Service Event via CloudTrail',
    detail: { eventName: 'RotationFailed', additionalEventData: { SecretId } },
  });

  test('is put into a queue that an alarm looks at, for our secrets and no other', () => {
    const [rule, ...more] = rulesOf(template);
    const matches = compilePattern(rule?.pattern);
    const arns = Object.keys(resources(template, 'AWS::SecretsManager::Secret')).filter(
      // the address of a feed is no credential that anything rotates
      (id) => !/Feed/.test(id),
    );
    expect(more).toEqual([]);
    expect(arns).toHaveLength(3);
    expect(arns.filter((arn) => /Connection/.test(arn))).toHaveLength(1);
    for (const arn of arns) expect(matches(failed(arn))).toBe(true);
    expect(matches(failed('somebody-else'))).toBe(false);
    expect(matches({ ...failed(arns[0] as string), detail: { eventName: 'RotationSucceeded' } })).toBe(false);
    const alarm = alarms().find(({ AlarmDescription }) =>
      AlarmDescription.startsWith('The rotation of a secret fails'),
    );
    const [watched] = alarm?.Dimensions.map(({ Value }: { Value: object }) => target(Value)) ?? [];
    expect(rule?.queues).toEqual([watched]);
  });

  test.each([
    ['whose secrets are made here', undefined],
    ['that bring secrets with long names along', 'x'.repeat(200)],
  ])('is looked for in patterns that EventBridge takes, of 60 accounts %s', (_, name) => {
    const stack = new Stack(appWith(), 'Own');
    const secrets = new Map(
      Array.from({ length: 60 }, (_, i) => {
        const id = `account-${i}`;
        const theirs = `arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:${name}${i}-a1b2c3`;
        return [
          id,
          name === undefined ? new Secret(stack, id) : Secret.fromSecretCompleteArn(stack, id, theirs),
        ];
      }),
    );
    failedSecretRotations(stack, secrets, new Key(stack, 'Key'));
    const made = Template.fromStack(stack);
    const rules = rulesOf(made);
    for (const { asDeployed } of rules) expect(asDeployed.length).toBeLessThanOrEqual(2048);
    for (const { secretArn } of secrets.values()) {
      const id = stack.resolve(secretArn).Ref ?? secretArn;
      expect(rules.filter(({ pattern }) => compilePattern(pattern)(failed(id)))).toHaveLength(1);
    }
  });
});

describe('a saved query', () => {
  test('is one of those that the runbook speaks of, over the logs of all functions', () => {
    const queries = all('AWS::Logs::QueryDefinition').map(({ Properties }) => Properties);
    const names = queries.map(({ Name }) => Name.split('/')[2] as string);
    const ours = all('AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME,
    );
    for (const { LogGroupNames, Name } of queries) {
      expect(Name).toMatch(/^EvergreenRooms\/k3x7q\//);
      expect(LogGroupNames).toHaveLength(ours.length);
    }
    const mentioned = [...runbook.matchAll(/quer(?:y|ies)\s+`([^`]+)`(?:\s+and\s+`([^`]+)`)?/g)].flatMap(
      ([, ...found]) => found.filter((name) => name),
    );
    expect(names).toEqual(expect.arrayContaining(mentioned));
    expect(new Set(mentioned).size).toBe(names.length);
  });
});

describe('a deployment', () => {
  test('plans at its end, so that the planner has been heard before its first night', () => {
    const rule = all('AWS::Events::Rule').find(({ Properties }) =>
      /was deployed/.test(Properties.Description),
    );
    const pattern = JSON.parse(
      JSON.stringify(rule?.Properties.EventPattern),
      (_, value) => value?.Ref ?? value,
    );
    const event = (id: string, status: string) => ({
      source: 'aws.cloudformation',
      'detail-type': 'CloudFormation Stack Status Change',
      detail: { 'stack-id': id, 'status-details': { status } },
    });
    const matches = compilePattern(pattern);
    expect(matches(event('AWS::StackId', 'CREATE_COMPLETE'))).toBe(true);
    expect(matches(event('AWS::StackId', 'UPDATE_COMPLETE'))).toBe(true);
    expect(matches(event('AWS::StackId', 'UPDATE_ROLLBACK_COMPLETE'))).toBe(false);
    expect(matches(event('another', 'CREATE_COMPLETE'))).toBe(false);
    expect(rule?.Properties.EventBusName).toBeUndefined();
    expect(rule?.Properties.Targets[0].Input).toBe('{}');
    expect(target(rule?.Properties.Targets[0].Arn)).toMatch(/Planner.*Queue/);
  });
});

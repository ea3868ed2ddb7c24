import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Resource, resources, target, templateWith } from '../support/stacks.ts';

/** Everything that can be switched on, so that every statement there can be is there. */
let template: Template;
beforeAll(() => {
  const calendars = {
    calendarFeeds: 'team',
    calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
    calendarFiles: 'on',
    calendarScope: 'occurrence',
  };
  template = templateWith({ callbacks: 'on', ...calendars });
});

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | Readonly<Record<string, unknown>>;
  readonly Action: string | string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const listed = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const all = (type: string): Resource[] => Object.values(resources(template, type));

/** What each kind of resource lets others do, by its own policy. */
const POLICIES: Readonly<Record<string, () => Statement[]>> = {
  key: () => all('AWS::KMS::Key').flatMap(({ Properties }) => Properties.KeyPolicy.Statement),
  queue: () => all('AWS::SQS::QueuePolicy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
  topic: () => all('AWS::SNS::TopicPolicy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
  bucket: () => all('AWS::S3::BucketPolicy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
  bus: () => all('AWS::Events::EventBusPolicy').map(({ Properties }) => Properties.Statement),
  secret: () =>
    all('AWS::SecretsManager::ResourcePolicy').flatMap(
      ({ Properties }) => Properties.ResourcePolicy.Statement,
    ),
  role: () =>
    all('AWS::IAM::Role').flatMap(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement),
  function: () =>
    all('AWS::Lambda::Permission').map(({ Properties: { Action, Principal, ...conditions } }) => ({
      Effect: 'Allow',
      Principal: Principal === '*' ? '*' : { Service: Principal },
      Action,
      Condition: {
        Is: pick(conditions, ['SourceAccount', 'SourceArn', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl']),
      },
    })),
};

function pick(values: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** As a row of the table in docs/security.md. */
function row(on: string, { Effect, Principal, Action, Condition = {} }: Statement): string {
  const verbs = listed(Action).map((verb) => `\`${verb}\``);
  const conditions = Object.values(Condition).flatMap(Object.keys).sort();
  const cells = [
    on,
    Effect === 'Allow' ? 'allows' : 'denies',
    principal(Principal),
    verbs.join(', '),
    conditions.map((name) => `\`${name}\``).join(', '),
  ];
  return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
}

function principal(who: Statement['Principal']): string {
  if (who === '*' || who.AWS === '*') return 'anybody';
  if (typeof who.Service === 'string') return `\`${who.Service}\``;
  if (who.Service) return '`logs.<region>.amazonaws.com`';
  return JSON.stringify(who.AWS).includes(':root')
    ? 'the account, by IAM'
    : `principal ${JSON.stringify(who)}`;
}

const rows = () => [
  ...new Set(
    Object.entries(POLICIES).flatMap(([on, statements]) => statements().map((each) => row(on, each))),
  ),
];

describe('what is let in from outside', () => {
  test('is in the table of docs/security.md, statement by statement, and nothing else is', () => {
    const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
    const [, table = ''] = /## Resource policies\n[\s\S]*?\|---.*\n((?:\|.*\n)+)/.exec(text) ?? [];
    expect(rows().toSorted()).toEqual(table.trim().split('\n').toSorted());
  });

  test('is a service only for this account or for one of our own resources', () => {
    const services = Object.values(POLICIES)
      .flatMap((statements) => statements())
      .filter(({ Effect, Principal }) => Effect === 'Allow' && Principal !== '*' && 'Service' in Principal)
      // a service cannot give its own functions' roles a source: Lambda assumes the role of a function that has it
      .filter(({ Action, Principal }) => !(Action === 'sts:AssumeRole' && isLambda(Principal)));
    expect(services.length).toBeGreaterThan(8);
    for (const { Condition, ...statement } of services) {
      expect(JSON.stringify(Condition), JSON.stringify(statement)).toMatch(/AWS::AccountId|"Fn::GetAtt"/);
    }
  });

  test('to a queue comes by one rule of ours', () => {
    const rules = resources(template, 'AWS::Events::Rule');
    const allowed = (POLICIES.queue?.() ?? []).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.length).toBeGreaterThan(5);
    for (const { Condition } of allowed) {
      const source = Condition?.ArnEquals?.['aws:SourceArn'] as object;
      expect(Object.keys(rules)).toContain(target(source));
    }
  });
});

const isLambda = (who: Statement['Principal']) => who !== '*' && who.Service === 'lambda.amazonaws.com';

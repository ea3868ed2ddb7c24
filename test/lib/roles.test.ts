import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Resource, resources, target, templateWith } from '../support/stacks.ts';

let template: Template;
beforeAll(() => {
  template = templateWith();
});

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** `verb on kind of thing`, for everything that the role of a function may do. */
function mayDo(functionName: string): string[] {
  return statementsOf(functionName)
    .flatMap(({ Action, Resource: on }) =>
      listed(Action).flatMap((action) => listed(on).map((resource) => `${action} on ${thing(resource)}`)),
    )
    .sort();
}

function statementsOf(functionName: string): Statement[] {
  const fn = Object.values(resources(template, 'AWS::Lambda::Function')).find(
    ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === functionName,
  ) as Resource;
  const role = target(fn.Properties.Role);
  return Object.values(resources(template, 'AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((reference: object) => target(reference) === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

const THINGS: [RegExp, string][] = [
  [/Key[0-9A-F]{8}$/, 'key'],
  [/Table.*index\/due/, 'due index'],
  [/^RoomsTable/, 'table'],
  [/^RoomsBus[0-9A-F]{8}$/, 'bus'],
  [/^RoomsApplications/, 'secret'],
  [/Log[0-9A-F]{8}$/, 'log'],
  [/RequestsInboxQueue/, 'requests'],
  [/RequestsInboxDeadLetters/, 'dead requests'],
  [/PlannerInboxQueue/, 'plans'],
  [/PlannerInboxDeadLetters/, 'dead plans'],
  [/RotationWorkerInboxQueue/, 'rotations'],
  [/RotationWorkerInboxDeadLetters/, 'dead rotations'],
  [/ReconciliationWorkerInboxQueue/, 'reconciliations'],
  [/ReconciliationWorkerInboxDeadLetters/, 'dead reconciliations'],
];

function thing(resource: unknown): string {
  const id = typeof resource === 'object' ? target(resource as object) : String(resource);
  return THINGS.find(([pattern]) => pattern.test(id))?.[1] ?? id;
}

/** What each function may do with its own messages and its log. */
function itsOwn(inbox: string): string[] {
  return [
    'kms:Decrypt on key',
    'kms:GenerateDataKey on key',
    'logs:CreateLogStream on log',
    'logs:PutLogEvents on log',
    `sqs:ChangeMessageVisibility on ${inbox}`,
    `sqs:DeleteMessage on ${inbox}`,
    `sqs:GetQueueAttributes on ${inbox}`,
    `sqs:ReceiveMessage on ${inbox}`,
    `sqs:SendMessage on ${inbox}`,
    `sqs:SendMessage on dead ${inbox}`,
  ];
}

const KEEPING = [
  'dynamodb:GetItem on table',
  'dynamodb:PutItem on table',
  'dynamodb:Query on table',
  'events:PutEvents on bus',
  'secretsmanager:GetSecretValue on secret',
  'kms:Decrypt on key',
  'kms:Decrypt on key',
  'kms:DescribeKey on key',
  'kms:Encrypt on key',
  'kms:GenerateDataKey on key',
  'kms:ReEncryptFrom on key',
  'kms:ReEncryptTo on key',
];

describe('what a function may do', () => {
  test.each([
    ['create-rooms', [...itsOwn('requests'), ...KEEPING]],
    ['rotate-rooms', [...itsOwn('rotations'), ...KEEPING]],
    [
      'reconcile-rooms',
      [...itsOwn('reconciliations'), ...KEEPING, 'dynamodb:Scan on table', 'sqs:SendMessage on rotations'],
    ],
    [
      'plan-rotation',
      [
        ...itsOwn('plans'),
        'dynamodb:Query on due index',
        'kms:Decrypt on key',
        'kms:DescribeKey on key',
        'sqs:SendMessage on rotations',
      ],
    ],
  ])('%s may do what it does, and nothing else', (name, expected) => {
    expect(mayDo(name)).toEqual([...expected].sort());
  });

  test('the planner sees neither a row nor a secret', () => {
    expect(mayDo('plan-rotation').join()).not.toMatch(/secret|on table/);
  });

  test('the key is used only through the service that holds what it encrypts', () => {
    for (const name of ['create-rooms', 'rotate-rooms', 'reconcile-rooms', 'plan-rotation']) {
      const onKey = statementsOf(name).filter((statement) => /kms:/.test(String(statement.Action)));
      expect(onKey.length).toBeGreaterThan(0);
      for (const { Condition } of onKey) expect(Condition).toHaveProperty(['StringEquals', 'kms:ViaService']);
    }
  });

  test('no statement names more than it must', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::IAM::Policy'))) {
      expect(JSON.stringify(Properties.PolicyDocument)).not.toContain('*');
    }
    for (const { Properties } of Object.values(resources(template, 'AWS::IAM::Role'))) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });
});

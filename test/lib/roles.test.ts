import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { ownCode, portMethods } from '../support/code-calls.ts';
import { type Resource, resources, target, templateWith } from '../support/stacks.ts';
import { permissionsOf, sorted, statementsOfRole, type Things, withKey } from '../support/statements.ts';

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

/** `verb on kind of thing`, for everything that the role of a function may do. */
function mayDo(functionName: string): string[] {
  const fn = Object.values(resources(template, 'AWS::Lambda::Function')).find(
    ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === functionName,
  ) as Resource;
  return permissionsOf(statementsOfRole(template, target(fn.Properties.Role)), THINGS);
}

const THINGS: Things = [
  [/Key[0-9A-F]{8}$/, 'key'],
  [/Table.*index\/due/, 'due index'],
  [/CalendarTable.*index\/waiting/, 'waiting index'],
  [/^RoomsTable/, 'table'],
  [/^RoomsLinksTable/, 'links'],
  [/^RoomsCalendarTable/, 'calendar table'],
  [/^RoomsCalendarsFeed/, 'feed address'],
  [/^RoomsCalendarsConnection/, 'credential'],
  [/RoomsCalendarsFiles/, 'files'],
  [/CalendarsReaderInboxQueue/, 'calendars'],
  [/CalendarsReaderInboxDeadLetters/, 'dead calendars'],
  [/WriteBackInboxQueue/, 'writes'],
  [/WriteBackInboxDeadLetters/, 'dead writes'],
  [/^RoomsBus[0-9A-F]{8}$/, 'bus'],
  [/^RoomsApplications/, 'secret'],
  [/^RoomsCallbacksSignature/, 'signature'],
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

const INBOX: Record<string, string> = {
  'create-rooms': 'requests',
  'plan-rotation': 'plans',
  'rotate-rooms': 'rotations',
  'reconcile-rooms': 'reconciliations',
  'read-calendars': 'calendars',
  'write-calendars': 'writes',
};
const FUNCTIONS = [...Object.keys(INBOX), 'room-callbacks', 'open-room'];

/** The permission for a call that code makes. */
function permission(call: string, functionName: string): string {
  const [operation = '', resource = ''] = call.split(' on ');
  const inbox = INBOX[functionName];
  const things: Record<string, string> = {
    due: 'due index',
    waiting: 'waiting index',
    // the same code heals the credentials of applications and of connections
    secret: functionName === 'read-calendars' ? 'credential' : 'secret',
    WORK_QUEUE: inbox ?? 'no queue',
    DEAD_LETTER_QUEUE: `dead ${inbox}`,
    // a calendar's function reads no secret of a provider
    ...(/calendars$/.test(functionName) && { secret: 'credential' }),
  };
  return `${ACTIONS[operation]} on ${things[resource] ?? resource}`;
}

const ACTIONS: Record<string, string> = {
  GetItem: 'dynamodb:GetItem',
  PutItem: 'dynamodb:PutItem',
  Query: 'dynamodb:Query',
  Scan: 'dynamodb:Scan',
  GetObject: 's3:GetObject',
  PutEvents: 'events:PutEvents',
  GetSecretValue: 'secretsmanager:GetSecretValue',
  SendMessage: 'sqs:SendMessage',
  SendMessageBatch: 'sqs:SendMessage',
  ChangeMessageVisibility: 'sqs:ChangeMessageVisibility',
};

/** What Lambda itself does in the role of a function: it takes messages out of the inbox and writes the log. */
function platform(functionName: string): string[] {
  const inbox = INBOX[functionName];
  const log = ['logs:CreateLogStream on log', 'logs:PutLogEvents on log'];
  if (!inbox) return log;
  return [
    ...log,
    `sqs:ReceiveMessage on ${inbox}`,
    `sqs:DeleteMessage on ${inbox}`,
    `sqs:GetQueueAttributes on ${inbox}`,
  ];
}

/** A call of AWS in the code: by the client of a service, or by a command of the SDK. */
const CALL = /\b(?:dynamoDb|sqs|eventBridge|client)\d*\(['"](\w+)['"]|\bnew (\w+)Command\(/g;

describe('what a function may do', () => {
  test.each(FUNCTIONS)('%s may make the calls that its code can make, and no other', async (name) => {
    const [code, methods] = await Promise.all([ownCode(name), portMethods()]);
    const calls = methods.filter(({ used }) => used.test(code)).flatMap((method) => method.calls);
    expect(calls.length).toBeGreaterThan(1);
    const needed = calls.map((call) => permission(call, name));
    expect(sorted(mayDo(name))).toEqual(sorted(withKey([...needed, ...platform(name)])));
  });

  test('no call is made that the methods of the ports do not show', async () => {
    const known = (await portMethods()).flatMap(({ calls }) => calls.map((call) => call.split(' on ')[0]));
    for (const name of FUNCTIONS) {
      const made = [...(await ownCode(name)).matchAll(CALL)].map((groups) => groups.slice(1).find(Boolean));
      expect(made).not.toEqual([]);
      expect(known).toEqual(expect.arrayContaining(made));
    }
  });

  test('only the methods of the ports make calls', () => {
    const folder = new URL('../../functions/', import.meta.url);
    const callers = globSync('**/*.ts', { cwd: fileURLToPath(folder) }).filter((file) =>
      readFileSync(new URL(file, folder), 'utf8').match(CALL),
    );
    expect(callers.length).toBeGreaterThan(4);
    for (const file of callers) expect(file).toMatch(/^adapters\/|^runtime\/queue\/work-queue\.ts$/);
  });

  test('the planner sees neither a row nor a secret, and what is public no row and no key of a provider', () => {
    expect(mayDo('plan-rotation').join()).not.toMatch(/secret|on table/);
    expect(mayDo('read-calendars').join()).not.toMatch(/on (secret|table|bus)/);
    expect(mayDo('write-calendars').join()).not.toMatch(/on (secret|table|links|requests)/);
    expect(mayDo('room-callbacks').join()).not.toMatch(/dynamodb|on secret/);
    expect(mayDo('open-room').join()).not.toMatch(/on table|secret|PutItem|Scan|Query/);
  });

  test('no statement names more than it must', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::IAM::Policy'))) {
      // the objects that will be put into a bucket nobody can name
      const named = JSON.stringify(Properties.PolicyDocument).replace(
        /(CalendarsFiles\w+","Arn"\]\},"\/)\*/,
        '$1',
      );
      expect(named).not.toContain('*');
    }
    for (const { Properties } of Object.values(resources(template, 'AWS::IAM::Role'))) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });
});

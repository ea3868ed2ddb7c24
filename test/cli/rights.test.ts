import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands/commands.ts';
import { stackDeployment } from '../../cli/deployment/stack.ts';
import { parse } from '../../cli/frame/parse.ts';
import { type Clients, makeClients } from '../../doctor/clients.ts';
import { findDeployment } from '../../doctor/deployment.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import type { Template as StackTemplate } from '../../local/stack/template.ts';
import { type Account, startAccount } from '../doctor/account.ts';
import { journey } from '../journey/journey.ts';
import type { Listened } from '../support/code-calls.ts';
import { resources, stackWith, target } from '../support/stacks.ts';
import {
  listed,
  permissionsOf,
  sorted,
  statementsOfPolicy,
  statementsOfRole,
  type Things,
  thing,
  withKey,
} from '../support/statements.ts';
import { keptTerminal } from './terminal.ts';

/** All that a deployment can have, so that every statement is there. */
const SETTINGS = {
  applications: [{ provider: 'daily', name: 'main', baseUrl: 'http://127.0.0.1:1' }],
  callbacks: 'on',
  calendarFeeds: 'team',
  calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
  calendarFiles: 'on',
};
const template = Template.fromStack(stackWith(SETTINGS));

const { calendarFiles, calendarConnections } = SETTINGS;
const system = journey({ calendarFiles, calendarConnections });
let account: Account;
let folder: string;
beforeAll(async () => {
  account = await startAccount(template.toJSON() as StackTemplate);
  folder = mkdtempSync(join(tmpdir(), 'rights-'));
  await system().ask({ key: 'team/a', display_name: 'A', lifetime: 'P30D' });
  await system().ask({ key: 'nameless' });
});
afterAll(async () => {
  await account.stop();
  rmSync(folder, { recursive: true });
});

const KINDS: Things = [
  [/StackId/, 'stack'],
  [/Table.*index\/due/, 'due index'],
  [/^RoomsTable/, 'table of rooms'],
  [/CalendarTable/, 'table of calendars'],
  [/Table[0-9A-F]{8}$/, 'table of links'],
  [/DeadLetters[0-9A-F]{8}$|Undelivered|FailedSecretRotations/, 'dead letters'],
  [/Queue[0-9A-F]{8}$/, 'inbox'],
  [/^RoomsApplications|^RoomsCalendars(Feed|Connection)/, 'secret'],
  [/Function[0-9A-F]{8}$/, 'function'],
  [/CalendarsFiles/, 'files'],
  [/^RoomsBus[0-9A-F]{8}$/, 'bus'],
  [/AlarmTopic/, 'topic'],
  [/schedule/i, 'schedules'],
  [/^RoomsKey/, 'key'],
  [/^\*$/, 'anything'],
];

/** What a policy allows: verbs on kinds of things. */
const allowed = (policy: string) => permissionsOf(statementsOfPolicy(template, policy), KINDS);

/** The services that clients call, as IAM has them. */
const SERVICES: Readonly<Record<keyof Clients, string>> = {
  cloudFormation: 'cloudformation',
  cloudWatch: 'cloudwatch',
  dynamoDb: 'dynamodb',
  events: 'events',
  kms: 'kms',
  lambda: 'lambda',
  s3: 's3',
  scheduler: 'scheduler',
  secrets: 'secretsmanager',
  sns: 'sns',
  sqs: 'sqs',
};

interface Heard {
  readonly clients: Clients;
  /** `verb on physical id`, of each call since it was last asked for. */
  take(): [verb: string, on: string][];
}

type Input = Readonly<Record<string, string>> & { readonly Entries?: readonly Input[] };

/** Clients that call what they are to call, and tell what that is. */
function heard(options: Parameters<typeof makeClients>[0]): Heard {
  const clients = makeClients({ credentials: DUMMY_CREDENTIALS, region: 'eu-central-1', ...options });
  let calls: [string, string][] = [];
  for (const [name, client] of Object.entries<Listened>(clients)) {
    const service = SERVICES[name as keyof Clients];
    const listen = (next: (args: object) => unknown, { commandName }: { commandName: string }) => {
      return (args: { input: Input }) => {
        const verb = commandName.replace(/(Batch)?Command$/, '');
        calls.push([`${service}:${verb}`, resourceOf(args.input)]);
        return next(args);
      };
    };
    client.middlewareStack.add(listen, { step: 'initialize', priority: 'high' });
  }
  return {
    clients,
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

/** What a call is about, as its input names it. */
function resourceOf({ Entries: [entry] = [], TableName, IndexName, ...input }: Input): string {
  if (TableName !== undefined) return IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`;
  const { QueueUrl, SecretId, Bucket, FunctionName, StackName, TopicArn, KeyId, GroupName } = input;
  const named = QueueUrl ?? SecretId ?? Bucket ?? StackName ?? TopicArn ?? KeyId ?? GroupName;
  return named ?? entry?.EventBusName ?? FunctionName ?? '*';
}

/** Verbs that AWS takes for no resource, or that are about whatever rules a team has. */
const ANYWHERE = /^cloudwatch:|:(ListEventSourceMappings|DescribeRule|ListTargetsByRule)$/;

/** Runs commands on a deployment. @returns the permissions that they need */
async function needs(
  calls: readonly (readonly string[])[],
  { clients, take }: Heard,
  stackName: string,
): Promise<string[]> {
  const ids = await logicalIds(clients, stackName);
  take();
  for (const [name, ...argv] of calls) {
    const command = COMMANDS.find((each) => each.name === name);
    if (!command) throw new Error(`there is no command ${name}`);
    const { args, flags } = parse(command, argv);
    const { terminal } = keptTerminal();
    await command.run({
      args,
      flags,
      terminal,
      deployment: async () => ({
        ...stackDeployment(await findDeployment(clients, stackName), clients),
        hint: (called) => called,
      }),
    });
  }
  for (const client of Object.values(clients)) client.destroy();
  return take().map(([verb, on]) => {
    const [physicalId = '', ...index] = on.replace(/^.*:event-bus\//, '').split(/(?=\/index\/)/);
    const id = on === stackName ? 'AWS::StackId' : `${ids.get(physicalId) ?? physicalId}${index.join('')}`;
    return `${verb} on ${thing(ANYWHERE.test(verb) ? '*' : id, KINDS)}`;
  });
}

async function logicalIds(clients: Clients, StackName: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const pages = paginateListStackResources({ client: clients.cloudFormation }, { StackName });
  for await (const { StackResourceSummaries = [] } of pages) {
    for (const { LogicalResourceId = '', PhysicalResourceId = '' } of StackResourceSummaries)
      ids.set(PhysicalResourceId, LogicalResourceId);
  }
  return ids;
}

const ofRooms = () =>
  heard({
    region: system().stack.environment.AWS_REGION,
    endpoint: system().stack.environment.AWS_ENDPOINT_URL,
  });
const ofAccount = () => heard({ endpoint: account.endpoint });

/** What a reader does with the rooms of a deployment. */
const READS = [
  ['list'],
  ['list', '--due', '40d'],
  ['list', '--failing'],
  ['list', '--emergency'],
  ['show', 'team/a'],
  ['plan', '--nights', '60'],
  ['accounts'],
  ['export'],
  ['open', 'team/a'],
  ['dead-letters'],
  ['request', 'examples/room-request.json', '--dry-run'],
  ['hold', 'team/a', '--dry-run'],
];

async function readerNeeds(): Promise<string[]> {
  const rooms = await needs(READS, ofRooms(), system().stack.template.stackName);
  const all = await needs([['doctor']], ofAccount(), 'EvergreenRooms-test');
  // without the right of an operator its checks of credentials say that they could not look
  return withKey([...rooms, ...all.filter((permission) => !permission.startsWith('secretsmanager:'))]);
}

/** The console uses what the commands use; the others are about this machine. */
const OF_NO_POLICY = ['console', 'clock', 'events', 'feed', 'completion'];

/** What an operator does besides, with the messages that rest there. */
const changes = (calendar: string, credential: string) => ({
  ofRooms: [
    ['request', 'examples/room-request.json', 'examples/room-requested-event.json', calendar],
    ['hold', 'team/a'],
    ['release', 'team/a'],
    ['rotate', 'team/a'],
    ['cancel', '--key-prefix', 'nothing/'],
    ['reconcile'],
    ['dead-letters', 'redrive', '--reason', 'missing'],
    ['redrive', 'requests'],
    ['dead-letters', 'discard', '--reason', 'missing', '--yes'],
    ['host-link', 'team/a', '--yes'],
    ['accounts', '--ask'],
    ['plan', '--ask'],
    ['drift'],
    ['import', '--all', '--yes'],
  ],
  ofAccount: [['credentials', 'put', 'main', '--file', credential], ['doctor']],
});

async function operatorNeeds(): Promise<string[]> {
  const [calendar, credential] = ['team.ics', 'api.key'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  writeFileSync(calendar, readFileSync('examples/calendar.ics'));
  writeFileSync(credential, 'd'.repeat(40));
  const calls = changes(calendar, credential);
  const rooms = await needs(calls.ofRooms, ofRooms(), system().stack.template.stackName);
  return withKey([...rooms, ...(await needs(calls.ofAccount, ofAccount(), 'EvergreenRooms-test'))]);
}

describe('the policy', () => {
  test('of a reader allows the calls of the commands that show, and no other', async () => {
    expect(sorted(allowed('ReaderPolicy'))).toEqual(sorted(await readerNeeds()));
  });

  test('of an operator allows the calls of all other commands beside it, and no other', async () => {
    const needed = await operatorNeeds();
    const reader = allowed('ReaderPolicy');
    expect(sorted([...reader, ...allowed('OperatorPolicy')])).toEqual(sorted([...reader, ...needed]));
  });

  test('is in the table of docs/security.md, statement by statement', () => {
    const rows = ['Reader', 'Operator'].flatMap((who) =>
      statementsOfPolicy(template, `${who}Policy`).map((statement) => {
        const on = sorted(permissionsOf([{ ...statement, Action: 'verb' }], KINDS)).map((each) =>
          each.replace(/^verb on /, ''),
        );
        const verbs = listed(statement.Action).map((verb) => `\`${verb}\``);
        return `| ${who.toLowerCase()} | ${verbs.join(', ')} | ${on.join(', ')} |`;
      }),
    );
    const text = readFileSync('docs/security.md', 'utf8');
    const [, table = ''] = /## Permissions of people\n[\s\S]*?\|---.*\n((?:\|.*\n)+)/.exec(text) ?? [];
    expect(table.trim().split('\n')).toEqual(rows);
  });

  test('of a reader has no secret, and no verb that changes anything', () => {
    expect(allowed('ReaderPolicy').join()).not.toMatch(
      /secret|SendMessage|Delete|Put|Update|Encrypt|GenerateDataKey/,
    );
  });

  test('names each thing of a kind that it names one of', () => {
    const ofKind = Map.groupBy(Object.keys(template.toJSON().Resources), (id) => thing(id, KINDS));
    const kinds = ['inbox', 'dead letters', 'secret', 'function'];
    for (const policy of ['ReaderPolicy', 'OperatorPolicy']) {
      for (const { Action, Resource: on } of statementsOfPolicy(template, policy)) {
        const named = listed(on).map((each) => target(each as object));
        const [kind = ''] = named.map((id) => thing(id, KINDS)).filter((each) => kinds.includes(each));
        const all = (ofKind.get(kind) ?? []).filter((id) => isWhole(template.toJSON().Resources[id].Type));
        expect(named, `${Action} on every ${kind}`).toEqual(expect.arrayContaining(all));
      }
    }
  });

  test('is given to a role by a grant, that of an operator with that of a reader', () => {
    const stack = stackWith(SETTINGS);
    const role = (id: string) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });
    stack.rooms.grantRead(role('Reader'));
    stack.rooms.grantOperate(role('Operator'));
    const granted = Template.fromStack(stack);
    const ofRole = (id: string) => {
      const [logicalId = ''] = Object.keys(resources(granted, 'AWS::IAM::Role')).filter((each) =>
        each.startsWith(id),
      );
      return sorted(permissionsOf(statementsOfRole(granted, logicalId), KINDS));
    };
    expect(ofRole('Reader')).toEqual(sorted(allowed('ReaderPolicy')));
    expect(ofRole('Operator')).toEqual(sorted([...allowed('ReaderPolicy'), ...allowed('OperatorPolicy')]));
  });

  test('of an operator is several where the secrets are too many for one', () => {
    const applications = Array.from({ length: 14 }, (_, i) => ({
      provider: 'daily',
      name: `application-${i}`,
    }));
    const calendarFeeds = Array.from({ length: 14 }, (_, i) => `feed-${i}`);
    const many = Template.fromStack(
      stackWith({ ...SETTINGS, applications, calendarFeeds: calendarFeeds.join() }),
    );
    const policies = Object.values(resources(many, 'AWS::IAM::ManagedPolicy'));
    expect(policies).toHaveLength(3);
    for (const { Properties } of policies) {
      const text = JSON.stringify(Properties.PolicyDocument);
      // the names of resources at their longest, in place of references to them
      const written = text.replaceAll(/\{"(Ref|Fn::GetAtt)":("[\w:]+"|\["\w+","Arn"\])\}/g, (reference) =>
        reference.includes('AWS::') ? '"eu-central-1"' : `"${'x'.repeat(125)}"`,
      );
      expect(written.length).toBeLessThan(6144);
    }
    expect(Object.keys(many.findOutputs('*'))).toEqual(
      expect.arrayContaining(['ReaderPolicyArn', 'OperatorPolicyArn', 'OperatorPolicyArn2']),
    );
  });
});

/** A policy of a queue has its id in its own. */
const isWhole = (type: string) =>
  /^AWS::(SQS::Queue|Lambda::Function|DynamoDB::Table|SecretsManager::Secret)$/.test(type);

test("every command is known to be a reader's or an operator's", () => {
  const run = [...READS, ...Object.values(changes('', '')).flat()].map(([name]) => name);
  expect(COMMANDS.map(({ name }) => name).toSorted()).toEqual(sorted([...run, ...OF_NO_POLICY] as string[]));
});

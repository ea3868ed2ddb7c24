import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { EvergreenRoomsStack } from '../../lib/evergreen-rooms-stack.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import {
  APPLICATION_ID,
  appWith,
  type Resource,
  resources,
  stackWith,
  templateWith,
} from '../support/stacks.ts';

const all = (template: Template, type: string): Resource[] => Object.values(resources(template, type));

/** What is precious: the rooms, the key that reads them, and the private keys. */
const PRECIOUS = ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret'];

/** Kept what was made by a deployment that ended well. */
const IS_KEPT = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

/** All that settings can name. */
const NAMED = {
  calendarFeeds: 'team',
  calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
  calendarFiles: 'on',
  calendarScope: 'occurrence',
  callbacks: 'on',
};

describe('the stage prod', () => {
  const stack = stackWith({ stage: 'prod', ...NAMED });
  const template = Template.fromStack(stack);

  test('keeps what is precious when the stack goes, but not what a first deployment that failed had made', () => {
    for (const type of [...PRECIOUS, 'AWS::Logs::LogGroup', 'AWS::S3::Bucket']) {
      expect(all(template, type).length, type).toBeGreaterThan(0);
      for (const resource of all(template, type)) expect(resource, type).toMatchObject(IS_KEPT);
    }
    for (const { Properties } of all(template, 'AWS::DynamoDB::Table')) {
      expect(Properties).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
    expect(stack.terminationProtection).toBe(true);
  });

  test('keeps its logs for a year', () => {
    for (const { Properties } of all(template, 'AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBe(365);
    }
  });
});

describe('the stage dev', () => {
  const stack = stackWith({ stage: 'dev' });
  const template = Template.fromStack(stack);

  test('goes with its stack, but for what a setting names', () => {
    for (const [id, resource] of Object.entries(template.toJSON().Resources as Record<string, Resource>)) {
      if (resource.Type === 'AWS::SecretsManager::Secret') expect(resource, id).toMatchObject(IS_KEPT);
      else expect(resource.DeletionPolicy ?? 'Delete', id).toBe('Delete');
    }
    template.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
    expect(stack.terminationProtection).toBe(false);
  });
});

describe('a setting that is left out at the next deployment', () => {
  const MINE = [{ applicationId: APPLICATION_ID, name: 'mine' }];

  test.each(['dev', 'prod'])('destroys no secret, no table and no bucket in the stage %s', (stage) => {
    const resourcesOf = (settings: object) =>
      templateWith({ stage, deployment: 'k3x7q', ...settings }).toJSON().Resources as Record<
        string,
        Resource
      >;
    const before = resourcesOf({ applications: MINE, ...NAMED });
    const after = resourcesOf({ applications: [{ provider: 'daily' }] });
    const gone = Object.entries(before).filter(([id]) => !(id in after));
    const precious = gone.filter(([, { Type }]) => [...PRECIOUS, 'AWS::S3::Bucket'].includes(Type));
    expect(precious.map(([, { Type }]) => Type).sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::S3::Bucket',
      ...Array.from({ length: 4 }, () => 'AWS::SecretsManager::Secret'),
    ]);
    for (const [id, resource] of precious) expect(resource, id).toMatchObject(IS_KEPT);
  });
});

describe('a second deployment in an account', () => {
  const named = (stackName: string, more: object = {}) => {
    const settings = readSettings(appWith({ stackName, ...more }).node);
    return Template.fromStack(new EvergreenRoomsStack(appWith(), settings.stackName, settings));
  };

  test('has a stack of its own, and shares no name with the first', () => {
    const namesIn = (template: Template) =>
      Object.values(template.toJSON().Resources as Record<string, Resource>)
        .flatMap(({ Properties }) => [Properties?.Name, Properties?.DashboardName])
        .filter((name) => typeof name === 'string');
    const [first, second] = [namesIn(named('team-a-rooms')), namesIn(named('team-b-rooms'))];
    expect(first.length).toBeGreaterThan(5);
    expect(first.filter((name) => second.includes(name))).toEqual([]);
    expect(readSettings(appWith({ stage: 'prod' }).node).stackName).toBe('EvergreenRooms-prod');
  });

  test.each([
    ['boundary', /policy\/boundary/],
    [
      'arn:aws:iam::123456789012:policy/teams/boundary',
      /"arn:aws:iam::123456789012:policy\/teams\/boundary"/,
    ],
  ])('may bound every role by the policy %s', (permissionsBoundary, expected) => {
    const roles = all(named('bounded', { permissionsBoundary }), 'AWS::IAM::Role');
    expect(roles).toHaveLength(6);
    for (const { Properties } of roles)
      expect(JSON.stringify(Properties.PermissionsBoundary)).toMatch(expected);
  });

  test.each([
    ['stackName', '1st', 'must be 1 to 128 of letters, digits and -, the first a letter'],
    ['permissionsBoundary', 'a policy', 'must be the name or the ARN of a managed policy'],
  ])('has no %s like %s', (name, value, rule) => {
    expect(() => readSettings(appWith({ [name]: value }).node)).toThrow(rule);
  });
});

describe('a stack', () => {
  test('is tagged with what it is', () => {
    const tags = all(templateWith({ deployment: 'k3x7q' }), 'AWS::DynamoDB::Table')[0]?.Properties.Tags;
    expect(tags).toEqual([
      { Key: 'evergreen-rooms', Value: 'k3x7q' },
      { Key: 'project', Value: 'evergreen-rooms' },
      { Key: 'stage', Value: 'dev' },
    ]);
  });

  test('ends in commands that are ready to be run', () => {
    const outputs = templateWith().toJSON().Outputs as Record<
      string,
      { Value: unknown; Description: string }
    >;
    const command = (name: string) => JSON.stringify(outputs[name]?.Value).replace(/\\"/g, '"');
    expect(command('PutPrivateKey1')).toMatch(/evergreen-rooms -- credentials put .*--file private\.key/);
    expect(command('DeploymentId')).toMatch(/\w/);
    expect(command('EventBusName')).toMatch(/RoomsBus/);
    expect(command('RequestQueueUrl')).toMatch(/RequestsInboxQueue/);
    expect(command('RoomsTableName')).toMatch(/RoomsTable/);
    expect(command('SendRequest')).toMatch(/"lifetime\\?":\\?"P1D\\?","renewal\\?":\{"mode\\?":"none/);
    expect(outputs.SendRequest?.Description).toMatch(/ends by itself after a day/);
    expect(command('SendRequest')).toMatch(/aws sqs send-message .*--message-body '\{.*"key\\?":/);
    expect(command('ListRooms')).toMatch(/aws dynamodb scan/);
    expect(command('ListRooms')).not.toMatch(/host/i);
    expect(command('RotateNow')).toMatch(/PlannerInboxQueue/);
    expect(command('ReconcileNow')).toMatch(/ReconciliationWorkerInboxQueue/);
    expect(command('OpenDashboard')).toMatch(/dashboards\/dashboard/);
    expect(command('ReadUndelivered')).toMatch(/--visibility-timeout 0/);
    for (const what of ['Requests', 'Rotations', 'Plans', 'Reconciliations']) {
      expect(command(`ReadDead${what}`)).toMatch(/aws sqs receive-message .*--visibility-timeout 0/);
      expect(command(`Retry${what}`)).toBe(
        `"npm run --silent evergreen-rooms -- redrive ${what.toLowerCase()} --stack Test"`,
      );
    }
    for (const { Description } of Object.values(outputs)) expect(Description).toMatch(/^[A-Z]/);
  });
});

import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { type Application, EvergreenRooms } from '../../lib/index.ts';
import { appWith, type Resources, roomsWith, target, templateWith } from '../support/stacks.ts';

function functionsPool(applications: readonly Application[]): string {
  const stack = new Stack(appWith(), 'Test');
  new EvergreenRooms(stack, 'Rooms', { applications });
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  const pools = Object.values(functions).map(
    (found) => found.Properties.Environment?.Variables?.APPLICATIONS,
  );
  return JSON.stringify(pools.find((pool) => pool !== undefined));
}

test('the functions are told of every account, its provider and its secret', () => {
  const pool = functionsPool([
    { applicationId: '11111111-2222-4333-8444-555555555555', name: 'meetings' },
    { provider: 'daily' },
    { provider: 'whereby', name: 'whereby-2', baseUrl: 'http://127.0.0.1:1' },
    { provider: 'zoom', accountId: 'the-account', clientId: 'the-app', hosts: ['ann@example.org'] },
  ]);
  for (const part of [
    'meetings-api',
    'meetings',
    'daily',
    'whereby-2',
    'http://127.0.0.1:1',
    'zoom',
    'the-account',
    'the-app',
    'ann@example.org',
  ]) {
    expect(pool).toContain(part);
  }
  expect(pool.match(/"Ref"/g)).toHaveLength(4);
});

test('two accounts of one name are refused', () => {
  expect(() => functionsPool([{ provider: 'daily' }, { provider: 'daily' }])).toThrow('names daily twice');
});

test('calendars are told to the function that reads them', () => {
  const stack = new Stack(appWith(), 'Test');
  new EvergreenRooms(stack, 'Rooms', {
    applications: [{ provider: 'daily' }],
    calendar: { grace: Duration.hours(2), timeZone: TimeZone.EUROPE_BERLIN, placeholder: 'Busy' },
  });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: { CALENDAR: '{"graceSeconds":7200,"timeZone":"Europe/Berlin","placeholder":"Busy"}' },
    },
  });
});

test('a pool that the environment of a function cannot hold is refused, with how much it can', () => {
  const pool = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      applicationId: `11111111-2222-4333-8444-${String(i).padStart(12, '0')}`,
      name: `application-${i}`,
    }));
  expect(() => roomsWith({ applications: pool(10) })).not.toThrow();
  expect(() => roomsWith({ applications: pool(40) })).toThrow(
    /applications are 40, and the environment of a function holds about 1\d like these/,
  );
});

/** How long the names are that AWS gives, in a region whose name is long. */
const NAMES: Record<string, (logicalId: string) => number> = {
  'AWS::SQS::Queue': () => 'https://sqs.ap-southeast-1.amazonaws.com/123456789012/'.length + 80,
  'AWS::SecretsManager::Secret': (logicalId) =>
    `arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:${logicalId}-012345678901-012345`.length,
  'AWS::DynamoDB::Table': (logicalId) => `EvergreenRooms-prod-${logicalId}-0123456789012`.length,
  'AWS::Events::EventBus': () => 'arn:aws:events:ap-southeast-1:123456789012:event-bus/'.length + 40,
  'AWS::Lambda::Url': () => `https://${'x'.repeat(32)}.lambda-url.ap-southeast-1.on.aws/`.length,
};

const STACK_UUID = JSON.stringify({
  'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }],
});

function lengthOf(value: unknown, resources: Resources): number {
  if (typeof value === 'string') return value.length;
  if (JSON.stringify(value) === STACK_UUID) return 36;
  if (JSON.stringify(value) === '{"Ref":"AWS::Region"}') return 'ap-southeast-1'.length;
  if (JSON.stringify(value) === '{"Ref":"AWS::URLSuffix"}') return 'amazonaws.com.cn'.length;
  const parts = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join']?.[1];
  if (parts) return parts.reduce<number>((sum, part) => sum + lengthOf(part, resources), 0);
  const logicalId = target(value as object);
  const length = NAMES[resources[logicalId]?.Type ?? '']?.(logicalId);
  if (length === undefined) throw new Error(`it is not known how long ${JSON.stringify(value)} will be`);
  return length;
}

test('whatever is not refused fits into the 4 KB of an environment', () => {
  const ids = Array.from({ length: 8 }, (_, i) => `11111111-2222-4333-8444-${String(i).padStart(12, '0')}`);
  const feeds = Array.from({ length: 11 }, (_, i) => ({
    name: `${i}-`.padEnd(40, 'x'),
    timeZone: 'Europe/Berlin',
  }));
  const template = templateWith({
    applications: ids,
    callbacks: 'on',
    linksNames: 'on',
    linksDomain: `${'x'.repeat(60)}.${'y'.repeat(35)}.com`,
    linksCertificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
    calendarFeeds: feeds,
    calendarScope: 'occurrence',
    calendarHorizon: 'P30D',
    calendarTimeZone: 'America/Indiana/Petersburg',
  });
  const resources = template.toJSON().Resources as Resources;
  const sizes = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) =>
    Object.entries(Properties.Environment.Variables).reduce(
      (sum, [name, value]) => sum + name.length + lengthOf(value, resources),
      0,
    ),
  );
  expect(Math.max(...sizes)).toBeGreaterThan(3800);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
  expect(() => templateWith({ applications: [...ids, ids[0]?.replace(/^1/, '2')] })).toThrow(
    'holds about 8 like these',
  );
  expect(() =>
    templateWith({ calendarFeeds: [...feeds, { name: 'y'.repeat(40), timeZone: 'Europe/Berlin' }] }),
  ).toThrow(/holds about 11 like these/);
});

import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { type Application, EvergreenRooms } from '../../lib/index.ts';
import { appWith, roomsWith } from '../support/stacks.ts';

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
  ]);
  for (const part of ['meetings-api', 'meetings', 'daily', 'whereby-2', 'http://127.0.0.1:1']) {
    expect(pool).toContain(part);
  }
  expect(pool.match(/"Ref"/g)).toHaveLength(3);
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

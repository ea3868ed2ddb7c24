import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../../lib/settings/settings.ts';
import { APPLICATION_ID, resources, stackWith, templateWith } from '../../support/stacks.ts';

const read = (context: Record<string, unknown>) =>
  readSettings(new App({ context: { applications: APPLICATION_ID, ...context } }).node);

const OTHERS = '11111111-2222-4333-8444-5555555555';

describe('a setting that cannot be', () => {
  test.each([
    ['stage', 'production', 'must be dev or prod'],
    ['applications', [], 'must be a list of at least one'],
    ['applications', '[oops', 'must be a list in JSON ('],
    ['applications', [{ name: 'first' }], 'must be application ids, or objects of texts with applicationId'],
    ['applications', [{ applicationId: APPLICATION_ID, secret: 'x' }], 'must be application ids, or objects'],
    ['schedule', '', 'must be a list of at least one'],
    ['timeZone', 'Berlin', "must be the IANA name of a time zone, as in 'Europe/Berlin'"],
    [
      'flexibleWindow',
      '15',
      'must be an ISO 8601 duration from PT0S to PT24H in whole minutes, as in P7D or PT15M',
    ],
    ['flexibleWindow', 'P', 'must be an ISO 8601 duration'],
    ['flexibleWindow', 'PT90S', 'must be an ISO 8601 duration from PT0S to PT24H in whole minutes'],
    ['retention', 'P1DT12H', 'must be an ISO 8601 duration from P1D to P3650D in whole days'],
    ['renewBefore', 'P181D', 'must be an ISO 8601 duration from PT1H to P180D'],
    ['spread', 'PT16M', 'must be an ISO 8601 duration from PT0S to PT15M'],
    ['rotationsPerRun', 0, 'must be a whole number from 1 to 100000'],
    ['rotationConcurrency', '1', 'must be a whole number from 2 to 1000'],
    ['requestConcurrency', 2.5, 'must be a whole number from 2 to 1000'],
    ['maxReceiveCount', 'often', 'must be a whole number from 2 to 100'],
    ['reconciliation', 'fix', 'must be repair or report'],
    ['reconciliationBrake', 0, 'must be a whole number from 1 to 100'],
    ['retention', 'PT5M', 'must be an ISO 8601 duration from P1D to P3650D'],
    ['calendarScope', 'meeting', 'must be series or occurrence'],
    ['calendarReadEvery', 'PT1M', 'must be an ISO 8601 duration from PT5M to P1D'],
    [
      'calendarFeeds',
      [{ name: 'team', url: 'https://calendar.example' }],
      'must be names of feeds, or objects',
    ],
    [
      'calendarConnections',
      [{ name: 'office', kind: 'google' }],
      'must be a list in JSON of objects with name, kind,',
    ],
    ['calendarFiles', true, 'must be on or off'],
    ['logRetentionDays', 42, 'must be a retention that the logs service knows: 1, 3, 5, 7,'],
  ])('%s = %j is named with its value and its rule', (name, value, rule) => {
    const message = `setting ${name} is ${JSON.stringify(value)}, and ${rule}`;
    expect(() => read({ [name]: value })).toThrow(message);
    expect(() => read({ [name]: value })).toThrow(
      `correct it in the context of cdk.json or by -c ${name}=...`,
    );
  });

  test('is one that does not exist, and the error names those that do', () => {
    expect(() => read({ renewbefore: 'P7D' })).toThrow(
      /there is no setting renewbefore; did you mean renewBefore\?; the settings are .*renewBefore/,
    );
  });

  test('is a schedule, which is told with the name of its setting and with all else', () => {
    expect(() =>
      read({ schedule: 'cron(0 25 * * ? *)', reconciliationSchedule: 'daily', stage: 'x' }),
    ).toThrow(
      /setting stage .*\nsetting schedule is .* has '25' for hours.*\nsetting reconciliationSchedule is "daily", and must be cron\(\.\.\.\) or rate/,
    );
  });

  test('does not hide the next one', () => {
    expect(() => read({ stage: 'x', callbacks: 'y' })).toThrow(/setting stage .*\nsetting callbacks/);
  });

  test('is missing where there is no application', () => {
    expect(() => readSettings(new App().node)).toThrow('setting applications is missing');
  });

  test.each([
    [{ applications: ['not-a-uuid'] }, "applicationId is 'not-a-uuid', and must be the application's UUID"],
    [{ applications: [APPLICATION_ID, APPLICATION_ID] }, 'twice; give each a name of its own'],
    [
      { applications: [{ applicationId: APPLICATION_ID, name: 'a b' }] },
      "application name is 'a b', and must be",
    ],
    [{ calendarFeeds: 'a b' }, "the name of a feed is 'a b', and must be 1 to 40 of letters, digits and -_."],
    [{ calendarFeeds: 'team,team' }, 'feeds names team twice; give each a name of its own'],
    ...(
      [
        [
          { name: 'a b' },
          "the name of a connection is 'a b', and must be 1 to 30 of letters, digits and -_.",
        ],
        [{ kind: 'outlook' }, "calendar.connections[0].kind is 'outlook', and must be"],
        [{ which: 'some' }, "calendar.connections[0].which is 'some', and must be"],
        [{ calendars: [] }, 'connection office has no calendars, and must name at least one'],
        [{ calendars: ['a@b.c', 'a@b.c'] }, 'connection office names the calendar a@b.c twice'],
        [{ which: 'invited' }, 'must name the address of the mailbox that is invited'],
        [{ kind: 'microsoft' }, 'must name the tenant and the client (the application id) of its app'],
        [
          { kind: 'microsoft', tenant: 't', client: 'c', actAs: 'owner' },
          'has actAs, which is for kind: google',
        ],
        [{ kind: 'caldav' }, "must name the URL of its server, as in baseUrl: 'https://caldav.example.com'"],
        [{ kind: 'caldav', baseUrl: 'http://caldav.example.com' }, 'must name the URL of its server'],
        [
          { kind: 'caldav', baseUrl: 'https://ann:word@caldav.example.com' },
          'must name the URL of its server',
        ],
        [
          { kind: 'caldav', baseUrl: 'https://caldav.example.com', actAs: 'owner' },
          'has actAs, which is for kind: google',
        ],
        [{ tenant: 't' }, 'has tenant, client or loginUrl, which are for kind: microsoft'],
        [{ mailbox: 'video@example.com' }, 'has a mailbox, which needs which: invited'],
        [{ name: 'team' }, 'connections or feeds name team twice; give each a name of its own'],
        [
          { calendars: Array.from({ length: 120 }, (_, i) => `person-${i}@example.com`) },
          'the environment of a function holds about',
        ],
      ] as const
    ).map(([change, message]): [Record<string, unknown>, string] => [
      {
        calendarFeeds: 'team',
        calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.com'], ...change }],
      },
      message,
    ]),
    [{ applications: Array.from({ length: 10 }, (_, i) => OTHERS + (10 + i)) }, 'holds about 8 like these'],
    [{ calendarFeeds: Array.from({ length: 20 }, (_, i) => `team-${i}`) }, 'holds about 19 like these'],
    [
      { calendarScope: 'occurrence', calendarHorizon: 'P1D', calendarReadEvery: 'P1D' },
      'the horizon of calendars is P1D, and must be at least twice P1D',
    ],
    [{ baseUrl: 'api.example.com' }, "baseUrl is 'api.example.com', and must be an http(s) address"],
    [{ deployment: 'prod1' }, "deployment is 'prod1', and must be five characters of a-z and 2-7"],
    [
      { schedule: 'cron(0 25 * * ? *)' },
      "schedule cron(0 25 * * ? *) has '25' for hours, which takes 0 to 23",
    ],
  ])('%j is found where it is used', (settings, message) => {
    expect(() => stackWith(settings)).toThrow(message);
  });
});

describe('a setting', () => {
  test('may come as text, as the command line has it', () => {
    const other = '11111111-2222-4333-8444-555555555555';
    const settings = read({
      applications: `${APPLICATION_ID}, ${other}`,
      schedule: 'cron(0 1 * * ? *);cron(0 13 * * ? *)',
      requestConcurrency: '7',
      logRetentionDays: '30',
      renewBefore: 'P10D',
    });
    expect(settings.applications).toMatchObject([
      { applicationId: APPLICATION_ID },
      { applicationId: other },
    ]);
    expect(settings.rotation.schedules.map(({ expressionString }) => expressionString)).toEqual([
      'cron(0 1 * * ? *)',
      'cron(0 13 * * ? *)',
    ]);
    expect(settings).toMatchObject({ requestConcurrency: 7, logRetention: 30 });
    expect(settings.rotation.renewBefore?.toDays()).toBe(10);
  });

  test('may name an account at another provider', () => {
    const { applications } = read({
      applications: [{ provider: 'daily' }, { provider: 'whereby', name: 'w' }],
    });
    expect(applications).toMatchObject([{ provider: 'daily' }, { provider: 'whereby', name: 'w' }]);
    for (const provider of ['webex', 'toString']) {
      expect(() => read({ applications: [{ provider }] })).toThrow('provider (daily or whereby)');
    }
    expect(() => read({ applications: [{ provider: 'daily', applicationId: 'x' }] })).toThrow('apiKeyArn');
  });

  test('may name an account at Zoom, with the hosts of its meetings', () => {
    const zoom = { provider: 'zoom', accountId: 'a', clientId: 'b', hosts: ['ann@example.org'] };
    expect(read({ applications: [zoom] }).applications).toEqual([zoom]);
    const { hosts: _, ...hostless } = zoom;
    for (const entry of [hostless, { ...zoom, hosts: 'ann@example.org' }, { ...zoom, hosts: [7] }]) {
      expect(() => read({ applications: [entry] })).toThrow('hosts (a list of texts)');
    }
  });

  test('may come as JSON in text', () => {
    const text = JSON.stringify([
      { applicationId: APPLICATION_ID, name: 'first', baseUrl: 'http://127.0.0.1:1/v1' },
    ]);
    expect(read({ applications: text }).applications).toEqual([
      { applicationId: APPLICATION_ID, name: 'first', baseUrl: 'http://127.0.0.1:1/v1' },
    ]);
  });

  test('reaches the functions', () => {
    const template = templateWith({
      baseUrl: 'http://127.0.0.1:1234/v1/meetings',
      renewBefore: 'P10D',
      rotationsPerRun: 40,
      spread: 'PT5M',
      retention: 'P30D',
      reconciliation: 'report',
      reconciliationBrake: 20,
      maxReceiveCount: 7,
      deployment: 'k3x7q',
    });
    const variables = Object.assign(
      {},
      ...Object.values(resources(template, 'AWS::Lambda::Function')).map(
        (fn) => fn.Properties.Environment.Variables,
      ),
    );
    expect(variables).toMatchObject({
      RENEW_BEFORE_SECONDS: String(10 * 86_400),
      ROTATIONS_PER_RUN: '40',
      SPREAD_SECONDS: '300',
      RETENTION_DAYS: '30',
      RECONCILIATION: 'report',
      BRAKE_PERCENT: '20',
      MAX_RECEIVE_COUNT: '7',
      DEPLOYMENT: 'k3x7q',
      POWERTOOLS_METRICS_NAMESPACE: 'EvergreenRooms/k3x7q',
    });
    expect(JSON.stringify(variables.APPLICATIONS)).toContain('http://127.0.0.1:1234/v1/meetings');
  });
});

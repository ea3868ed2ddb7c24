import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeClients } from '../../doctor/clients.ts';
import { findDeployment } from '../../doctor/deployment.ts';
import { examine } from '../../doctor/examine.ts';
import type { Finding } from '../../doctor/finding.ts';
import { report } from '../../doctor/report.ts';
import { type Caldav, startCaldav } from '../../emulators/caldav/caldav.ts';
import { type Daily, startDaily } from '../../emulators/daily/daily.ts';
import { type GoogleCalendar, startGoogleCalendar } from '../../emulators/google-calendar/google-calendar.ts';
import { type Graph, startGraph } from '../../emulators/graph/graph.ts';
import { newKeyPair } from '../../emulators/key-pair.ts';
import { type MeetingsApi, startMeetingsApi } from '../../emulators/meetings-api/meetings-api.ts';
import { startWhereby, type Whereby } from '../../emulators/whereby/whereby.ts';
import { SCOPES } from '../../emulators/zoom/choices.ts';
import { startZoom, type Zoom } from '../../emulators/zoom/zoom.ts';
import { readWebhook } from '../../functions/adapters/zoom/webhook.ts';
import type { CaldavConnection, Connection } from '../../functions/connections/connection.ts';
import { ONE_MACHINE } from '../../functions/runtime/one-machine.ts';
import { EvergreenRooms } from '../../lib/index.ts';
import type { Template as StackTemplate } from '../../local/stack/template.ts';
import { appWith, stackWith } from '../support/stacks.ts';
import { type Account, startAccount } from './account.ts';

const STACK = 'EvergreenRooms-test';
const APPLICATION_ID = '78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11';
const KEYS = {
  daily: 'd'.repeat(40),
  whereby: 'w'.repeat(40),
  zoom: 'z'.repeat(40),
  webhook: 't'.repeat(22),
  microsoft: 'm'.repeat(40),
  caldav: 'ann:c-secret',
};
const MICROSOFT_APP = { tenant: 'team', client: 'app' };
const ZOOM_APP = { accountId: 'team', clientId: 'app' };
const HOST = 'rooms@example.org';

let account: Account;
let meetingsApi: MeetingsApi;
let daily: Daily;
let whereby: Whereby;
let zoom: Zoom;
let googleCalendar: GoogleCalendar;
let graph: Graph;
let caldav: Caldav;
/** Anything but a CalDAV server. */
let answer: RequestListener = () => {};
const website = createServer((request, response) => answer(request, response));
const portOf = (server: Server) => (server.address() as AddressInfo).port;
let template: StackTemplate;
const ROBOT = 'rooms@project.iam.gserviceaccount.com';
const { privateKey, publicKey } = newKeyPair();

beforeAll(async () => {
  // a limit of calls a minute would make the last checks wait for the next minute
  [meetingsApi, daily, whereby, zoom] = await Promise.all([
    startMeetingsApi({ applications: [{ applicationId: APPLICATION_ID, privateKey }] }),
    startDaily({ domains: [{ domainName: 'team', apiKeys: [KEYS.daily] }], rateLimits: false }),
    startWhereby({ organizations: [{ subdomain: 'team', apiKeys: [KEYS.whereby] }], rateLimits: false }),
    startZoom({
      accounts: [{ ...ZOOM_APP, clientSecrets: [KEYS.zoom], hosts: [{ email: HOST }] }],
      rateLimits: false,
    }),
  ]);
  const applications = [
    { applicationId: APPLICATION_ID, name: 'main', baseUrl: meetingsApi.url },
    { provider: 'daily', name: 'second', baseUrl: daily.url },
    { provider: 'whereby', name: 'third', baseUrl: whereby.url },
    { provider: 'zoom', name: 'fourth', ...ZOOM_APP, hosts: [HOST], baseUrl: zoom.url },
  ];
  googleCalendar = await startGoogleCalendar({
    serviceAccounts: [{ email: ROBOT, publicKeys: { key: publicKey } }],
    calendars: [{ id: 'anna@example.org', sharedWith: { [ROBOT]: 'writer' } }],
    rateLimits: false,
  });
  graph = await startGraph({
    app: { ...MICROSOFT_APP, secrets: [KEYS.microsoft] },
    mailboxes: ['bob@example.org'],
  });
  caldav = await startCaldav({
    users: [{ name: 'ann', passwords: ['c-secret'] }],
    calendars: ['ann/team'],
  });
  await new Promise<void>((resolve) => void website.listen(0, '127.0.0.1', resolve));
  const stack = stackWith({
    applications,
    deployment: 'k3x7q',
    calendarFeeds: 'team',
    calendarConnections: [
      { name: 'office', kind: 'google', calendars: ['anna@example.org'], baseUrl: googleCalendar.url },
      {
        ...{ name: 'mailbox', kind: 'microsoft', calendars: ['bob@example.org'], ...MICROSOFT_APP },
        ...{ baseUrl: graph.url, loginUrl: graph.loginUrl },
      },
      { name: 'server', kind: 'caldav', baseUrl: caldav.url, calendars: ['ann/team'] },
    ],
    callbacks: 'on',
  });
  template = Template.fromStack(stack).toJSON() as StackTemplate;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await Promise.all([
    account.stop(),
    meetingsApi.close(),
    daily.close(),
    whereby.close(),
    zoom.close(),
    googleCalendar.close(),
    graph.close(),
    caldav.close(),
    new Promise((resolve) => void website.close(resolve)),
  ]);
});

/** A deployment in which all is as it should be. */
beforeEach(async () => {
  await account?.stop();
  account = await startAccount(template);
  vi.stubEnv('AWS_ENDPOINT_URL', account.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  put('main', privateKey);
  put('second', KEYS.daily);
  put('third', KEYS.whereby);
  put('Applicationsfourth', KEYS.zoom);
  put('Webhookoffourth', KEYS.webhook);
  account.webhook = (body) => JSON.stringify(Object.values(readWebhook(body, KEYS.webhook))[0]);
  zoom.trust('team', KEYS.zoom);
  zoom.limitScopes('team', Object.values(SCOPES));
  put('Feed', 'https://calendar.example/private/basic.ics');
  put(
    'Connectionoffice',
    JSON.stringify({ client_email: ROBOT, private_key: privateKey, token_uri: googleCalendar.tokenUrl }),
  );
  googleCalendar.share('anna@example.org', ROBOT, 'writer');
  put('Connectionmailbox', KEYS.microsoft);
  graph.allow('bob@example.org', true);
  put('Connectionserver', KEYS.caldav);
  vi.stubGlobal(ONE_MACHINE as unknown as string, true);
  caldav.trust('ann', 'c-secret');
  caldav.calendar('ann/team').readOnly = false;
  caldav.faults.clear();
  meetingsApi.faults.clear();
});

function put(part: string, value: string): void {
  account.secrets.set(account.identity(account.find('AWS::SecretsManager::Secret', part)).ref, value);
}

async function findings(): Promise<readonly Finding[]> {
  const clients = makeClients({ region: 'eu-central-1' });
  return examine(await findDeployment(clients, STACK), clients);
}

/** What is not as it should be. */
async function wrong(): Promise<Finding[]> {
  return (await findings()).filter(({ level }) => level !== 'ok');
}

const change = (type: string, part: string, facts: object) =>
  account.facts.set(account.find(type, part), facts as Record<string, unknown>);

/** The settings name another server or calendar. */
async function connectServer(changes: Partial<CaldavConnection>): Promise<void> {
  const { functions } = await findDeployment(makeClients({ region: 'eu-central-1' }), STACK);
  const reader = functions.get('read-calendars');
  const { CONNECTIONS = '', ...others } = reader?.environment ?? {};
  // as the construct writes them
  const connections = (JSON.parse(CONNECTIONS) as Connection[]).map((connection) =>
    connection.kind === 'caldav' ? { ...connection, ...changes } : connection,
  );
  const Variables = { ...others, CONNECTIONS: JSON.stringify(connections) };
  change('AWS::Lambda::Function', 'CalendarsReader', { Environment: { Variables } });
}

describe('the doctor', () => {
  test('finds nothing wrong with a deployment in which all is as it should be', async () => {
    expect(await wrong()).toEqual([]);
    const subjects = (await findings()).map(({ subject }) => subject);
    expect(subjects).toEqual(
      expect.arrayContaining([
        'stack',
        'account main (Meetings API)',
        'account second (Daily)',
        'account fourth (Zoom)',
        'webhook of fourth',
        'feed team',
        expect.stringMatching(/^calendar office-/),
        expect.stringMatching(/^calendar mailbox-/),
        expect.stringMatching(/^calendar server-/),
        'planner',
      ]),
    );
    expect(subjects.length).toBeGreaterThan(25);
  });

  test('tells what it found and what to do, and no secret', async () => {
    account.plans = 0;
    put('second', 'not-the-key');
    const clients = makeClients({ region: 'eu-central-1' });
    const deployment = await findDeployment(clients, STACK);
    const text = report(deployment, await examine(deployment, clients)).join('\n');
    expect(text).toContain('stack EvergreenRooms-test, deployment k3x7q');
    expect(text).toMatch(
      /failed {3}planner +finished no plan in the last \d+ hours: no room is renewed\n +aws sqs send-message/,
    );
    expect(text).toMatch(/2 failed, 0 warning, \d+ ok$/);
    for (const secret of ['not-the-key', KEYS.whereby, 'BEGIN', 'calendar.example'])
      expect(text).not.toContain(secret);
  });

  test.each<[string, () => unknown, Partial<Finding>]>([
    [
      'a deployment that was rolled back',
      () => {
        account.stackStatus = 'UPDATE_ROLLBACK_COMPLETE';
      },
      { level: 'failed', subject: 'stack', remedy: expect.stringContaining('describe-stack-events') },
    ],
    [
      'a function that failed to be made',
      () => change('AWS::Lambda::Function', 'RequestsFunction', { State: 'Failed' }),
      { level: 'failed', subject: 'function create-rooms', found: 'is Failed' },
    ],
    [
      'a function on another runtime',
      () => change('AWS::Lambda::Function', 'PlannerFunction', { Runtime: 'nodejs22.x' }),
      { level: 'warning', subject: 'function plan-rotation' },
    ],
    [
      'an event source that is switched off',
      () => change('AWS::Lambda::EventSourceMapping', 'RotationWorker', { State: 'Disabled' }),
      {
        level: 'failed',
        subject: 'queue of rotate-rooms',
        remedy: expect.stringMatching(/update-event-source-mapping --uuid \S+ --enabled/),
      },
    ],
    [
      'a schedule that is switched off',
      () => change('AWS::Scheduler::Schedule', 'Rotation1', { State: 'DISABLED' }),
      { level: 'failed', found: expect.stringContaining('cron(0 2 * * ? *) in Etc/UTC') },
    ],
    [
      'a rule that is switched off',
      () => change('AWS::Events::Rule', 'RequestsRule', { State: 'DISABLED' }),
      {
        level: 'failed',
        remedy: expect.stringMatching(/aws events enable-rule --name \S+ --event-bus-name \S+/),
      },
    ],
    [
      'a key that is about to be deleted',
      () => change('AWS::KMS::Key', '', { KeyState: 'PendingDeletion' }),
      { level: 'failed', subject: 'encryption key', remedy: expect.stringContaining('cancel-key-deletion') },
    ],
    [
      'a table without backups',
      () =>
        account.facts.set(`${account.find('AWS::DynamoDB::Table', 'RoomsTable')} backups`, {
          PointInTimeRecoveryStatus: 'DISABLED',
        }),
      { level: 'warning', found: 'has no point-in-time recovery' },
    ],
    [
      'a rule without targets',
      () => change('AWS::Events::Rule', 'RequestsRule', { Targets: [] }),
      {
        level: 'failed',
        found: 'has no target: what it matches is dropped',
        remedy: expect.stringContaining('cdk deploy --revert-drift'),
      },
    ],
    [
      'an alarm that rings',
      () => change('AWS::CloudWatch::Alarm', 'PlannerSilent', { StateValue: 'ALARM' }),
      {
        level: 'warning',
        subject: 'alarm "The planner is silent"',
        remedy: expect.stringContaining('docs/runbook.md#the-planner-is-silent'),
      },
    ],
    [
      'an alarm that tells nobody',
      () => change('AWS::CloudWatch::Alarm', 'PoolFull', { ActionsEnabled: false }),
      { level: 'failed', found: 'tells nobody', remedy: expect.stringContaining('enable-alarm-actions') },
    ],
    [
      'an alarm without its topic',
      () => change('AWS::CloudWatch::Alarm', 'PoolFull', { AlarmActions: [] }),
      { level: 'failed', found: 'tells nobody', remedy: expect.stringContaining('took its topic away') },
    ],
    [
      'an alarm that somebody removed',
      () => change('AWS::CloudWatch::Alarm', 'PoolFull', { gone: true }),
      { level: 'failed', subject: 'alarms', found: expect.stringMatching(/^1 of \d+ are gone$/) },
    ],
    [
      'a topic that nobody hears',
      () => {
        account.subscriptions = [];
      },
      { level: 'warning', subject: 'topic of alarms', remedy: expect.stringContaining('aws sns subscribe') },
    ],
    [
      'a topic of the team that nobody hears',
      () => {
        account.subscriptions = [];
        const alarms = Object.entries(template.Resources).filter(
          ([, { Type }]) => Type === 'AWS::CloudWatch::Alarm',
        );
        for (const [id] of alarms)
          account.facts.set(id, { AlarmActions: ['arn:aws:sns:eu-central-1:1:pager'] });
      },
      { level: 'warning', subject: 'topic of alarms', remedy: expect.stringContaining(':pager') },
    ],
    [
      'a subscription that nobody has confirmed',
      () => {
        account.subscriptions = ['PendingConfirmation'];
      },
      { level: 'warning', subject: 'topic of alarms', found: 'no subscriber has confirmed' },
    ],
    [
      'messages in a dead-letter queue',
      () => account.messages.set(account.find('AWS::SQS::Queue', 'RequestsInboxDeadLetters'), 3),
      {
        level: 'warning',
        found: 'messages in it: 3',
        remedy: expect.stringMatching(/^evergreen-rooms dead-letters --stack \S+ shows them$/),
      },
    ],
    [
      'a secret without a key',
      () => account.secrets.delete(account.identity(account.find('AWS::SecretsManager::Secret', 'main')).ref),
      {
        level: 'failed',
        subject: 'account main (Meetings API)',
        found: expect.stringContaining('it does not exist or has no value yet'),
        remedy: expect.stringContaining('evergreen-rooms credentials put main --stack'),
      },
    ],
    [
      'a secret with something else in it',
      () => put('main', 'password'),
      {
        level: 'failed',
        subject: 'account main (Meetings API)',
        found: expect.stringContaining('cannot be used'),
      },
    ],
    [
      'a key that Daily refuses',
      () => put('second', 'x'.repeat(40)),
      { level: 'failed', subject: 'account second (Daily)', found: expect.stringContaining('401') },
    ],
    [
      'a key that Whereby refuses',
      () => put('third', 'x'.repeat(40)),
      { level: 'failed', subject: 'account third (Whereby)', found: expect.stringContaining('401') },
    ],
    [
      'a client secret that Zoom refuses',
      () => put('Applicationsfourth', 'x'.repeat(40)),
      {
        level: 'failed',
        subject: 'account fourth (Zoom)',
        found: expect.stringContaining('Zoom refuses it'),
      },
    ],
    [
      'an app at Zoom that may not make meetings',
      () => zoom.limitScopes('team', Object.values(SCOPES).slice(1)),
      {
        level: 'failed',
        subject: 'account fourth (Zoom)',
        found: 'its app lacks the scope meeting:write:meeting:admin',
        remedy: expect.stringContaining('Marketplace'),
      },
    ],
    [
      'a webhook without its secret token',
      () => put('Webhookoffourth', ''),
      {
        level: 'failed',
        subject: 'webhook of fourth',
        remedy: expect.stringMatching(
          /credentials put fourth-webhook .*meeting\.started.* at http\S+\/webhooks\/fourth$/,
        ),
      },
    ],
    [
      'a webhook whose function knows another secret token',
      () => put('Webhookoffourth', 'x'.repeat(22)),
      {
        level: 'failed',
        subject: 'webhook of fourth',
        found: expect.stringContaining('does not answer a challenge'),
      },
    ],
    [
      'a provider that fails',
      () => void meetingsApi.faults.add({ fault: 'status', status: 500, times: 'always' }),
      {
        level: 'failed',
        subject: 'account main (Meetings API)',
        remedy: expect.stringContaining('status page'),
      },
    ],
    [
      'a feed without an address',
      () => put('Feed', 'somewhere'),
      { level: 'failed', subject: 'feed team', remedy: expect.stringContaining('credentials put team') },
    ],
    [
      'a connection whose credential is no key',
      () => put('Connectionoffice', 'somewhere'),
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar office-/),
        found: expect.stringContaining('it is no JSON with client_email'),
        remedy: expect.stringContaining('credentials put office'),
      },
    ],
    [
      'a calendar that is not shared any more',
      () => googleCalendar.share('anna@example.org', ROBOT, undefined),
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar office-/),
        found: expect.stringContaining('share the calendar with the service account'),
      },
    ],
    [
      'a client secret that Microsoft does not know',
      () => put('Connectionmailbox', 'somewhere'),
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar mailbox-/),
        remedy: expect.stringContaining('credentials put mailbox'),
      },
    ],
    [
      'a mailbox that the app may not read any more',
      () => graph.allow('bob@example.org', false),
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar mailbox-/),
        found: expect.stringContaining('give the app Calendars.ReadWrite'),
      },
    ],
    [
      'a calendar of Google that may be read alone',
      () => googleCalendar.share('anna@example.org', ROBOT, 'reader'),
      {
        level: 'warning',
        subject: expect.stringMatching(/^calendar office-/),
        found: expect.stringContaining('its events get no links'),
        remedy: expect.stringContaining('with the right to make changes to events'),
      },
    ],
    [
      'a CalDAV server of this machine, which only the stack on this machine may reach',
      () => Reflect.deleteProperty(globalThis, ONE_MACHINE),
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar server-/),
        found: expect.stringContaining('its address must begin with https://'),
      },
    ],
    [
      'a password that the CalDAV server does not accept',
      () => put('Connectionserver', 'ann:another'),
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar server-/),
        remedy: expect.stringContaining('credentials put server'),
      },
    ],
    [
      'a calendar of CalDAV that may be read alone',
      () => {
        caldav.calendar('ann/team').readOnly = true;
      },
      {
        level: 'warning',
        subject: expect.stringMatching(/^calendar server-/),
        found: expect.stringContaining('its events get no links'),
        remedy: expect.stringContaining('the right to write'),
      },
    ],
    [
      'a CalDAV server without this calendar',
      () => connectServer({ calendars: ['ann/another'] }),
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar server-/),
        found: expect.stringContaining("answers 404: check the connection's url and the calendar's path"),
      },
    ],
    ...(
      [
        ['a website', (_, response) => response.end('<html></html>'), 'answers 200 like no CalDAV server'],
        [
          'another program',
          (_, response) => response.writeHead(405).end(),
          'answers 405 like no CalDAV server',
        ],
        [
          'a login page',
          (_, response) => response.writeHead(302, { location: 'https://login.example/' }).end(),
          'leads elsewhere',
        ],
      ] as const satisfies readonly (readonly [string, RequestListener, string])[]
    ).map(([what, listener, found]): [string, () => Promise<void>, Partial<Finding>] => [
      `${what} where the CalDAV server should be`,
      () => {
        answer = listener;
        return connectServer({ url: `http://127.0.0.1:${portOf(website)}` });
      },
      {
        level: 'failed',
        subject: expect.stringMatching(/^calendar server-/),
        found: expect.stringContaining(found),
      },
    ]),
    ...(
      [
        [503, 'failed', 'cannot read the table', 'link not served'],
        [502, 'failed', 'the function fails', 'log group'],
        [403, 'failed', 'refuses visitors', 'revert-drift'],
        [429, 'warning', 'no further copy', 'linksConcurrency'],
        [200, 'failed', 'by something else', 'point to the distribution'],
        [404, 'failed', 'by something else', 'point to the distribution'],
      ] as const
    ).map(([status, level, found, remedy]): [string, () => void, Partial<Finding>] => [
      `links that are answered with ${status}`,
      () => {
        account.link = { status, body: 'Not Found' };
      },
      {
        level,
        subject: expect.stringMatching(/^links at 127/),
        found: expect.stringContaining(found),
        remedy: expect.stringContaining(remedy),
      },
    ]),
    [
      'a function of links that reads another table',
      () =>
        change('AWS::Lambda::Function', 'LinksFunction', {
          Environment: {
            Variables: {
              POWERTOOLS_SERVICE_NAME: 'open-room',
              POWERTOOLS_METRICS_NAMESPACE: 'EvergreenRooms/k3x7q',
              LINKS_TABLE: 'Old',
            },
          },
        }),
      { level: 'failed', subject: 'links', found: expect.stringMatching(/written to \S+ and read from Old/) },
    ],
    [
      'something that the caller may not look at',
      () => account.denied.add('GetMetricData'),
      {
        level: 'failed',
        subject: 'planner',
        found: expect.stringContaining('AccessDenied'),
        remedy: expect.stringContaining('docs/security.md'),
      },
    ],
  ])('finds %s', async (_, breakIt, finding) => {
    await breakIt();
    expect(await wrong()).toEqual([expect.objectContaining(finding)]);
  });

  test('asks no topic where an alarm does something else besides', async () => {
    const pager = 'arn:aws:sns:eu-central-1:1:pager';
    const incident = 'arn:aws:ssm-incidents::1:response-plan/rooms';
    account.facts.set(account.find('AWS::CloudWatch::Alarm', 'PoolFull'), {
      AlarmActions: [pager, incident],
    });
    expect(await wrong()).toEqual([]);
  });

  test('finds an application that is nearly full', async () => {
    const made = Array.from({ length: 801 }, () => meetingsApi.addRoom(APPLICATION_ID));
    const found = await wrong();
    for (const { id } of made) meetingsApi.removeRoom(id);
    expect(found).toMatchObject([{ level: 'warning', found: 'holds 801 of 1000 rooms' }]);
  });

  test.each([
    ['as a warning, where the key is taken', 200, 'warning'],
    ['and blames it, not the key, where the key is refused', 401, 'failed'],
  ])('finds a clock that is off, %s', async (_, status, level) => {
    const server = createServer((_, response) => {
      response.sendDate = false;
      const headers = {
        date: new Date(Date.now() - 3_600_000).toUTCString(),
        'content-type': 'application/json',
      };
      response.writeHead(status, headers).end('{"total_count": 0, "data": []}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clients = makeClients({ region: 'eu-central-1' });
    const deployment = await findDeployment(clients, STACK);
    const applications = deployment.applications.map((entry) =>
      entry.name === 'second' ? { ...entry, baseUrl } : entry,
    );
    const found = (await examine({ ...deployment, applications }, clients)).filter(
      ({ level }) => level !== 'ok',
    );
    server.close();
    expect(found).toMatchObject([
      {
        level,
        found: expect.stringMatching(/differ by 3[56]\d\d s/),
        remedy: expect.stringContaining('NTP'),
      },
    ]);
  });

  test.each([
    ['alone in its stack', ['Rooms'], 'Rooms'],
    ['beside another whose name begins alike', ['Rooms', 'RoomsOfOthers'], 'Rooms'],
    ['beside another with a shorter name', ['Rooms', 'RoomsOfOthers'], 'RoomsOfOthers'],
  ])('looks at all that a deployment has that was told nothing, %s', async (_, ids, id) => {
    const stack = new Stack(appWith(), 'Own');
    const made = ids.map(
      (each) => new EvergreenRooms(stack, each, { applications: [{ provider: 'daily' }] }),
    );
    await account.stop();
    account = await startAccount(Template.fromStack(stack).toJSON() as StackTemplate);
    vi.stubEnv('AWS_ENDPOINT_URL', account.endpoint);
    const { ofType } = await findDeployment(
      makeClients({ region: 'eu-central-1' }),
      STACK,
      made[ids.indexOf(id)]?.deployment,
    );
    const counts = Object.fromEntries(
      [
        'DynamoDB::Table',
        'KMS::Key',
        'Scheduler::Schedule',
        'Events::Rule',
        'SQS::Queue',
        'CloudWatch::Alarm',
      ].map((type) => [type, ofType(`AWS::${type}`).length]),
    );
    expect(counts).toEqual({
      'DynamoDB::Table': 2,
      'KMS::Key': 1,
      'Scheduler::Schedule': 2,
      'Events::Rule': 3,
      'SQS::Queue': 10,
      'CloudWatch::Alarm': 27,
    });
  });

  test.each([
    ['has no address', 'https://links.invalid/', 'has no address', 'linksHostedZone'],
    ['is not there', 'http://127.0.0.1:9/', 'gave no answer', 'curl'],
  ])('finds a domain of links that %s', async (_, url, found, remedy) => {
    const clients = makeClients({ region: 'eu-central-1' });
    const deployment = await findDeployment(clients, STACK);
    const environment = { ...deployment.environment, LINKS_URL: url };
    const wrong = (await examine({ ...deployment, environment }, clients)).filter(
      ({ level }) => level !== 'ok',
    );
    expect(wrong).toMatchObject([
      {
        level: 'failed',
        found: expect.stringContaining(found),
        remedy: expect.stringContaining(remedy),
      },
    ]);
  });

  test('finds a domain of links whose certificate browsers do not accept', async () => {
    // it has no certificate, so that the two agree on none
    const server = createTlsServer((_, response) => response.end());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const clients = makeClients({ region: 'eu-central-1' });
    const deployment = await findDeployment(clients, STACK);
    const environment = { ...deployment.environment, LINKS_URL: url };
    const found = (await examine({ ...deployment, environment }, clients)).filter(
      ({ level }) => level !== 'ok',
    );
    server.close();
    expect(found).toMatchObject([
      {
        level: 'failed',
        found: expect.stringContaining('refuse the certificate'),
        remedy: expect.stringContaining('acm'),
      },
    ]);
  });

  test('asks no link where they are off', async () => {
    const clients = makeClients({ region: 'eu-central-1' });
    const deployment = await findDeployment(clients, STACK);
    const { LINKS_URL: _, ...environment } = deployment.environment;
    const subjects = (await examine({ ...deployment, environment }, clients)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.startsWith('links'))).toEqual([]);
  });

  test('cannot ask where there is no such stack, or none of ours in it', async () => {
    const clients = makeClients({ region: 'eu-central-1' });
    await expect(findDeployment(clients, 'Other')).rejects.toThrow('Stack with id Other does not exist');
    await expect(findDeployment(clients, STACK, 'other')).rejects.toThrow(
      'stack EvergreenRooms-test has the deployments k3x7q: name one of them by --deployment',
    );
  });
});

import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Graph, startGraph } from '../emulators/graph/graph.ts';
import { type Connection, connectedCalendars } from '../functions/connections/connection.ts';
import { ONE_MACHINE } from '../functions/runtime/one-machine.ts';
import type { Queue } from '../local/engines/queue.ts';
import { type QueueEngine, startQueues } from '../local/engines/queues.ts';
import { createCalendarTable, startDynalite, type Tables } from '../local/engines/table-engines.ts';
import { type SecretsEndpoint, secretsEndpoint } from './adapters/secrets-endpoint.ts';
import { type CalendarServer, SECRET_PATH, startCalendarServer } from './feeds/calendar-server.ts';
import { calendar, vevent } from './requests/calendar/texts.ts';
import { stubEnvironment } from './support/lambda-environment.ts';

/** Its secret is none of Google. */
const CONNECTION: Connection = {
  name: 'office',
  kind: 'google',
  secret: 'connection/office',
  calendars: ['anna@example.org'],
  which: 'all',
  writeBack: 'off',
};

const MAILBOX = 'bob@example.org';
const APP = { tenant: 'contoso', client: 'app-1' };

let queues: QueueEngine;
let graph: Graph;
let inbox: Queue;
let deadLetters: Queue;
let requests: Queue;
let secrets: SecretsEndpoint;
let tables: Tables;
let server: CalendarServer;
let handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
const logged: string[] = [];

beforeAll(async () => {
  [queues, tables, server] = await Promise.all([startQueues(), startDynalite(), startCalendarServer()]);
  secrets = await secretsEndpoint(server.address);
  graph = await startGraph({
    now: Date.now,
    rateLimits: false,
    app: { ...APP, secrets: [server.address] },
    mailboxes: [MAILBOX],
  });
  const queue = (name: string) => queues.create(name, `arn:aws:sqs:local:000000000000:${name}`, {});
  [inbox, deadLetters, requests] = [queue('calendars'), queue('calendars-dead'), queue('requests')];
  await createCalendarTable(tables.client, 'calendars');
  stubEnvironment('read-calendars', {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    WORK_QUEUE: inbox.url,
    DEAD_LETTER_QUEUE: deadLetters.url,
    MAX_RECEIVE_COUNT: '5',
    REQUESTS_QUEUE: requests.url,
    FEEDS: JSON.stringify([{ name: 'team', secret: 'feed/team' }]),
    CONNECTIONS: JSON.stringify([CONNECTION, mailConnection()]),
    CALENDARS_TABLE: 'calendars',
  });
  vi.stubGlobal(ONE_MACHINE as unknown as string, true);
  ({ handler } = (await import('../functions/read-calendars.ts')) as unknown as { handler: typeof handler });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => logged.push(String(text)) > 0);
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await Promise.all([queues.stop(), secrets.close(), tables.stop(), server.stop(), graph.close()]);
});

const mailConnection = (): Connection => ({
  ...APP,
  name: 'mail',
  kind: 'microsoft',
  secret: 'connection/mail',
  calendars: [MAILBOX],
  which: 'all',
  writeBack: 'off',
  baseUrl: graph.url,
  loginUrl: graph.loginUrl,
});

/** @param left milliseconds of the invocation */
function invoke(body: unknown, handle = handler, left = 60_000): Promise<SQSBatchResponse> {
  const record = {
    messageId: 'm',
    receiptHandle: 'r',
    body: JSON.stringify(body),
    attributes: { SentTimestamp: String(Date.now()), ApproximateReceiveCount: '1' },
    messageAttributes: {},
  };
  const context = {
    getRemainingTimeInMillis: () => left,
    awsRequestId: 'a',
    functionName: 'read-calendars',
  };
  return handle({ Records: [record] } as unknown as SQSEvent, context as unknown as Context);
}

/** A day that is still to come. */
const SOON = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');

const meeting = (uid: string) => vevent(`UID:${uid}`, `DTSTART:${SOON}T090000Z`, 'DURATION:PT1H');

describe('reading calendars', () => {
  test('leaves a message for each feed and calendar, so that one that fails fails alone', async () => {
    await invoke({});
    const ids = connectedCalendars([CONNECTION, mailConnection()]).map(({ id }) => id);
    expect(inbox.messages().map(({ body }) => body)).toEqual([
      '{"feed":"team"}',
      ...ids.map((id) => `{"calendar":"${id}"}`),
    ]);
  });

  test('sends on what a feed has, once, and what is gone from it', async () => {
    server.text = calendar(meeting('a'), meeting('b'));
    expect(await invoke({ feed: 'team' })).toEqual({ batchItemFailures: [] });
    expect(requests.messages()).toHaveLength(2);
    await invoke({ feed: 'team' });
    expect(requests.messages()).toHaveLength(2);
    server.text = calendar(meeting('b'));
    await invoke({ feed: 'team' });
    const [gone, ...others] = requests.messages().slice(2);
    expect(gone?.body).toMatch(/UID:a.*EXDATE/);
    expect(others).toEqual([]);
  });

  test('reads a feed at the address that was put in the place of another a moment ago', async () => {
    const { address } = server;
    secrets.versions.set('AWSCURRENT', 'http://nowhere.invalid/basic.ics');
    await invoke({ feed: 'team' });
    expect(logged.join()).toContain('feed team: its address must begin with https://');
    const read = server.requests.length;
    secrets.versions.set('AWSCURRENT', address);
    await invoke({ feed: 'team' });
    expect(server.requests).toHaveLength(read + 1);
  });

  test('leaves a feed that fails for its next time, and says no word of its address', async () => {
    server.fault = (response) => response.writeHead(500).end();
    const { batchItemFailures } = await invoke({ feed: 'team' });
    server.fault = undefined;
    expect(batchItemFailures).toEqual([]);
    expect(deadLetters.messages()).toEqual([]);
    expect(logged.join()).toContain('feed team: its server answers 500');
    expect(logged.join()).not.toContain(SECRET_PATH);
  });

  test('sends on the others where an event is too large for a message, and tells of it once', async () => {
    const dates = Array.from({ length: 20_000 }, (_, day) => `EXDATE:${Number(SOON) + day}T090000Z`);
    server.text = calendar(meeting('small'), vevent('UID:huge', `DTSTART:${SOON}T090000Z`, ...dates));
    const before = requests.messages().length;
    for (let reading = 0; reading < 2; reading += 1) {
      expect(await invoke({ feed: 'team' })).toEqual({ batchItemFailures: [] });
      server.text += '\r\n';
    }
    const sent = requests.messages().slice(before);
    expect(sent.filter(({ body }) => body.includes('UID:small'))).toHaveLength(1);
    expect(sent.filter(({ body }) => body.includes('UID:huge'))).toEqual([]);
    expect(deadLetters.messages().map(({ attributes }) => attributes.failureReason)).toEqual([
      'feed team: left out event "huge", too large for a message of at most 262144 bytes; all others were sent on',
    ]);
  });

  test('buries what nobody can read', async () => {
    await invoke({ feed: 'another' });
    expect(deadLetters.messages().at(-1)?.body).toBe('{"feed":"another"}');
  });
});

test('a calendar that cannot be read waits for its schedule, and an event that was asked for comes back', async () => {
  const [{ id } = { id: '' }] = connectedCalendars([CONNECTION]);
  expect(await invoke({ calendar: id })).toEqual({ batchItemFailures: [] });
  expect(logged.join()).toContain('calendar not read');
  expect(await invoke({ calendar: id, event: 'e' })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm' }],
  });
});

test('a mailbox with more series than the time allows is read by several messages, one after the other', async () => {
  const [{ id } = { id: '' }] = connectedCalendars([mailConnection()]);
  const start = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 19);
  for (let n = 0; n < 120; n += 1)
    graph.add(MAILBOX, {
      subject: `Weekly ${n}`,
      start: { dateTime: start, timeZone: 'UTC' },
      end: { dateTime: start, timeZone: 'UTC' },
      recurrence: {
        pattern: { type: 'daily', interval: 7 },
        range: { type: 'numbered', numberOfOccurrences: 2, startDate: start.slice(0, 10) },
      },
    });
  const before = requests.messages().length;
  const handedOn = () => inbox.messages().filter(({ body }) => body.includes('part'));
  await invoke({ calendar: id }, handler, 59_000);
  expect(requests.messages().length - before).toBe(50);
  // the schedule leaves it alone
  await invoke({ calendar: id }, handler, 59_000);
  expect(handedOn()).toHaveLength(1);
  for (let nth = 0; nth < handedOn().length; nth += 1)
    await invoke(JSON.parse(handedOn()[nth]?.body ?? ''), handler, 59_000);
  expect(handedOn().map(({ body }) => JSON.parse(body))).toEqual(
    [1, 2].map((part) => ({ calendar: id, part })),
  );
  expect(requests.messages().length - before).toBe(120);
});

/** An environment in which every variable that anybody may think of is set. */
function withEveryVariable(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // what the runtime and the SDK read for themselves is none of ours
  const isTheirs = (name: string) => /^(AWS|NODE|POWERTOOLS|LAMBDA|_)/.test(name) || name.includes('AMZN');
  return new Proxy(environment, {
    get: (target, name) => target[String(name)] ?? (isTheirs(String(name)) ? undefined : 'true'),
    has: (target, name) => name in target || !isTheirs(String(name)),
  });
}

describe('a deployed function', () => {
  test.each([
    ['over HTTP', (address: string) => address, 'its address must begin with https://'],
    ['over HTTPS', (address: string) => address.replace('http:', 'https:'), 'leads into a private network'],
  ])('reads no feed of its own machine %s, whatever its environment says', async (_, change, reason) => {
    vi.stubGlobal(ONE_MACHINE as unknown as string, undefined);
    Reflect.deleteProperty(globalThis, ONE_MACHINE);
    vi.resetModules();
    const { env } = process;
    process.env = withEveryVariable(env);
    try {
      const deployed = (await import('../functions/read-calendars.ts')) as unknown as {
        handler: typeof handler;
      };
      secrets.versions.set('AWSCURRENT', change(server.address));
      const read = server.requests.length;
      const before = logged.length;
      await invoke({ feed: 'team' }, deployed.handler);
      expect(logged.slice(before).join()).toContain(reason);
      expect(server.requests).toHaveLength(read);
    } finally {
      process.env = env;
    }
  });
});

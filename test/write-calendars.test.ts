import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type GoogleCalendar, startGoogleCalendar } from '../emulators/google-calendar/google-calendar.ts';
import { newKeyPair } from '../emulators/key-pair.ts';
import { WRITERS } from '../functions/adapters/calendars/quota.ts';
import { type Connection, connectedCalendars } from '../functions/connections/connection.ts';
import { ONE_MACHINE } from '../functions/runtime/one-machine.ts';
import { type QueueEngine, startQueues } from '../local/engines/queues.ts';
import { createCalendarTable, startDynalite, type Tables } from '../local/engines/table-engines.ts';
import { type SecretsEndpoint, secretsEndpoint } from './adapters/secrets-endpoint.ts';
import { stubEnvironment } from './support/lambda-environment.ts';

const ANNA = 'anna@example.org';
const ROBOT = 'rooms@project.iam.gserviceaccount.com';

let google: GoogleCalendar;
let queues: QueueEngine;
let secrets: SecretsEndpoint;
let tables: Tables;
let calendar: string;
let handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

beforeAll(async () => {
  const { privateKey, publicKey } = newKeyPair();
  [queues, tables, google] = await Promise.all([
    startQueues(),
    startDynalite(),
    startGoogleCalendar({
      serviceAccounts: [{ email: ROBOT, publicKeys: { key: publicKey } }],
      calendars: [{ id: ANNA, sharedWith: { [ROBOT]: 'writer' } }],
    }),
  ]);
  secrets = await secretsEndpoint(
    JSON.stringify({ client_email: ROBOT, private_key: privateKey, token_uri: google.tokenUrl }),
  );
  const connection: Connection = {
    name: 'office',
    kind: 'google',
    secret: 'connection/office',
    calendars: [ANNA],
    which: 'all',
    writeBack: 'full',
    baseUrl: google.url,
  };
  calendar = connectedCalendars([connection])[0]?.id ?? '';
  const queue = (name: string) => queues.create(name, `arn:aws:sqs:local:000000000000:${name}`, {});
  await createCalendarTable(tables.client, 'calendars');
  stubEnvironment('write-calendars', {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    WORK_QUEUE: queue('writes').url,
    DEAD_LETTER_QUEUE: queue('writes-dead').url,
    MAX_RECEIVE_COUNT: '5',
    DEPLOYMENT: 'test',
    EVENT_BUS: 'bus',
    CONNECTIONS: JSON.stringify([connection]),
    CALENDARS_TABLE: 'calendars',
  });
  vi.stubGlobal(ONE_MACHINE as unknown as string, true);
  ({ handler } = (await import('../functions/write-calendars.ts')) as unknown as { handler: typeof handler });
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await Promise.all([queues.stop(), secrets.close(), tables.stop(), google.close()]);
});

/** Delivers the announcements of so many rooms, whose events are gone: each is read and not written. */
async function deliver(ids: readonly number[], receives: number): Promise<readonly string[]> {
  const Records = ids.map((id) => ({
    messageId: String(id),
    receiptHandle: String(id),
    body: JSON.stringify({
      'detail-type': 'Room Created',
      detail: {
        key: `google:${calendar}:e${id}`,
        revision: 1,
        link: 'https://rooms.example/1',
        origin: { calendarId: calendar, eventId: `e${id}` },
      },
    }),
    attributes: { SentTimestamp: String(Date.now()), ApproximateReceiveCount: String(receives) },
    messageAttributes: {},
  }));
  const context = {
    getRemainingTimeInMillis: () => 60_000,
    awsRequestId: 'a',
    functionName: 'write-calendars',
  };
  // the handler reads no more of either
  const { batchItemFailures } = await handler(
    { Records } as unknown as SQSEvent,
    context as unknown as Context,
  );
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

describe('writing into calendars', () => {
  test('an event above the quota waits for its turn, and has it when it comes back', async () => {
    // nine tenths of 600 calls a minute, of which a write has two
    const most = (0.9 * 600) / WRITERS / 2;
    const ids = Array.from({ length: most + 2 }, (_, id) => id);
    const waiting = await deliver(ids, 1);
    expect(waiting).toEqual([String(most), String(most + 1)]);
    const calls = () => google.calls.all.filter(({ path }) => path.includes('/events/')).length;
    expect(calls()).toBe(most);
    expect(await deliver(waiting.map(Number), 2)).toEqual([]);
    expect(calls()).toBe(most + 2);
  });
});

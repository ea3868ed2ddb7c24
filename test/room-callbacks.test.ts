import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { callbackAddresses } from '../functions/adapters/callback-addresses.ts';
import { secretsManager } from '../functions/adapters/secrets.ts';
import { readNews } from '../functions/requests/tasks/rotation.ts';
import { HOUR } from '../functions/rooms/model/time.ts';
import type { Queue } from '../local/engines/queue.ts';
import { type QueueEngine, startQueues } from '../local/engines/queues.ts';
import { type SecretsEndpoint, secretsEndpoint } from './adapters/secrets-endpoint.ts';
import { stubEnvironment } from './support/lambda-environment.ts';
import { START } from './support/rooms.ts';

const BASE = 'https://callbacks.example/';
const KEY = 'team/a:weekly@example.com';
const STARTED = {
  event: 'session:started',
  session_id: 'b3d6ad1c-6b5a-4f5e-9c0e-8b1f6a3c2d11',
  room_id: 'room-1',
  started_at: '2027-03-01T12:00:00.000Z',
};

let queues: QueueEngine;
let queue: Queue;
let secrets: SecretsEndpoint;
let handler: (event: LambdaFunctionURLEvent, context: Context) => Promise<LambdaFunctionURLResult>;
let address: URL;
const logged: string[] = [];

beforeAll(async () => {
  [queues, secrets] = await Promise.all([
    startQueues(),
    secretsEndpoint('the first secret of the deployment'),
  ]);
  queue = queues.create('rotations', 'arn:aws:sqs:local:000000000000:rotations', {});
  stubEnvironment('room-callbacks', {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ROTATIONS_QUEUE: queue.url,
    CALLBACKS_SECRET: 'callbacks',
  });
  ({ handler } = (await import('../functions/room-callbacks.ts')) as unknown as { handler: typeof handler });
  address = new URL(await addressOf(KEY));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([queues.stop(), secrets.close()]);
});

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => logged.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const record of queue.receive(10)) queue.delete(record.receiptHandle);
});

/** The address that a worker gives to the provider. */
function addressOf(key: string): Promise<string> {
  const reader = secretsManager({ client: secrets.client, now: () => START });
  return callbackAddresses(BASE, 'callbacks', reader).address(key);
}

let sessions = 0;

async function call(more: { method?: string; path?: string; body?: unknown; base64?: boolean } = {}) {
  const {
    method = 'POST',
    path = address.pathname,
    body = { ...STARTED, session_id: `session-${++sessions}` },
    base64 = false,
  } = more;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const event = {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: { http: { method, path } },
    body: base64 ? Buffer.from(text).toString('base64') : text,
    isBase64Encoded: base64,
  } as unknown as LambdaFunctionURLEvent;
  const answer = await handler(event, { awsRequestId: 'request', functionName: 'callbacks' } as Context);
  return { status: (answer as { statusCode: number }).statusCode, answer, told: told() };
}

const told = () => queue.messages().map(({ body }) => readNews(body));

describe('whoever knows an address', () => {
  it('costs one look, however often the same callback is sent', async () => {
    const { pathname: path } = new URL(await addressOf('replayed'));
    for (let replay = 0; replay < 1000; replay += 1) {
      expect((await call({ path, body: STARTED })).status).toBe(204);
    }
    expect(told()).toHaveLength(1);
  });

  it('costs six looks a minute, whatever is told', async () => {
    // later than all that was counted before
    const later = Date.now() + HOUR;
    vi.useFakeTimers({ toFake: ['Date'], now: later });
    try {
      const { pathname: path } = new URL(await addressOf('varied'));
      const statuses = [];
      for (let nth = 0; nth < 100; nth += 1) statuses.push((await call({ path })).status);
      expect(told()).toHaveLength(6);
      expect(statuses.filter((status) => status === 429)).toHaveLength(94);
      vi.setSystemTime(later + 60_000);
      expect((await call({ path })).status).toBe(204);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a callback', () => {
  it.each([
    ['session:started', 'meeting-started'],
    ['session:ended', 'meeting-ended'],
    ['room:expired', 'expired'],
  ])('of %s is handed on to the workers', async (event, news) => {
    const { answer, told } = await call({ body: { ...STARTED, event } });
    expect(answer).toEqual({ statusCode: 204 });
    expect(told).toEqual([{ key: KEY, roomId: 'room-1', news }]);
  });

  it('is read also where its body is encoded', async () => {
    expect(await call({ base64: true })).toMatchObject({ status: 204, told: [{ key: KEY }] });
  });

  it('of no concern is thanked for, and goes no further', async () => {
    const body = { event: 'session:participant:joined', session_id: 's', room_id: 'room-1', name: 'Ada' };
    expect(await call({ body })).toMatchObject({ status: 204, told: [] });
  });

  it('is taken at an address that an earlier secret signed', async () => {
    const old = new URL(await addressOf('older')).pathname;
    secrets.versions.set('AWSPREVIOUS', secrets.versions.get('AWSCURRENT') ?? '');
    secrets.versions.set('AWSCURRENT', 'the second secret of the deployment');
    vi.resetModules();
    const fresh = (await import('../functions/room-callbacks.ts')) as unknown as { handler: typeof handler };
    const event = {
      requestContext: { http: { method: 'POST' } },
      rawPath: old,
      body: JSON.stringify(STARTED),
    };
    const answer = await fresh.handler(event as LambdaFunctionURLEvent, {} as Context);
    expect(answer).toEqual({ statusCode: 204 });
    expect(told()).toEqual([{ key: 'older', roomId: 'room-1', news: 'meeting-started' }]);
  });
});

describe('whoever does not know our addresses', () => {
  it('is told that there is nothing here, whatever is wrong', async () => {
    const [, key = '', signature = ''] = address.pathname.split('/');
    const other = new URL(await addressOf('other')).pathname.split('/').at(-1);
    const paths = [
      '/',
      '/favicon.ico',
      `/${key}`,
      `/${key}/${other}`,
      `/${key}/${'A'.repeat(32)}`,
      `/${key}/${signature}A`,
      `/${key}/${signature.slice(1)}`,
      `/${Buffer.from('other').toString('base64url')}/${signature}`,
      `/${'k'.repeat(173)}/${signature}`,
      `/x/${key}/${signature}`,
    ];
    for (const path of paths) expect(await call({ path }), path).toMatchObject({ status: 404, told: [] });
  });
});

describe('what is no callback', () => {
  it.each([
    ['another method than POST', { method: 'GET' }, 405],
    ['a body of more than 8 KiB', { body: { ...STARTED, more: 'x'.repeat(8192) } }, 413],
    ['a body that is no JSON', { body: 'event=session:started' }, 400],
    ['no body', { body: '' }, 400],
    ['a body without a room', { body: { event: 'session:started' } }, 400],
    ['a room that is a text of any length', { body: { ...STARTED, room_id: 'x'.repeat(101) } }, 400],
  ])('is refused: %s', async (_, request, status) => {
    expect(await call(request)).toMatchObject({ status, told: [] });
  });

  it('costs no look at the secret while it is too long or no POST', async () => {
    const before = secrets.calls.length;
    await call({ method: 'PUT' });
    await call({ body: 'x'.repeat(10_000) });
    expect(secrets.calls).toHaveLength(before);
  });
});

it('never logs what would let somebody in', async () => {
  await call();
  await call({ path: '/nowhere' });
  const signature = address.pathname.split('/').at(-1) ?? 'none';
  expect(logged.join('\n')).toContain('CallbacksHeard');
  expect(logged.join('\n')).toContain('CallbacksRefused');
  expect(logged.join('\n')).not.toContain(signature);
});

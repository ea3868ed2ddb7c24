import { createHmac } from 'node:crypto';
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readNews } from '../functions/requests/tasks/rotation.ts';
import { ensureRoom } from '../functions/rooms/actions/ensure.ts';
import { handleProviderEvent, identified } from '../functions/rooms/actions/provider-event.ts';
import type { RoomContext } from '../functions/rooms/lifecycle/context.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../functions/rooms/model/time.ts';
import type { Queue } from '../local/engines/queue.ts';
import { type QueueEngine, startQueues } from '../local/engines/queues.ts';
import { type Loopback, loopback } from './adapters/loopback.ts';
import { type SecretsEndpoint, secretsEndpoint } from './adapters/secrets-endpoint.ts';
import { HOSTS, startZoomBench, type ZoomBench } from './adapters/zoom/bench.ts';
import { stubEnvironment } from './support/lambda-environment.ts';
import { aSpec } from './support/rooms.ts';
import { aRequest, makeWorld } from './support/world.ts';

const TOKEN = 'the-secret-token-of-the-app';
const PATH = '/webhooks/main';
const NOW = Date.UTC(2030, 0, 1, 12);

interface Answered {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

let queues: QueueEngine;
let queue: Queue;
let secrets: SecretsEndpoint;
let handler: (event: object, context: Context) => Promise<Answered>;
const logged: string[] = [];

beforeAll(async () => {
  [queues, secrets] = await Promise.all([startQueues(), secretsEndpoint(TOKEN)]);
  queue = queues.create('rotations', 'arn:aws:sqs:local:000000000000:rotations', {});
  stubEnvironment('room-callbacks', {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ROTATIONS_QUEUE: queue.url,
    CALLBACKS_SECRET: 'callbacks',
    WEBHOOKS: JSON.stringify([{ application: 'main', path: PATH, secret: 'webhook' }]),
  });
  ({ handler } = (await import('../functions/room-callbacks.ts')) as unknown as { handler: typeof handler });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([queues.stop(), secrets.close()]);
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => logged.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const record of queue.receive(100)) queue.delete(record.receiptHandle);
});

const told = () => queue.messages().map(({ body }) => readNews(body));

let sessions = 0;

/** As Zoom tells it. */
function news(event: string, object: object = {}, more: object = {}) {
  sessions += 1;
  const meeting = {
    id: '84512239077',
    uuid: `session-${sessions}`,
    host_id: 'h',
    topic: 'Secret topic',
    ...object,
  };
  return { event, event_ts: Date.now(), payload: { account_id: 'team', object: meeting, ...more } };
}

interface Call {
  readonly path?: string;
  readonly token?: string;
  readonly timestamp?: string;
  readonly headers?: Record<string, string>;
  readonly text?: string;
}

/** @param body what is signed and sent, unless `text` is sent in its place */
function call(body: object, more: Call = {}): Promise<Answered> {
  const signed = JSON.stringify(body);
  const {
    path = PATH,
    token = TOKEN,
    timestamp = String(Math.floor(Date.now() / 1000)),
    text = signed,
  } = more;
  const hash = createHmac('sha256', token).update(`v0:${timestamp}:${signed}`).digest('hex');
  const headers = { 'x-zm-request-timestamp': timestamp, 'x-zm-signature': `v0=${hash}`, ...more.headers };
  const event = { requestContext: { http: { method: 'POST' } }, rawPath: path, headers, body: text };
  return handler(event, { awsRequestId: 'request', functionName: 'callbacks' } as Context);
}

describe('a webhook of an account', () => {
  it.each([
    ['meeting.started', 'meeting-started'],
    ['meeting.ended', 'meeting-ended'],
    ['meeting.deleted', 'expired'],
    ['meeting.permanently_deleted', 'expired'],
  ])('of %s is handed on, with the room and without a key', async (event, what) => {
    expect(await call(news(event))).toEqual({ statusCode: 204 });
    expect(await call(news(event, { id: 84512239078 }))).toEqual({ statusCode: 204 });
    const hint = { application: 'main', news: what };
    expect(told()).toEqual([
      { ...hint, roomId: '84512239077' },
      { ...hint, roomId: '84512239078' },
    ]);
  });

  it.each([
    ['another event', news('meeting.updated')],
    ['one date of a series', news('meeting.deleted', {}, { operation: 'single' })],
  ])('of no concern is thanked for, and goes no further: %s', async (_, body) => {
    expect(await call(body)).toEqual({ statusCode: 204 });
    expect(told()).toEqual([]);
  });

  it('is answered where it is a challenge, by the secret token', async () => {
    const challenge = { event: 'endpoint.url_validation', event_ts: NOW, payload: { plainToken: 'q8Zt' } };
    const { statusCode, headers, body = '' } = await call(challenge);
    expect([statusCode, headers]).toEqual([200, { 'content-type': 'application/json' }]);
    const encryptedToken = createHmac('sha256', TOKEN).update('q8Zt').digest('hex');
    expect(JSON.parse(body)).toEqual({ plainToken: 'q8Zt', encryptedToken });
    expect(told()).toEqual([]);
  });

  it('is taken with a time in milliseconds, and with the secret token from before it was replaced', async () => {
    expect((await call(news('meeting.started'), { timestamp: String(NOW) })).statusCode).toBe(204);
    secrets.versions.set('AWSPREVIOUS', 'the-token-before');
    expect((await call(news('meeting.started'), { token: 'the-token-before' })).statusCode).toBe(204);
    secrets.versions.delete('AWSPREVIOUS');
    expect(told()).toHaveLength(2);
  });
});

describe('whoever cannot sign for the provider', () => {
  const at = (offset: number) => String(Math.floor((NOW + offset) / 1000));

  it.each<[string, Call]>([
    ['another secret', { token: 'guessed' }],
    ['another body', { text: JSON.stringify(news('meeting.deleted')) }],
    ['no signature', { headers: { 'x-zm-signature': '' } }],
    ['a signature of another length', { headers: { 'x-zm-signature': 'v0=ab' } }],
    ['no time', { headers: { 'x-zm-request-timestamp': '' } }],
    ['a time that was not signed', { headers: { 'x-zm-request-timestamp': at(1000) } }],
    ['a call that was recorded six minutes ago', { timestamp: at(-6 * MINUTE) }],
    ['a call of the time to come', { timestamp: at(6 * MINUTE) }],
    ['another account', { path: '/webhooks/other' }],
  ])('is told that there is nothing here: %s', async (_, more) => {
    expect(await call(news('meeting.started'), more)).toEqual({ statusCode: 404 });
    expect(told()).toEqual([]);
  });

  it('is told so too while nobody has put the secret token there', async () => {
    secrets.versions.delete('AWSCURRENT');
    vi.setSystemTime(NOW + HOUR);
    expect((await call(news('meeting.started'))).statusCode).toBe(404);
    secrets.versions.set('AWSCURRENT', TOKEN);
    vi.setSystemTime(NOW + HOUR + 30 * SECOND);
    expect((await call(news('meeting.started'))).statusCode).toBe(204);
  });
});

describe('what is signed and no webhook', () => {
  it.each([
    ['no event', { payload: {} }],
    ['news of no meeting', { event: 'meeting.started', payload: {} }],
    ['a meeting that is a text of any length', news('meeting.started', { id: 'x'.repeat(100) })],
    ['a challenge without a token', { event: 'endpoint.url_validation', payload: {} }],
  ])('is refused: %s', async (_, body) => {
    expect(await call(body)).toEqual({ statusCode: 400 });
  });

  it('is refused without a look at the secret where it is longer than 8 KiB', async () => {
    const before = secrets.calls.length;
    expect(await call(news('meeting.started', { topic: 'x'.repeat(9000) }))).toEqual({ statusCode: 413 });
    expect(secrets.calls).toHaveLength(before);
  });
});

describe('a flood', () => {
  it('of the same news costs one look', async () => {
    const body = news('meeting.started', { id: '84512239100' });
    for (let nth = 0; nth < 200; nth += 1) expect((await call(body)).statusCode).toBe(204);
    expect(told()).toHaveLength(1);
  });

  it('of news of one meeting costs six looks a minute, and Zoom is asked to come again with the rest', async () => {
    const statuses: number[] = [];
    for (let nth = 0; nth < 50; nth += 1) {
      statuses.push((await call(news('meeting.started', { id: '84512239101' }))).statusCode);
    }
    expect(told()).toHaveLength(6);
    expect(statuses.filter((status) => status === 429)).toHaveLength(44);
  });
});

it('nothing of a body is in a log', async () => {
  await call(news('meeting.started', { id: '84512239102' }));
  await call(news('meeting.started'), { token: 'guessed' });
  const all = logged.join('\n');
  expect(all).toContain('CallbacksHeard');
  expect(all).toContain('CallbacksRefused');
  for (const part of ['Secret topic', '84512239102', 'session-', TOKEN]) expect(all).not.toContain(part);
});

describe('the whole way', () => {
  let functionUrl: Loopback;
  let bench: ZoomBench;
  let world: ReturnType<typeof makeWorld>;
  let context: RoomContext;

  beforeAll(async () => {
    functionUrl = await loopback(async ({ method, path, headers, body }) => {
      const event = {
        requestContext: { http: { method } },
        rawPath: path,
        headers,
        body: JSON.stringify(body),
      };
      const { statusCode, body: said = '' } = await handler(
        event as unknown as LambdaFunctionURLEvent,
        {} as Context,
      );
      return { status: statusCode, body: said };
    });
    bench = await startZoomBench({ webhook: { url: `${functionUrl.url}${PATH}`, secretToken: TOKEN } });
    world = makeWorld();
    const pool = { names: ['main'], siblings: () => ['main'], provider: () => bench.provider };
    context = { ...world.context, pool };
    turn(0);
    await ensureRoom(aRequest({ spec: aSpec() }), context);
  });

  afterAll(() => Promise.all([bench.close(), functionUrl.close()]));

  function turn(by: number) {
    bench.turn(by);
    world.clock.now = bench.now();
    vi.setSystemTime(bench.now());
  }

  const row = () => world.row('weekly');

  /** Lets webhooks arrive and the worker take what they became. */
  async function heard(): Promise<readonly string[]> {
    await bench.emulator.settle();
    const outcomes: string[] = [];
    for (const record of queue.receive(100)) {
      const hint = readNews(record.body);
      const about = hint && (await identified(hint, context));
      outcomes.push(about ? (await handleProviderEvent(about, context)).outcome : 'a stranger');
      queue.delete(record.receiptHandle);
    }
    return outcomes;
  }

  it('of a challenge proves to Zoom that the address is ours', async () => {
    turn(0);
    bench.emulator.challengeWebhook();
    expect(await heard()).toEqual([]);
    expect(bench.emulator.callbacks.at(-1)).toMatchObject({ event: 'endpoint.url_validation', status: 200 });
  });

  it('of a meeting begins the life of a room anew that lives by its use, and keeps it while the meeting lasts', async () => {
    turn(200 * DAY);
    const { current } = row();
    expect(current).toMatchObject({ byUse: true, expiresAt: bench.now() + 165 * DAY });
    bench.emulator.join(current?.guestUrl ?? '', 'Ann');
    expect(await heard()).toEqual(['noted']);
    expect(row()).toMatchObject({
      meetingSince: bench.now(),
      current: { expiresAt: bench.now() + 365 * DAY },
    });
    turn(HOUR);
    bench.emulator.leave(current?.id ?? '', 'Ann');
    expect(await heard()).toEqual(['noted']);
    expect(row().meetingSince).toBeUndefined();
  });

  it('of a meeting that is over when the news of its start comes leaves the row as it is', async () => {
    turn(HOUR);
    const id = row().current?.id;
    await call(news('meeting.started', { id }));
    expect(await heard()).toEqual(['unchanged']);
    expect(row().meetingSince).toBeUndefined();
  });

  it('of a meeting that somebody deleted brings it back, its link with it', async () => {
    turn(DAY);
    const { current, generation } = row();
    // by hand at Zoom, which tells of it
    await bench.provider.retire(current?.id ?? '');
    expect(bench.emulator.meeting(current?.id ?? '')).toBeUndefined();
    expect(await heard()).toEqual(['unchanged']);
    expect(bench.emulator.enter(current?.guestUrl ?? '').role).toBe('guest');
    expect(row()).toMatchObject({ generation, current: { id: current?.id } });
  });

  it('of a meeting of somebody else costs no call of Zoom', async () => {
    turn(DAY);
    const theirs = bench.emulator.schedule(HOSTS[0] ?? '', { topic: 'Theirs', type: 3 });
    const before = bench.observed.length;
    await call(news('meeting.started', { id: theirs.id }));
    expect(await heard()).toEqual(['a stranger']);
    expect(bench.observed).toHaveLength(before);
  });
});

import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { MeetingsApi } from '../emulators/meetings-api/meetings-api.ts';
import { callbackAddresses } from '../functions/adapters/callback-addresses.ts';
import { secretsManager } from '../functions/adapters/secrets.ts';
import { readNews } from '../functions/requests/tasks/rotation.ts';
import { ensureRoom } from '../functions/rooms/actions/ensure.ts';
import { handleProviderEvent, identified } from '../functions/rooms/actions/provider-event.ts';
import { rotateRoom } from '../functions/rooms/actions/rotate.ts';
import type { RoomContext } from '../functions/rooms/lifecycle/context.ts';
import type { Room } from '../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE } from '../functions/rooms/model/time.ts';
import { type Loopback, loopback } from './adapters/loopback.ts';
import { type Deployment, deploy } from './support/deployment.ts';
import { type Engines, startEngines } from './support/engines.ts';
import { stubEnvironment } from './support/lambda-environment.ts';
import { catchOutput } from './support/output.ts';
import { START } from './support/rooms.ts';
import { aRequest } from './support/world.ts';

/*
 * The whole way of a callback: the emulator of the provider tells an address that the adapter gave it, the function
 * hands it on, the worker looks and acts.
 */

const clock = { now: START };
const now = () => clock.now;
let engines: Engines;
let deployment: Deployment;
let functionUrl: Loopback;
let roomContext: RoomContext;
let emulator: MeetingsApi;

beforeAll(async () => {
  engines = await startEngines();
  deployment = await deploy(engines, {
    provider: 'meetings-api',
    now,
    wait: async () => {},
  });
  emulator = deployment.account.emulator as MeetingsApi;
  engines.secrets.create({ arn: 'arn:callbacks', name: 'callbacks' }, 'the secret of the addresses');
  stubEnvironment('room-callbacks', {
    AWS_ENDPOINT_URL_SQS: engines.queues.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: engines.standIns,
    ROTATIONS_QUEUE: deployment.inboxes.rotations.queue.url,
    CALLBACKS_SECRET: 'callbacks',
  });
  const { handler } = await import('../functions/room-callbacks.ts');
  const hear = handler as unknown as (event: object, context: object) => Promise<{ statusCode: number }>;
  functionUrl = await loopback(async ({ method, path, body }) => {
    const event = { requestContext: { http: { method } }, rawPath: path, body: JSON.stringify(body) };
    const { statusCode } = await hear(event as LambdaFunctionURLEvent, {} as Context);
    return { status: statusCode, body: '' };
  });
  const secrets = secretsManager({ client: engines.services.secretsManager, now });
  const callbacks = callbackAddresses(`${functionUrl.url}/`, 'callbacks', secrets);
  roomContext = { ...deployment.context, callbacks };
  await ensureRoom(aRequest({ key: KEY }), roomContext);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([functionUrl.close(), deployment.close()]);
  await engines.stop();
});

beforeEach(() => void catchOutput());

const KEY = 'team/a:weekly@example.com';

async function row(): Promise<Room> {
  const room = await roomContext.rooms.read(KEY);
  if (!room) throw new Error('there is no row');
  return room;
}

/** Lets callbacks arrive and the worker take what they became. */
async function applyEvents(): Promise<readonly string[]> {
  await emulator.settle();
  const { queue } = deployment.inboxes.rotations;
  const outcomes: string[] = [];
  for (const record of queue.receive(10)) {
    const told = readNews(record.body);
    const news = told && (await identified(told, roomContext));
    if (news) outcomes.push((await handleProviderEvent(news, roomContext)).outcome);
    queue.delete(record.receiptHandle);
  }
  return outcomes;
}

const rotate = async () =>
  (await rotateRoom({ key: KEY, generation: (await row()).generation, cause: 'due' }, roomContext)).outcome;

it('a meeting that is going on keeps its link until it ends', async () => {
  const { current, renewAt = 0 } = await row();
  clock.now = renewAt + HOUR;
  emulator.startSession(current?.id ?? '');
  expect(await applyEvents()).toEqual(['noted']);
  expect(await rotate()).toBe('postponed');
  emulator.endSession(current?.id ?? '');
  expect(await applyEvents()).toEqual(['noted']);
  expect((await row()).dueAt).toBe(renewAt);
  expect(await rotate()).toBe('rotated');
  expect((await row()).generation).toBe(2);
});

it('a room that ends without anybody having asked for it is opened again at once', async () => {
  const { current } = await row();
  clock.now += DAY;
  emulator.expireRoom(current?.id ?? '');
  expect(await applyEvents()).toEqual(['rotated']);
  expect(await row()).toMatchObject({ generation: 3, state: 'active' });
  expect((await row()).previous).toBeUndefined();
});

it('a room that was not renewed in time is opened again when it ends', async () => {
  clock.now = ((await row()).current?.expiresAt ?? 0) + MINUTE;
  await emulator.settle();
  expect(await applyEvents()).toContain('rotated');
  expect((await row()).generation).toBe(4);
});

it('nothing of all this is refused by the function', () => {
  expect(emulator.callbacks.length).toBeGreaterThan(3);
  expect(new Set(emulator.callbacks.map(({ status }) => status))).toEqual(new Set([204]));
});

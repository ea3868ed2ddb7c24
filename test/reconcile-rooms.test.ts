import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readReconciliation, writeReconciliation } from '../functions/requests/tasks/reconciliation.ts';
import { ensureRoom } from '../functions/rooms/actions/ensure.ts';
import { DAY, HOUR, SECOND } from '../functions/rooms/model/time.ts';
import { type Deployment, deploy } from './support/deployment.ts';
import { type Engines, startEngines } from './support/engines.ts';
import { aContext } from './support/inbox.ts';
import { stubEnvironment } from './support/lambda-environment.ts';
import { catchOutput } from './support/output.ts';
import { aSpec } from './support/rooms.ts';
import { aRequest } from './support/world.ts';

let engines: Engines;
let deployment: Deployment;
let name: string;
let handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

beforeAll(async () => {
  engines = await startEngines();
  deployment = await deploy(engines, {
    provider: 'meetings-api',
    now: () => Date.now(),
    wait: async () => {},
  });
  const { account, inboxes, context: roomContext, tableName, busName } = deployment;
  name = account.entry.name;
  // an application whose secret nobody has put there
  const locked = { ...account.entry, name: 'locked', secret: 'locked' };
  stubEnvironment('reconcile-rooms', {
    AWS_ENDPOINT_URL_DYNAMODB: engines.tables.endpoint,
    AWS_ENDPOINT_URL_SQS: engines.queues.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: engines.standIns,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: engines.standIns,
    ROOMS_TABLE: tableName,
    DEPLOYMENT: roomContext.deployment,
    APPLICATIONS: JSON.stringify([account.entry, locked]),
    EVENT_BUS: busName,
    WORK_QUEUE: inboxes.reconciliations.queue.url,
    DEAD_LETTER_QUEUE: inboxes.reconciliations.deadLetters.url,
    MAX_RECEIVE_COUNT: '5',
    LEASE_SECONDS: '90',
    RENEW_BEFORE_SECONDS: String((7 * DAY) / SECOND),
    LONGEST_GAP_SECONDS: String((25 * HOUR) / SECOND),
    RETENTION_DAYS: '90',
    ROTATIONS_QUEUE: inboxes.rotations.queue.url,
    RECONCILIATION: 'repair',
    BRAKE_PERCENT: '5',
  });
  ({ handler } = (await import('../functions/reconcile-rooms.ts')) as unknown as { handler: typeof handler });
  const spec = aSpec({ settings: { display_name: 'Weekly', join_approval_level: 'explicit_approval' } });
  await ensureRoom(aRequest({ key: 'healthy' }), roomContext);
  const { room } = await ensureRoom(aRequest({ key: 'drifted', spec }), roomContext);
  await roomContext.pool
    .provider(name)
    .change(room?.current?.id ?? '', { settings: { join_approval_level: 'none' } });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await deployment.close();
  await engines.stop();
});

/** Has the function take one message off its queue, as an event source does. */
async function reconcile(body: string) {
  const output = catchOutput();
  const { queue, deadLetters } = deployment.inboxes.reconciliations;
  queue.send(body);
  const Records = queue.receive(1);
  const { batchItemFailures } = await handler({ Records }, aContext(10 * 60 * SECOND));
  if (batchItemFailures.length === 0) queue.delete(Records[0]?.receiptHandle ?? '');
  const waiting = queue.messages().map((message) => message.body);
  for (const { receiptHandle } of queue.receive(10)) queue.delete(receiptHandle);
  return { output, failed: batchItemFailures.length > 0, waiting, buried: deadLetters.messages() };
}

it('reports and repairs its findings, and leaves a failing application to a message of its own', async () => {
  const { output, failed, waiting } = await reconcile('{}');
  expect(failed).toBe(false);
  expect(waiting).toEqual(['{"applications":["locked"]}']);
  expect(output.logged('INFO')).toMatchObject([
    {
      message: 'reconciled',
      mode: 'repair',
      applications: { [name]: { rooms: 2, drifted: 1, lost: 0, orphans: 0 } },
      rest: [{ applications: ['locked'] }],
    },
  ]);
  expect(output.counted('RoomsDrifted')).toBe(1);
  expect(output.counted('ApplicationRooms')).toBe(2);
  expect(output.counted('ReconciliationsFinished')).toBe(0);
  expect(deployment.inboxes.rotations.queue.messages().map(({ body }) => JSON.parse(body))).toEqual([
    { key: 'drifted', generation: 1, cause: 'drifted' },
  ]);
  const [{ 'detail-type': type } = { 'detail-type': '' }] = deployment.told.slice(-1);
  expect(type).toBe('Rooms Reconciled');
});

it('is finished when nothing is left over', async () => {
  const { output, waiting } = await reconcile(JSON.stringify({ applications: [name] }));
  expect(waiting).toEqual([]);
  expect(output.counted('ReconciliationsFinished')).toBe(1);
  const bars = output.lines.filter((line) => line.includes('"RoomsByLifeLeft":'));
  expect(bars.map((line) => JSON.parse(line))).toMatchObject([{ left: '75-100%', RoomsByLifeLeft: 2 }]);
});

it('has every link written again instead, when a person asks for that', async () => {
  const { rotations } = deployment.inboxes;
  for (const { receiptHandle } of rotations.queue.receive(10)) rotations.queue.delete(receiptHandle);
  const { output, waiting } = await reconcile('{"links":{}}');
  expect(waiting).toEqual([]);
  expect(output.logged('INFO')).toMatchObject([{ message: 'links nominated', nominated: 2 }]);
  const orders = rotations.queue.messages().map(({ body }) => JSON.parse(body));
  expect(orders.map(({ key, cause }) => `${cause} ${key}`).sort()).toEqual(['link drifted', 'link healthy']);
});

it('fails because of a failing application alone, and says how to repair it', async () => {
  const { output, failed } = await reconcile('{"applications":["locked"]}');
  expect(failed).toBe(true);
  expect(output.logged('ERROR')).toMatchObject([{ message: 'failed', code: 'unauthorized' }]);
  expect(output.logged('ERROR')[0]?.error).toMatchObject({
    message: /evergreen-rooms credentials put \S+ --stack/,
  });
});

it('refuses an application that is not in the pool', async () => {
  const { buried } = await reconcile('{"applications":["stranger"]}');
  expect(buried.map(({ attributes }) => attributes.failureReason)).toEqual([
    `applications: must be an application of the pool (${name}, locked), got stranger`,
  ]);
});

it('passes a confirmation on, and looks at the application that it names', async () => {
  const until = new Date(Date.now() + HOUR).toISOString();
  const confirmed = { application: name, findings: 20, until };
  const { output } = await reconcile(JSON.stringify({ confirmed }));
  expect(output.logged('INFO')).toMatchObject([{ message: 'reconciled', applications: { [name]: {} } }]);
  expect(output.counted('FindingsHeld')).toBe(0);
});

it('rings where more is missing than the brake allows', async () => {
  const { context: roomContext } = deployment;
  for (let index = 0; index < 11; index += 1) {
    const key = `missing-${index}`;
    const { room } = await ensureRoom(aRequest({ key }), roomContext);
    const current = room?.current;
    if (!room || !current) throw new Error(`room ${key} was not made`);
    const createdAt = current.createdAt - 2 * HOUR;
    await roomContext.rooms.write({ ...room, current: { ...current, id: `gone-${index}`, createdAt } });
  }
  const { output } = await reconcile(JSON.stringify({ applications: [name] }));
  expect(output.counted('RoomsLost')).toBe(11);
  expect(output.counted('FindingsHeld')).toBe(11);
});

it('has the place, the share of time and the counts of a part in the message of the next one', () => {
  const from = { cursor: '17', edge: 4, order: 'rises', seenAt: 5 } as const;
  const before = { rooms: 1, lost: 2, orphans: 3, held: 0 };
  const confirmed = { application: 'main', findings: 5, until: Date.parse('2030-01-01T00:00:00.000Z') };
  const counts = {
    rooms: 9,
    lost: 1,
    orphans: 2,
    retired: 2,
    strangers: 3,
    drifted: 4,
    unfinished: 5,
    recovered: 6,
  };
  const unreported = {
    mode: 'repair',
    applications: { main: { ...counts, held: true, partial: true } },
  } as const;
  const task = {
    applications: ['main'],
    from,
    before,
    confirmed,
    ordered: ['main'],
    unreported,
    share: 0.25,
  };
  expect(readReconciliation(writeReconciliation(task))).toEqual(task);
});

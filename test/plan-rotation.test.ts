import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { roomsTable } from '../functions/adapters/tables/rooms-table.ts';
import { readPlanTask } from '../functions/requests/tasks/plan-task.ts';
import { readRotation } from '../functions/requests/tasks/rotation.ts';
import { DAY, HOUR, SECOND } from '../functions/rooms/model/time.ts';
import type { Queue } from '../local/engines/queue.ts';
import { type QueueEngine, startQueues } from '../local/engines/queues.ts';
import { makeRoomsTable, startDynalite, type Tables } from '../local/engines/table-engines.ts';
import { stubEnvironment } from './support/lambda-environment.ts';
import { aRoom } from './support/rooms.ts';

let tables: Tables;
let queues: QueueEngine;
let plans: Queue;
let deadLetters: Queue;
let rotations: Queue;
let handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
let written: string[] = [];

beforeAll(async () => {
  [tables, queues] = await Promise.all([startDynalite(), startQueues()]);
  const make = (name: string) => queues.create(name, `arn:aws:sqs:local:000000000000:${name}`, {});
  [plans, deadLetters, rotations] = [make('plans'), make('dead-letters'), make('rotations')];
  const tableName = await makeRoomsTable(tables);
  stubEnvironment('plan-rotation', {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    ROOMS_TABLE: tableName,
    WORK_QUEUE: plans.url,
    DEAD_LETTER_QUEUE: deadLetters.url,
    MAX_RECEIVE_COUNT: '5',
    ROTATIONS_QUEUE: rotations.url,
    ROTATIONS_PER_RUN: '500',
    SPREAD_SECONDS: '0',
    LONGEST_GAP_SECONDS: String((25 * HOUR) / SECOND),
  });
  ({ handler } = (await import('../functions/plan-rotation.ts')) as unknown as { handler: typeof handler });
  const rooms = roomsTable(tables.dynamoDb, { tableName });
  const now = Date.now();
  const due = (overdue: number, more = {}) => ({
    renewAt: now - overdue,
    dueAt: now - overdue,
    emergencyAt: now + DAY,
    ...more,
  });
  await rooms.write(aRoom({ key: 'due', ...due(HOUR) }));
  await rooms.write(aRoom({ key: 'missed', ...due(3 * DAY, { emergencyAt: now - HOUR }) }));
  await rooms.write(aRoom({ key: 'held', ...due(HOUR, { state: 'held', emergencyAt: now - HOUR }) }));
  await rooms.write(aRoom({ key: 'tomorrow', ...due(-DAY) }));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([tables.stop(), queues.stop()]);
});

beforeEach(() => {
  written = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void written.push(args.join(' ')));
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const queue of [plans, deadLetters, rotations]) {
    for (const record of queue.receive(10)) queue.delete(record.receiptHandle);
  }
});

/** Sends a message and lets the function have it, with what is left of the invocation whenever it asks. */
async function plan(body: string, ...timeLeft: readonly number[]): Promise<SQSBatchResponse> {
  const left = [...timeLeft];
  const context = {
    getRemainingTimeInMillis: () => left.shift() ?? timeLeft.at(-1) ?? 5 * 60 * SECOND,
    awsRequestId: 'request',
  } as Context;
  const record = {
    messageId: 'message',
    receiptHandle: 'handle',
    body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    messageAttributes: {},
  };
  return handler({ Records: [record] } as unknown as SQSEvent, context);
}

const nominated = () =>
  rotations
    .messages()
    .map(({ body }) => readRotation(body).order.key)
    .sort();

/** The metrics of the last invocation, by name. */
function metrics(): Record<string, number> {
  const record = written.findLast((line) => line.includes('CloudWatchMetrics'));
  return record ? JSON.parse(record) : {};
}

describe('the planner', () => {
  it('nominates what is due, and says what it found', async () => {
    expect(await plan('{}')).toEqual({ batchItemFailures: [] });
    expect(nominated()).toEqual(['due', 'missed']);
    expect(plans.messages()).toEqual([]);
    const { OldestOverdue, ...counted } = metrics();
    expect(counted).toMatchObject({
      service: 'plan-rotation',
      RotationsDue: 2,
      RotationsNominated: 2,
      RotationsDeferred: 0,
      Emergencies: 1,
      HeldEmergencies: 1,
      PlannerHeartbeat: 1,
    });
    expect(Math.round(((OldestOverdue ?? 0) * SECOND) / DAY)).toBe(3);
  });

  it('leaves to a message of its own what it has no time for, without a heartbeat', async () => {
    expect(await plan('{}', 30 * SECOND, 30 * SECOND, 9 * SECOND)).toEqual({ batchItemFailures: [] });
    expect(nominated()).toEqual([]);
    expect(metrics().PlannerHeartbeat).toBeUndefined();
    const [successor] = plans.messages();
    expect(readPlanTask(successor?.body ?? '').shards).toHaveLength(16);
    await plan(successor?.body ?? '');
    expect(nominated()).toEqual(['due', 'missed']);
    expect(metrics().PlannerHeartbeat).toBe(1);
  });

  it('puts aside what is no plan, with the reason', async () => {
    expect(await plan('{"shards": "all"}')).toEqual({ batchItemFailures: [] });
    expect(nominated()).toEqual([]);
    const [dead] = deadLetters.messages();
    expect(dead?.body).toBe('{"shards": "all"}');
    expect(dead?.attributes.failureReason).toBe(
      'body: must be {} to plan the rotation of all rooms that are due',
    );
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { rotationQueue } from '../../../functions/adapters/queues/rotation-queue.ts';
import { DUE_SHARDS, roomsTable } from '../../../functions/adapters/tables/rooms-table.ts';
import { readPlanTask, writePlanTask } from '../../../functions/requests/tasks/plan-task.ts';
import { readRotation } from '../../../functions/requests/tasks/rotation.ts';
import { planRotation } from '../../../functions/rooms/fleet/plan.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { type QueueEngine, startQueues } from '../../../local/engines/queues.ts';
import { sqsAt } from '../../../local/engines/services.ts';
import { makeRoomsTable, startDynalite, type Tables } from '../../../local/engines/table-engines.ts';
import { aRoom, START } from '../../support/rooms.ts';

const DUE = 600;

let tables: Tables;
let queues: QueueEngine;

beforeAll(async () => {
  [tables, queues] = await Promise.all([startDynalite(), startQueues()]);
});

afterAll(async () => {
  await Promise.all([tables.stop(), queues.stop()]);
});

/** A round takes six seconds of an invocation that has twenty. */
function twentySeconds() {
  let left = 26 * SECOND;
  return () => {
    left -= 6 * SECOND;
    return left;
  };
}

it('hundreds of due rooms are nominated by planners of twenty seconds, each room once', async () => {
  const rooms = roomsTable(tables.dynamoDb, { tableName: await makeRoomsTable(tables), duePage: 5 });
  await Promise.all(
    Array.from({ length: DUE + 100 }, (_, index) => {
      const at = START - DUE * MINUTE + index * MINUTE;
      return rooms.write(aRoom({ key: `room-${index}`, renewAt: at, dueAt: at, emergencyAt: at + 3 * DAY }));
    }),
  );
  const queue = queues.create('rotations', 'arn:aws:sqs:local:000000000000:rotations', {});
  const planning = {
    rooms,
    rotations: rotationQueue(sqsAt(queues.endpoint), queue.url, () => START),
    shards: DUE_SHARDS,
    perRun: 10_000,
    spread: 15 * MINUTE,
    longestGap: 25 * HOUR,
  };
  const nominated: number[] = [];
  for (let message: string | undefined = '{}', clock = START - MINUTE; message; clock += 20 * SECOND) {
    const now = () => clock;
    const report = await planRotation(readPlanTask(message), { ...planning, now, timeLeft: twentySeconds() });
    nominated.push(report.nominated);
    message = report.rest && writePlanTask(report.rest);
  }
  const keys = queue.messages().map(({ body }) => readRotation(body).order.key);
  expect(nominated.length).toBeGreaterThan(3);
  expect(nominated.reduce((sum, count) => sum + count)).toBe(DUE);
  expect(new Set(keys).size).toBe(DUE);
  expect(keys).toHaveLength(DUE);
});

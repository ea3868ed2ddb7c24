import type { CallAws } from '../../functions/adapters/aws/call.ts';
import { dynamoDbClient } from '../../functions/adapters/aws/clients.ts';
import type { DynamoDb } from '../../functions/adapters/aws/operations.ts';
import { rotationQueue } from '../../functions/adapters/queues/rotation-queue.ts';
import { DUE_SHARDS, roomsTable } from '../../functions/adapters/tables/rooms-table.ts';
import { toRoom } from '../../functions/adapters/tables/row.ts';
import { readPlanTask, writePlanTask } from '../../functions/requests/tasks/plan-task.ts';
import { type Planning, planRotation } from '../../functions/rooms/fleet/plan.ts';
import type { DueRoom, RoomStore } from '../../functions/rooms/model/ports.ts';
import { HOUR, MINUTE } from '../../functions/rooms/model/time.ts';
import { localCall, sqsAt } from '../../local/engines/services.ts';
import { TABLE } from './load.ts';

/** One invocation of a planner in a separate process, so that its memory can be measured. */
export interface Invocation {
  readonly tables: string;
  readonly queues: string;
  readonly queueUrl: string;
  readonly now: number;
  /** `index` is the project's planner; `scan` finds due rooms without an index. */
  readonly way: 'index' | 'scan';
  /** The time limit of the invocation, in milliseconds. */
  readonly time: number;
  /** A message of the plans queue. */
  readonly task: string;
}

export interface InvocationReport {
  readonly nominated: number;
  readonly readUnits: number;
  readonly reads: number;
  readonly milliseconds: number;
  /** The largest heap between two rounds, without garbage, in MiB. */
  readonly heap: number;
  /** The message for the next invocation. */
  readonly rest?: string;
}

async function invoke(invocation: Invocation): Promise<InvocationReport> {
  const started = performance.now();
  const { tables, queues, queueUrl, now, way, time, task } = invocation;
  const { consumed, counted } = countReads(localCall);
  const dynamoDb = dynamoDbClient(counted, new URL(tables));
  const planning: Omit<Planning, 'timeLeft'> = {
    rooms: way === 'index' ? roomsTable(dynamoDb, { tableName: TABLE }) : scanning(dynamoDb),
    rotations: rotationQueue(sqsAt(queues), queueUrl, () => now),
    now: () => now,
    shards: way === 'index' ? DUE_SHARDS : 1,
    perRun: Number.MAX_SAFE_INTEGER,
    spread: 15 * MINUTE,
    longestGap: 25 * HOUR,
  };
  let heap = 0;
  const timeLeft = () => {
    globalThis.gc?.();
    heap = Math.max(heap, process.memoryUsage().heapUsed);
    return time - (performance.now() - started);
  };
  const { nominated, rest } = await planRotation(readPlanTask(task), { ...planning, timeLeft });
  return {
    nominated,
    ...consumed,
    milliseconds: performance.now() - started,
    heap: heap / 2 ** 20,
    rest: rest && writePlanTask(rest),
  };
}

/** Adds up the read units that DynamoDB reports. */
function countReads(call: CallAws): { consumed: { readUnits: number; reads: number }; counted: CallAws } {
  const consumed = { readUnits: 0, reads: 0 };
  return {
    consumed,
    async counted({ body, ...rest }) {
      // every read takes this field, and reports by it
      const answer = (await call({ ...rest, body: { ...body, ReturnConsumedCapacity: 'TOTAL' } })) as {
        readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
      };
      consumed.readUnits += answer.ConsumedCapacity?.CapacityUnits ?? Number.NaN;
      consumed.reads += 1;
      return answer;
    },
  };
}

/** Finds due rooms without an index: every row is read, 1 MB at a time, and most are discarded. */
function scanning(dynamoDb: DynamoDb): Pick<RoomStore, 'due'> {
  return {
    async due(_, before, cursor) {
      const { Items = [], LastEvaluatedKey } = await dynamoDb('Scan', {
        TableName: TABLE,
        FilterExpression: 'dueAt <= :before',
        ExpressionAttributeValues: { ':before': new Date(before).toISOString() },
        ExclusiveStartKey: cursor === undefined ? undefined : JSON.parse(cursor),
      });
      return { items: Items.map(shown), cursor: LastEvaluatedKey && JSON.stringify(LastEvaluatedKey) };
    },
  };
}

function shown(item: Record<string, unknown>): DueRoom {
  const { key, generation, state, current, dueAt = 0, renewAt = 0, emergencyAt = 0 } = toRoom(item);
  const held = state === 'held' ? true : undefined;
  return { key, generation, held, application: current?.application ?? '', dueAt, renewAt, emergencyAt };
}

if (import.meta.main) {
  console.log(JSON.stringify(await invoke(JSON.parse(process.argv[2] ?? ''))));
  process.exit();
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../emulators/http/random.ts';
import type { Queue } from '../local/engines/queue.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import { HOUR, letPass } from './clock.ts';
import type { WorkItem, Workload } from './workload.ts';

/** Requests come in waves, with this time between two of them: nights pass, and rooms become due. */
const BETWEEN_WAVES = 14 * HOUR;
const wavesFor = (requests: number) => Math.min(10, Math.max(2, Math.ceil(requests / 100)));

/** The share of messages that are delivered once more later. */
const REPEATED = 0.2;

/** The share of these that SQS's own redrive moves out of a dead-letter queue. */
const MOVED = 0.5;

export interface LoadOptions {
  readonly requests: number;
  /** @default depends on the number of requests, at least 2 */
  readonly waves?: number;
  /** Receives progress messages. */
  readonly say?: (line: string) => void;
}

export interface Sent {
  readonly requests: number;
  /** Delivered once more, with the original id and time. */
  readonly repeated: number;
  /** Delivered once more with another id and another time. */
  readonly moved: number;
}

/** The original message, to be delivered once more. */
interface Repetition {
  readonly body: string;
  readonly id: string;
  readonly at: number;
}

/** Sends all requests, and lets the stack work on them meanwhile. */
export async function sendLoad(
  { stack, doors }: LocalRooms,
  workload: Workload,
  random: Random,
  { requests, waves = wavesFor(requests), say = () => {} }: LoadOptions,
): Promise<Sent> {
  const queue = requestsQueue({ stack, doors });
  const lastSent = new Map<string, number>();
  const repetitions: Repetition[] = [];
  let repeated = 0;
  let moved = 0;

  async function send({ key, body }: WorkItem): Promise<void> {
    // the content would order two requests of one instant, which is correct but not what this counts
    while ((lastSent.get(key) ?? 0) >= Date.now()) await sleep(1);
    const at = Date.now();
    lastSent.set(key, at);
    const first = { body: JSON.stringify(body), id: randomUUID(), at };
    deliver(queue, first);
    if (random() < REPEATED) repetitions.push(first);
  }

  for (let wave = 1; wave <= waves; wave += 1) {
    const again = repetitions.splice(0);
    const upTo = Math.floor((requests * wave) / waves);
    for (let nth = Math.floor((requests * (wave - 1)) / waves); nth < upTo; nth += 1)
      await send(workload.next());
    for (const message of again) {
      if (random() < MOVED) {
        queue.moveBack(message.body, queue.arn);
        moved += 1;
      } else {
        deliver(queue, message);
        repeated += 1;
      }
    }
    await letPass(stack, BETWEEN_WAVES);
    say(`wave ${wave} of ${waves}: ${upTo} requests`);
  }
  return { requests, repeated, moved };
}

/** Sends each of these once, and lets them be served. */
export async function askAgain(rooms: LocalRooms, items: readonly WorkItem[]): Promise<void> {
  for (const { body } of items) requestsQueue(rooms).send(JSON.stringify(body));
  await letPass(rooms.stack, HOUR);
}

function requestsQueue({ stack, doors }: Pick<LocalRooms, 'stack' | 'doors'>): Queue {
  const queue = stack.queues.all().find(({ url }) => url === doors.requestsQueueUrl);
  if (!queue) throw new Error('the stack has no queue of requests');
  return queue;
}

function deliver(queue: Queue, { body, id, at }: Repetition): void {
  queue.send(body, {
    attributes: {
      originalMessageId: { DataType: 'String', StringValue: id },
      originalSentAt: { DataType: 'Number', StringValue: String(at) },
    },
  });
}

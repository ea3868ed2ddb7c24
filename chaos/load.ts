import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../emulators/http/random.ts';
import type { Queue } from '../local/engines/queue.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import { HOUR, letPass } from './clock.ts';
import type { WorkItem, Workload } from './workload.ts';

/** Requests come in waves, with so much time between two of them: nights pass, and rooms fall due. */
const BETWEEN_WAVES = 14 * HOUR;
const wavesFor = (requests: number) => Math.min(10, Math.max(2, Math.ceil(requests / 100)));

/** Of all messages, those that are delivered once more later. */
const REPEATED = 0.1;

export interface LoadOptions {
  readonly requests: number;
  /** Hears how it goes. */
  readonly say?: (line: string) => void;
}

/** A message as it was sent first, to be delivered once more. */
interface Repetition {
  readonly body: string;
  readonly id: string;
  readonly at: number;
}

/** Sends wishes until there were enough of them, and lets the stack work on them meanwhile. */
export async function sendLoad(
  { stack, doors }: LocalRooms,
  wishes: Workload,
  random: Random,
  { requests, say = () => {} }: LoadOptions,
): Promise<{ requests: number; repeated: number }> {
  const queue = stack.queues.all().find(({ url }) => url === doors.requestsQueueUrl);
  if (!queue) throw new Error('the stack has no queue of requests');
  const lastSent = new Map<string, number>();
  const repetitions: Repetition[] = [];
  let repeated = 0;

  async function send({ key, body }: WorkItem): Promise<void> {
    // two wishes of one instant would be ordered by their content, which is right and not what is counted here
    while ((lastSent.get(key) ?? 0) >= Date.now()) await sleep(1);
    const at = Date.now();
    lastSent.set(key, at);
    const first = { body: JSON.stringify(body), id: randomUUID(), at };
    deliver(queue as Queue, first);
    if (random() < REPEATED) repetitions.push(first);
  }

  const waves = wavesFor(requests);
  for (let wave = 1; wave <= waves; wave += 1) {
    for (const again of repetitions.splice(0)) {
      deliver(queue, again);
      repeated += 1;
    }
    const upTo = Math.floor((requests * wave) / waves);
    for (let nth = Math.floor((requests * (wave - 1)) / waves); nth < upTo; nth += 1)
      await send(wishes.next());
    await letPass(stack, BETWEEN_WAVES);
    say(`wave ${wave} of ${waves}: ${upTo} requests`);
  }
  return { requests, repeated };
}

function deliver(queue: Queue, { body, id, at }: Repetition): void {
  queue.send(body, {
    attributes: {
      originalMessageId: { DataType: 'String', StringValue: id },
      originalSentAt: { DataType: 'Number', StringValue: String(at) },
    },
  });
}

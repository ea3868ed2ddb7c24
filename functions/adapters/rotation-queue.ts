import { setTimeout } from 'node:timers/promises';
import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DelayedOrder, RoomNews, RotationQueue } from '../rooms/ports.ts';
import type { Duration, Instant } from '../rooms/room.ts';
import { MINUTE, SECOND } from '../rooms/room.ts';

/** SQS takes ten messages at once and holds one back for a quarter of an hour at most. */
const BATCH = 10;
const LONGEST_DELAY: Duration = 15 * MINUTE;
/** Batches in flight at once: enough to hide the round trip, few enough for the SDK's sockets. */
const IN_FLIGHT = 16;

const ATTEMPTS = 4;
/** Before what a batch refused is sent again; doubled each time. */
const PAUSE: Duration = 50;

/** The body of a message of the rotations queue. */
export interface RotationMessage {
  readonly key: string;
  readonly generation: number;
  readonly cause: string;
  /** A delay longer than SQS's goes in hops: whoever receives the message earlier sends it on. */
  readonly notBefore?: string;
}

export function rotationQueue(client: SQSClient, queueUrl: string, now: () => Instant): RotationQueue {
  async function sendBatch(orders: readonly DelayedOrder[]): Promise<void> {
    let left = orders.map((order, index) => ({ Id: String(index), ...entryOf(order, now()) }));
    for (let attempt = 1; ; attempt += 1) {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }),
      );
      left = left.filter(({ Id }) => Failed.some((failure) => failure.Id === Id));
      if (left.length === 0) return;
      if (attempt === ATTEMPTS) throw refused(left.length, orders.length, Failed[0]);
      await setTimeout(PAUSE * 2 ** (attempt - 1));
    }
  }

  return {
    async send(orders) {
      const batches = Array.from({ length: Math.ceil(orders.length / BATCH) }, (_, index) =>
        orders.slice(index * BATCH, (index + 1) * BATCH),
      );
      const lane = async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) await sendBatch(batch);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    },
  };
}

/** The same queue, for what a provider told: a message each, since nobody waits for company. */
export function newsQueue(client: SQSClient, queueUrl: string): { tell(news: RoomNews): Promise<void> } {
  return {
    async tell(news) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(news) }));
    },
  };
}

function refused(count: number, of: number, reason: BatchResultErrorEntry | undefined): Error {
  const why = [reason?.Code, reason?.Message].filter(Boolean).join(': ') || 'it gave no reason';
  return new Error(
    `the rotations queue refused ${count} of ${of} messages ${ATTEMPTS} times (${why}); the plan is repeated`,
  );
}

function entryOf(
  { order, delay }: DelayedOrder,
  now: Instant,
): { MessageBody: string; DelaySeconds: number } {
  const hop = Math.min(delay, LONGEST_DELAY);
  const message: RotationMessage = {
    ...order,
    notBefore: delay > LONGEST_DELAY ? new Date(now + delay).toISOString() : undefined,
  };
  return { MessageBody: JSON.stringify(message), DelaySeconds: Math.floor(hop / SECOND) };
}

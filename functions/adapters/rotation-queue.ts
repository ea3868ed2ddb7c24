import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DelayedOrder, RotationQueue } from '../rooms/ports.ts';
import type { Duration, Instant } from '../rooms/room.ts';
import { MINUTE, SECOND } from '../rooms/room.ts';

/** SQS takes ten messages at once and holds one back for a quarter of an hour at most. */
const BATCH = 10;
const LONGEST_DELAY: Duration = 15 * MINUTE;
/** Batches in flight at once: enough to hide the round trip, few enough to stay below SQS's throttles. */
const IN_FLIGHT = 8;
const ATTEMPTS = 4;

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
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }),
      );
      left = left.filter(({ Id }) => Failed.some((failure) => failure.Id === Id));
      if (left.length > 0 && attempt === ATTEMPTS) {
        throw new Error(
          `the rotations queue refused ${left.length} of ${orders.length} messages ${ATTEMPTS} times: ${Failed[0]?.Code} ${Failed[0]?.Message ?? ''}`,
        );
      }
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

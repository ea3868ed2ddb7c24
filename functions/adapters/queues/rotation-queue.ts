import type { DelayedOrder, ProviderEvent, RoomNews, RotationQueue } from '../../rooms/model/ports.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { MINUTE, SECOND } from '../../rooms/model/time.ts';
import type { Sqs } from '../aws/operations.ts';
import { type Outgoing, sendBatched } from './send-batched.ts';

/** SQS delays a message by at most 15 minutes. */
const LONGEST_DELAY: Duration = 15 * MINUTE;

/** The body of a message of the rotations queue. */
export interface RotationMessage {
  readonly key: string;
  readonly generation: number;
  readonly cause: string;
  /**
   * A delay that is longer than SQS's limit is split: a worker that receives the message earlier sends it on.
   */
  readonly notBefore?: string;
}

export function rotationQueue(sqs: Sqs, queueUrl: string, now: () => Instant): RotationQueue {
  return {
    send: (orders) =>
      sendBatched(
        sqs,
        queueUrl,
        orders.map((order) => outgoing(order, now())),
      ),
  };
}

/** The same queue for the callbacks of providers: one message each, because batches would delay them. */
export function newsQueue(
  sqs: Sqs,
  queueUrl: string,
): { tell(news: ProviderEvent | RoomNews): Promise<void> } {
  return {
    async tell(news) {
      await sqs('SendMessage', { QueueUrl: queueUrl, MessageBody: JSON.stringify(news) });
    },
  };
}

function outgoing({ order, delay }: DelayedOrder, now: Instant): Outgoing {
  const hop = Math.min(delay, LONGEST_DELAY);
  const message: RotationMessage = {
    ...order,
    notBefore: delay > LONGEST_DELAY ? new Date(now + delay).toISOString() : undefined,
  };
  return { MessageBody: JSON.stringify(message), DelaySeconds: Math.floor(hop / SECOND) };
}

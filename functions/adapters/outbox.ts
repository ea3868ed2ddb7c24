import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Outbox } from '../feeds/feed.ts';

/** What SQS takes at once, with something left for what it counts besides the bodies. */
const MOST_MESSAGES = 10;
const MOST_BYTES = 250 * 1024;

/** Batches in flight at once: enough to hide the round trip, few enough for the SDK's sockets. */
const IN_FLIGHT = 16;
const ATTEMPTS = 4;

/** Sends many messages to a queue, ten at a time. Resolves when all of them are there. */
export function outbox(client: SQSClient, QueueUrl: string): Outbox {
  async function sendBatch(bodies: readonly string[]): Promise<void> {
    let left = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: left }));
      left = left.filter(({ Id }) => Failed.some((failure) => failure.Id === Id));
      if (left.length > 0 && attempt === ATTEMPTS) {
        const [{ Code = 'it gave no reason' } = {}] = Failed;
        throw new Error(`the queue refused ${left.length} messages ${ATTEMPTS} times (${Code})`);
      }
    }
  }

  return {
    async send(bodies) {
      const batches = batched(bodies);
      const lane = async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) await sendBatch(batch);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    },
  };
}

function batched(bodies: readonly string[]): string[][] {
  const batches: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    const batch = batches.at(-1);
    if (batch && batch.length < MOST_MESSAGES && bytes + size <= MOST_BYTES) {
      batch.push(body);
      bytes += size;
    } else {
      batches.push([body]);
      bytes = size;
    }
  }
  return batches;
}

import { setTimeout } from 'node:timers/promises';
import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import type { Duration } from '../../rooms/model/time.ts';
import type { Sqs } from '../aws/operations.ts';

/** A message to send. */
export interface Outgoing {
  readonly MessageBody: string;
  /** Seconds. */
  readonly DelaySeconds?: number;
}

/** SQS's limits for one batch, minus a margin for what it counts besides the bodies. */
const MOST_MESSAGES = 10;
const MOST_BYTES = 250 * 1024;

/** Batches in flight at the same time: enough to hide the round trip, few enough for one process. */
const IN_FLIGHT = 16;

const ATTEMPTS = 4;
/** The wait before refused messages of a batch are sent again; doubled each time. */
const PAUSE: Duration = 50;

/**
 * Sends any number of messages to a queue, ten at a time. Resolves when the queue has all of them.
 *
 * @throws Error if the queue keeps refusing some; the others may have been sent
 */
export async function sendBatched(sqs: Sqs, QueueUrl: string, messages: Iterable<Outgoing>): Promise<void> {
  // the workers share one iterator, so bodies are created only as fast as they are sent
  const batches = batched(messages);
  const worker = async () => {
    for (let next = batches.next(); !next.done; next = batches.next()) {
      await sendBatch(sqs, QueueUrl, next.value);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

async function sendBatch(sqs: Sqs, QueueUrl: string, batch: readonly Outgoing[]): Promise<void> {
  let left = batch.map((message, index) => ({ Id: String(index), ...message }));
  for (let attempt = 1; ; attempt += 1) {
    const { Successful = [], Failed = [] } = await sqs('SendMessageBatch', { QueueUrl, Entries: left });
    // a message that the answer does not name may not be in the queue
    left = left.filter(({ Id }) => !Successful.some((success) => success.Id === Id));
    if (left.length === 0) return;
    if (attempt === ATTEMPTS) throw refused(left.length, batch.length, Failed[0]);
    await setTimeout(PAUSE * 2 ** (attempt - 1));
  }
}

function* batched(messages: Iterable<Outgoing>): Generator<Outgoing[]> {
  let batch: Outgoing[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.MessageBody);
    if (batch.length === MOST_MESSAGES || (batch.length > 0 && bytes + size > MOST_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function refused(count: number, of: number, reason: BatchResultErrorEntry | undefined): Error {
  const why = [reason?.Code, reason?.Message].filter(Boolean).join(': ') || 'it gave no reason';
  return new Error(
    `the queue refused ${count} of ${of} messages ${ATTEMPTS} times (${why}); all of them are sent again`,
  );
}

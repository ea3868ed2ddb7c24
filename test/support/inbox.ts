import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { redrive } from '../../doctor/redrive.ts';
import type { WorkQueue } from '../../functions/runtime/queue/work-queue.ts';
import { workQueue } from '../../functions/runtime/queue/work-queue.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import type { Queue, RestingMessage } from '../../local/engines/queue.ts';
import { startQueues } from '../../local/engines/queues.ts';
import { sqsAt } from '../../local/engines/services.ts';

export const MAX_RECEIVES = 5;

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** A queue of the embedded engine with its dead-letter queue, as a function and the platform see them. */
export interface Inbox {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** The function's side. */
  readonly work: WorkQueue;
  readonly client: SQSClient;
  /**
   * Receives the visible messages, passes them to a function and deletes those that succeeded, as an event
   * source does.
   */
  deliver(
    handler: Handler,
    options?: { readonly left?: number | (() => number); readonly most?: number },
  ): Promise<Delivery>;
  /** The messages in the dead-letter queue. */
  buried(): readonly RestingMessage[];
  /** Sends the dead letters back to the queue. @returns how many messages */
  redrive(): Promise<number>;
}

export interface Delivery {
  readonly records: readonly SQSRecord[];
  readonly failed: readonly string[];
}

export async function startInbox(): Promise<Inbox> {
  const engine = await startQueues();
  const client = new SQSClient({
    endpoint: engine.endpoint,
    region: 'local',
    credentials: DUMMY_CREDENTIALS,
  });
  onTestFinished(async () => {
    client.destroy();
    await engine.stop();
  });
  const arn = (name: string) => `arn:aws:sqs:local:000000000000:${name}`;
  const deadLetters = engine.create('dead-letters', arn('dead-letters'), {});
  const queue = engine.create('inbox', arn('inbox'), {
    VisibilityTimeout: '360',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: MAX_RECEIVES }),
  });
  return {
    queue,
    deadLetters,
    client,
    work: workQueue(sqsAt(engine.endpoint), { queue: queue.url, deadLetters: deadLetters.url }),
    async deliver(handler, { left = 60_000, most = 10 } = {}) {
      const records = queue.receive(most);
      const { batchItemFailures } = await handler({ Records: records }, aContext(left));
      const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      for (const record of records) {
        if (!failed.includes(record.messageId)) queue.delete(record.receiptHandle);
      }
      return { records, failed };
    },
    buried: () => deadLetters.messages(),
    redrive: () => redrive(client, { deadLetters: deadLetters.url, queue: queue.url }),
  };
}

/** @param left milliseconds */
export function aContext(left: number | (() => number) = 60_000): Context {
  return {
    awsRequestId: 'request',
    functionName: 'function',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:function',
    memoryLimitInMB: '512',
    logGroupName: '/aws/lambda/function',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: typeof left === 'number' ? () => left : left,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

import middy from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import { forEachMessage } from '../../functions/middleware/batch.ts';
import { ANSWER_IN_TIME, deadline } from '../../functions/middleware/deadline.ts';
import { invocationLog } from '../../functions/middleware/invocation-log.ts';
import { metrics } from '../../functions/middleware/metrics.ts';
import { parsing } from '../../functions/middleware/parsing.ts';
import { partialBatchFailures } from '../../functions/middleware/partial-batch-failures.ts';
import type { FailurePolicy } from '../../functions/runtime/queue/failure-policy.ts';

/** The job of a message, and the key whose messages are worked on in order. */
export interface Job {
  readonly key: string;
  readonly run: () => Promise<unknown>;
}

/** Returns a handler of a queue like those of the functions, whose messages are jobs of a test. */
export function queueHandler(read: (record: SQSRecord) => Job | Promise<Job>, policy: () => FailurePolicy) {
  return middy(ANSWER_IN_TIME)
    .use(invocationLog())
    .use(metrics())
    .use(
      parsing(async (record) => {
        const { key, run } = await read(record);
        return { key, task: run };
      }),
    )
    .use(partialBatchFailures(policy))
    .use(deadline())
    .handler(forEachMessage((run: Job['run']) => run()));
}

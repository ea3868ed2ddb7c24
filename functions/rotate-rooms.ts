import middy from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import { rotationQueue } from './adapters/queues/rotation-queue.ts';
import { forEachMessage } from './middleware/batch.ts';
import { ANSWER_IN_TIME, deadline } from './middleware/deadline.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { type Parsed, parsing } from './middleware/parsing.ts';
import { partialBatchFailures } from './middleware/partial-batch-failures.ts';
import { readNews, readRotation } from './requests/tasks/rotation.ts';
import { handleProviderEvent, identified } from './rooms/actions/provider-event.ts';
import { rotateRoom } from './rooms/actions/rotate.ts';
import type { ProviderEvent, RoomNews, RotationOrder } from './rooms/model/ports.ts';
import { type Instant, MINUTE } from './rooms/model/time.ts';
import { sqs } from './runtime/aws.ts';
import { once } from './runtime/once.ts';
import type { FailurePolicy } from './runtime/queue/failure-policy.ts';
import { report } from './runtime/telemetry/report.ts';
import { inbox, now, prepare, roomContext, workerEnvironment } from './runtime/wiring.ts';

/** Executes the orders of the planner and of reconciliation, and applies the events of providers. */
export const handler = middy({ ...ANSWER_IN_TIME, beforePrefetch: prepare })
  .use(invocationLog())
  .use(metrics())
  .use(parsing(read))
  .use(partialBatchFailures(failurePolicy))
  .use(deadline())
  .handler(forEachMessage(keep));

const rotations = once(() => rotationQueue(sqs(), workerEnvironment().WORK_QUEUE, now));

type Task =
  | { readonly news: ProviderEvent | RoomNews }
  | { readonly order: RotationOrder; readonly notBefore: Instant };

function read({ body }: SQSRecord): Parsed<Task> {
  const news = readNews(body);
  if (news) return { key: 'key' in news ? news.key : `${news.application} ${news.roomId}`, task: { news } };
  const rotation = readRotation(body);
  return { key: rotation.order.key, task: rotation };
}

async function keep(task: Task): Promise<void> {
  if ('news' in task) {
    const news = await identified(task.news, roomContext());
    // the room belongs to the account, but not to this deployment
    if (!news) return;
    return report(news.key, news.news, await handleProviderEvent(news, roomContext()));
  }
  const { order, notBefore } = task;
  const delay = notBefore - now();
  // a delay that is longer than the queue's limit is split into several
  if (delay > 0) return rotations().send([{ order, delay }]);
  report(order.key, order.cause, await rotateRoom(order, roomContext()));
}

function failurePolicy(): FailurePolicy {
  return { ...inbox(), now, backOff: [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE] };
}

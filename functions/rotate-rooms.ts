import type { SQSRecord } from 'aws-lambda';
import { rotationQueue } from './adapters/queues/rotation-queue.ts';
import { readNews, readRotation } from './requests/tasks/rotation.ts';
import { handleProviderEvent } from './rooms/actions/provider-event.ts';
import { rotateRoom } from './rooms/actions/rotate.ts';
import type { ProviderEvent, RotationOrder } from './rooms/model/ports.ts';
import { type Instant, MINUTE } from './rooms/model/room.ts';
import { type Job, sqsHandler } from './runtime/queue/worker.ts';
import { report } from './runtime/telemetry/report.ts';
import { inbox, now, once, prepare, roomContext, sqs, workerEnvironment } from './runtime/wiring.ts';

/** Keeps the rooms that the planner or reconciliation nominated, and heeds what providers tell. */
export const handler = sqsHandler(
  once(() => ({ ...inbox(), now, backOff: [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE], read })),
);

prepare();

const rotations = once(() => rotationQueue(sqs(), workerEnvironment().WORK_QUEUE, now));

function read(record: SQSRecord): Job {
  const news = readNews(record.body);
  return news ? heed(news) : keep(readRotation(record.body));
}

function heed(news: ProviderEvent): Job {
  return {
    key: news.key,
    run: async () => report(news.key, news.news, await handleProviderEvent(news, roomContext())),
  };
}

function keep({ order, notBefore }: { order: RotationOrder; notBefore: Instant }): Job {
  const delay = notBefore - now();
  return {
    key: order.key,
    run: async () => {
      // a delay longer than the queue's own goes in hops
      if (delay > 0) return rotations().send([{ order, delay }]);
      report(order.key, order.cause, await rotateRoom(order, roomContext()));
    },
  };
}

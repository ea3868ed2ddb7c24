import type { SQSRecord } from 'aws-lambda';
import { rotationQueue } from './adapters/rotation-queue.ts';
import { readRotation } from './requests/rotation.ts';
import { HOUR, MINUTE } from './rooms/room.ts';
import { rotateRoom } from './rooms/rotate.ts';
import { report } from './runtime/report.ts';
import { inbox, keeping, now, once, sqs, workerEnvironment } from './runtime/wiring.ts';
import { type Job, sqsHandler } from './runtime/worker.ts';

/** Keeps the rooms that the planner or reconciliation nominated. */
export const handler = sqsHandler(
  once(() => ({ ...inbox(), now, backOff: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR], read })),
);

const rotations = once(() => rotationQueue(sqs(), workerEnvironment().WORK_QUEUE, now));

function read(record: SQSRecord): Job {
  const { order, notBefore } = readRotation(record.body);
  const delay = notBefore - now();
  return {
    key: order.key,
    run: async () => {
      // a delay longer than the queue's own goes in hops
      if (delay > 0) return rotations().send([{ order, delay }]);
      report(order.key, order.cause, await rotateRoom(order, keeping()));
    },
  };
}

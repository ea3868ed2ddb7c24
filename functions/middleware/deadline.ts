import type middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { OutOfTimeError } from '../rooms/model/errors.ts';
import type { Duration } from '../rooms/model/time.ts';
import { SECOND } from '../rooms/model/time.ts';
import { batchOf, type QueueEvent } from './batch.ts';

/** The invocation time that a piece of work needs: two calls to a provider and the writes around them. */
const WORK_TIME: Duration = 25 * SECOND;

/** The invocation time that is reserved for returning unfinished messages and acknowledging finished ones. */
const CLOSING_TIME: Duration = 5 * SECOND;

/**
 * Options of `middy` for a function that a queue feeds. If unfinished messages are not returned in time, the
 * last second of the invocation is for acknowledging the finished ones. `partialBatchFailures` gives the
 * answer.
 */
export const ANSWER_IN_TIME = {
  timeoutEarlyInMillis: SECOND,
  timeoutEarlyResponse: () => undefined,
} as const satisfies middy.PluginObject;

/** Starts no work for which too little time is left, and returns work that takes too long to the queue. */
export function deadline() {
  return {
    before({ event, context }) {
      batchOf(event).guards.push(async (_message, work) => {
        assertTimeLeft(context);
        await untilClosing(work, context);
      });
    },
  } satisfies middy.MiddlewareObj<QueueEvent<unknown>>;
}

/** @throws OutOfTimeError if too little of the invocation is left to start another room */
export function assertTimeLeft(context: Context): void {
  const left = context.getRemainingTimeInMillis();
  if (left >= WORK_TIME) return;
  throw new OutOfTimeError(`${left} ms are left of the invocation, too little to begin another room`);
}

/**
 * Waits for a piece of work as long as there is time to report the outcome to the queue. Work that takes
 * longer is returned: it may still end, and the next attempt finds its claim or its effect.
 *
 * @throws OutOfTimeError
 */
async function untilClosing(work: () => Promise<unknown>, context: Context): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const closing = new Promise<never>((_, give) => {
    const left = context.getRemainingTimeInMillis() - CLOSING_TIME;
    timer = setTimeout(
      () => give(new OutOfTimeError('the work was not done when the invocation ended')),
      left,
    );
  });
  try {
    await Promise.race([work(), closing]);
  } finally {
    clearTimeout(timer);
  }
}

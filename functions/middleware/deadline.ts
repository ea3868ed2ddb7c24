import type middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { OutOfTimeError } from '../rooms/model/errors.ts';
import type { Duration } from '../rooms/model/time.ts';
import { SECOND } from '../rooms/model/time.ts';
import { batchOf, type QueueEvent } from './batch.ts';

/** What must be left of the invocation to begin a piece of work: two calls to a provider and the writes around them. */
const WORK_TIME: Duration = 25 * SECOND;

/** What is kept of the invocation for giving back what is not done, and for saying what is. */
const CLOSING_TIME: Duration = 5 * SECOND;

/**
 * Options of `middy` for a function that a queue feeds: where the queue does not take back in time what is not done, the
 * last second of the invocation is for acknowledging what is. The answer itself is `partialBatchFailures`'.
 */
export const ANSWER_IN_TIME = {
  timeoutEarlyInMillis: SECOND,
  timeoutEarlyResponse: () => undefined,
} as const satisfies middy.PluginObject;

/** Begins no work that the rest of the invocation is too short for, and gives back work that takes longer. */
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

/** @throws OutOfTimeError where too little is left of the invocation to begin another room */
export function assertTimeLeft(context: Context): void {
  const left = context.getRemainingTimeInMillis();
  if (left >= WORK_TIME) return;
  throw new OutOfTimeError(`${left} ms are left of the invocation, too little to begin another room`);
}

/**
 * Waits for a piece of work as long as there is time to tell the queue what became of it. Work that takes longer is given
 * back: it may still end, and whoever takes it up again finds its claim, or its effect.
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

import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import {
  ClaimHeldError,
  OutOfTimeError,
  PoolFullError,
  RequestRefusedError,
  RoomError,
  ThrottledError,
} from '../rooms/errors.ts';
import type { Duration, Instant } from '../rooms/room.ts';
import { DAY, SECOND } from '../rooms/room.ts';
import { log } from './log.ts';
import { count, publishMetrics } from './metrics.ts';
import { originOf, type WorkQueue } from './work-queue.ts';

/** A piece of work that a message asks for. Work on one key is done in the order of its messages. */
export interface Job {
  readonly key: string;
  readonly run: () => Promise<unknown>;
}

export interface Worker {
  readonly queue: WorkQueue;
  readonly maxReceiveCount: number;
  readonly now: () => Instant;
  /** What a message asks for. A refusal thrown here buries the message. */
  read(record: SQSRecord, context: Context): Job | Promise<Job>;
  /** How long a failed message rests, by the number of its receives. */
  readonly backOff: readonly Duration[];
}

/** What must be left of the invocation to begin a piece of work: two calls to a provider and the writes around them. */
const WORK_TIME: Duration = 25 * SECOND;

/** A message that has been told to be patient for so long is buried: something is wrong that waiting does not mend. */
const PATIENCE: Duration = DAY;

/**
 * A Lambda handler for a queue: keys in parallel, the messages of one key in order, each message acknowledged only
 * when its work is done. What can never be done goes to the dead-letter queue at once, what fails for the last time
 * with its reason, what is only to wait comes back when its wait is over.
 */
export function sqsHandler(worker: () => Worker) {
  const handle = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const keys = new Map<string, Promise<void>>();
    try {
      return await processPartialResponse(
        event,
        (record: SQSRecord) => attend(record, context, worker(), keys),
        new BatchProcessor(EventType.SQS),
        { context, throwOnFullBatchFailure: false },
      );
    } finally {
      publishMetrics();
    }
  };
  return middy<SQSEvent, SQSBatchResponse>().use(injectLambdaContext(log)).handler(handle);
}

/** Resolves when the message may be acknowledged. */
async function attend(
  record: SQSRecord,
  context: Context,
  worker: Worker,
  keys: Map<string, Promise<void>>,
): Promise<void> {
  let key: string | undefined;
  try {
    const job = await worker.read(record, context);
    key = job.key;
    await inTurn(keys, key, () => {
      if (context.getRemainingTimeInMillis() < WORK_TIME) throw outOfTime(context);
      return job.run();
    });
  } catch (error) {
    await setAside(record, error as Error, key, worker);
  }
}

/** Runs after what was asked for this key before, even if that failed. */
function inTurn(keys: Map<string, Promise<void>>, key: string, run: () => Promise<unknown>): Promise<void> {
  const before = keys.get(key) ?? Promise.resolve();
  const turn = before.then(
    async () => void (await run()),
    async (error) => {
      if (error instanceof RequestRefusedError) return void (await run());
      // the earlier message will come back: this one must not overtake it
      throw new OutOfTimeError(
        `an earlier message for room ${key} failed; this one waits for its turn behind it`,
      );
    },
  );
  keys.set(key, turn);
  return turn;
}

function outOfTime(context: Context): OutOfTimeError {
  return new OutOfTimeError(
    `${context.getRemainingTimeInMillis()} ms are left of the invocation, too little to begin another room`,
  );
}

/** Sees to a message that was not done. Throws where SQS is to deliver it again. */
async function setAside(
  record: SQSRecord,
  error: Error,
  key: string | undefined,
  worker: Worker,
): Promise<void> {
  const { queue, maxReceiveCount } = worker;
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const code = error instanceof RoomError ? error.code : 'unexpected';
  const details = { key, messageId: record.messageId, receives, code, error };
  if (error instanceof RequestRefusedError) {
    log.warn('refused', details);
    count('RequestsRefused');
    return queue.bury(record, error.message);
  }
  const wait = patienceFor(error);
  if (wait === undefined) reportFailure(error, details);
  if (receives < maxReceiveCount) {
    await queue.defer(record, wait ?? worker.backOff[Math.min(receives, worker.backOff.length) - 1] ?? 0);
    throw error;
  }
  if (wait !== undefined && worker.now() - originOf(record).sentAt < PATIENCE)
    return queue.renew(record, wait);
  count('DeadLettered');
  return queue.bury(record, `failed ${receives} times, the last time because: ${error.message}`);
}

/** How long to wait where nothing failed but the moment; undefined for a failure. */
function patienceFor(error: Error): Duration | undefined {
  if (error instanceof ThrottledError || error instanceof ClaimHeldError) return error.retryAfter;
  return error instanceof OutOfTimeError ? 0 : undefined;
}

function reportFailure(error: Error, details: Record<string, unknown> & { error: Error }): void {
  log.error('failed', details);
  count('WorkFailed');
  if (error instanceof PoolFullError) count('PoolFull');
}

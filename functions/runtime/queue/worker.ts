import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { OutOfTimeError } from '../../rooms/model/errors.ts';
import type { Duration } from '../../rooms/model/room.ts';
import { SECOND } from '../../rooms/model/room.ts';
import { beginInvocation } from '../telemetry/log.ts';
import { publishMetrics } from '../telemetry/metrics.ts';
import { BehindAnotherError, type Disposition, disposeOf, type FailurePolicy } from './failure-policy.ts';

/** A piece of work that a message asks for. Work on one key is done in the order of its messages. */
export interface Job {
  readonly key: string;
  readonly run: () => Promise<unknown>;
}

export interface Worker extends FailurePolicy {
  /** What a message asks for. A refusal thrown here buries the message. */
  read(record: SQSRecord, context: Context): Job | Promise<Job>;
}

/** What must be left of the invocation to begin a piece of work: two calls to a provider and the writes around them. */
const WORK_TIME: Duration = 25 * SECOND;

/** What is kept of the invocation for giving back what is not done, and for saying what is. */
const CLOSING_TIME: Duration = 5 * SECOND;

/**
 * A Lambda handler for a queue: keys in parallel, the messages of one key in order, each message acknowledged only
 * when its work is done. What can never be done goes to the dead-letter queue at once, what fails for the last time
 * with its reason, what is only to wait comes back when its wait is over.
 */
export function sqsHandler(worker: () => Worker) {
  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    beginInvocation(context);
    const ends = await attendAll(Records, worker(), context).finally(publishMetrics);
    const failed = Records.filter((_, index) => !ends[index]?.acknowledged);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

async function attendAll(
  records: readonly SQSRecord[],
  worker: Worker,
  context: Context,
): Promise<readonly Disposition[]> {
  // all are read before any is begun: their keys say which of them stand in line
  const readings = await Promise.allSettled(records.map(async (record) => worker.read(record, context)));
  const lines = new Map<string, Promise<Disposition>>();
  return Promise.all(
    records.map((record, index) => {
      const reading = readings[index] as PromiseSettledResult<Job>;
      if (reading.status === 'rejected') return disposeOf(record, reading.reason, undefined, worker);
      const { key } = reading.value;
      const end = attend(record, reading.value, lines.get(key), worker, context);
      lines.set(key, end);
      return end;
    }),
  );
}

/** @param before what becomes of the message before it in its line */
async function attend(
  record: SQSRecord,
  { key, run }: Job,
  before: Promise<Disposition> | undefined,
  worker: Worker,
  context: Context,
): Promise<Disposition> {
  try {
    const back = (await before)?.back;
    if (back !== undefined) throw new BehindAnotherError(key, back);
    assertTimeLeft(context);
    await untilClosing(run, context);
    return { acknowledged: true };
  } catch (error) {
    return disposeOf(record, error as Error, key, worker);
  }
}

/**
 * Waits for a piece of work as long as there is time to tell the queue what became of it. Work that takes longer is given
 * back: it may still end, and whoever takes it up again finds its claim, or its effect.
 *
 * @throws OutOfTimeError
 */
async function untilClosing(run: Job['run'], context: Context): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const closing = new Promise<never>((_, give) => {
    const left = context.getRemainingTimeInMillis() - CLOSING_TIME;
    timer = setTimeout(
      () => give(new OutOfTimeError('the work was not done when the invocation ended')),
      left,
    );
  });
  try {
    await Promise.race([run(), closing]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws OutOfTimeError where too little is left of the invocation to begin another room */
export function assertTimeLeft(context: Context): void {
  const left = context.getRemainingTimeInMillis();
  if (left >= WORK_TIME) return;
  throw new OutOfTimeError(`${left} ms are left of the invocation, too little to begin another room`);
}

import type { SQSRecord } from 'aws-lambda';
import {
  ClaimHeldError,
  OutOfTimeError,
  PoolFullError,
  RequestRefusedError,
  RoomError,
  ThrottledError,
} from '../rooms/errors.ts';
import type { Duration, Instant } from '../rooms/room.ts';
import { DAY } from '../rooms/room.ts';
import { log } from './log.ts';
import { count } from './metrics.ts';
import { type WorkQueue, waitingSince } from './work-queue.ts';

export interface Tray {
  readonly queue: WorkQueue;
  readonly maxReceiveCount: number;
  readonly now: () => Instant;
  /** How long a failed message rests, by the number of its receives. */
  readonly backOff: readonly Duration[];
}

/** An earlier message for the same key comes back: this one must not overtake it. */
export class BehindAnotherError extends Error {
  readonly retryAfter: Duration;

  constructor(key: string, retryAfter: Duration) {
    super(`an earlier message for room ${key} waits, and this one behind it`);
    this.retryAfter = retryAfter;
  }
}

/** What became of a message. */
export interface End {
  readonly acknowledged: boolean;
  /** When the message, or its copy, comes back. Absent: it does not. */
  readonly back?: Duration;
}

/** A message that has been told to be patient for so long is buried: something is wrong that waiting does not mend. */
const PATIENCE: Duration = DAY;

/** Sees to a message that was not done. What the queue does not take comes back by its visibility timeout. */
export async function setAside(
  record: SQSRecord,
  error: Error,
  key: string | undefined,
  tray: Tray,
): Promise<End> {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const code = error instanceof RoomError ? error.code : 'unexpected';
  const details = { key, messageId: record.messageId, receives, code };
  tell(error, details);
  try {
    return await decide(record, error, receives, tray);
  } catch (unsent) {
    log.error('not set aside', { ...details, error: unsent as Error });
    return { acknowledged: false, back: tray.backOff[0] ?? 0 };
  }
}

function tell(error: Error, details: Record<string, unknown>): void {
  if (error instanceof RequestRefusedError) {
    log.warn('refused', { ...details, error });
    count('RequestsRefused');
  } else if (patienceFor(error) === undefined) {
    log.error('failed', { ...details, error });
    count('WorkFailed');
    if (error instanceof PoolFullError) count('PoolFull');
  }
}

async function decide(record: SQSRecord, error: Error, receives: number, tray: Tray): Promise<End> {
  const { queue, maxReceiveCount, backOff, now } = tray;
  if (error instanceof RequestRefusedError) {
    await queue.bury(record, error.message);
    return { acknowledged: true };
  }
  const wait = patienceFor(error);
  if (receives < maxReceiveCount) {
    const back = wait ?? backOff[Math.min(receives, backOff.length) - 1] ?? 0;
    await queue.defer(record, back);
    return { acknowledged: false, back };
  }
  if (wait !== undefined && now() - waitingSince(record) < PATIENCE) {
    await queue.renew(record, wait);
    return { acknowledged: true, back: wait };
  }
  await queue.bury(record, `failed ${receives} times, the last time because: ${error.message}`);
  count('DeadLettered');
  return { acknowledged: true };
}

/** How long to wait where nothing failed but the moment; undefined for a failure. */
function patienceFor(error: Error): Duration | undefined {
  if (
    error instanceof ThrottledError ||
    error instanceof ClaimHeldError ||
    error instanceof BehindAnotherError
  ) {
    return error.retryAfter;
  }
  return error instanceof OutOfTimeError ? 0 : undefined;
}

import type { SQSRecord } from 'aws-lambda';
import { othersServedBefore } from '../../adapters/circuits.ts';
import { fraction } from '../../rooms/model/digest.ts';
import type { ErrorCode } from '../../rooms/model/error-codes.ts';
import {
  ClaimHeldError,
  DailyLimitError,
  OutOfTimeError,
  PoolFullError,
  RequestRefusedError,
  RoomError,
  ThrottledError,
  toError,
  UnknownRoomError,
} from '../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../rooms/model/time.ts';
import { log } from '../telemetry/log.ts';
import { count } from '../telemetry/metrics.ts';
import { isOutageOfAws } from './aws-outage.ts';
import { attemptsOf, failingSince, LONGEST_DELAY, type WorkQueue, waitingSince } from './work-queue.ts';

interface Ending {
  /** `refused` for good, or `failed` after all its attempts. */
  readonly how: 'refused' | 'failed';
  readonly reason: string;
}

/** A message that goes to the dead-letter queue. */
export interface GivenUp extends Ending {
  readonly record: SQSRecord;
  /** Absent if the message could not be read. */
  readonly key: string | undefined;
}

export interface FailurePolicy {
  readonly queue: WorkQueue;
  readonly maxReceiveCount: number;
  readonly now: () => Instant;
  /**
   * How long a failed message waits, by the number of its attempts. The last entry is used for all later
   * attempts.
   */
  readonly backOff: readonly Duration[];
  /** Informs the sender before a message is given up. Absent: no one is informed. */
  readonly tellSender?: (givenUp: GivenUp) => Promise<void>;
}

/** An earlier message for the same key will be tried again: this one must not overtake it. */
export class BehindAnotherError extends Error {
  readonly retryAfter: Duration;

  constructor(key: string, retryAfter: Duration) {
    super(`an earlier message for room ${key} waits, and this one behind it`);
    this.retryAfter = retryAfter;
  }
}

/** The outcome of a message. */
export interface Disposition {
  readonly acknowledged: boolean;
  /** When the message, or its copy, comes back. Absent: it does not. */
  readonly back?: Duration;
}

/**
 * A message that fails for this long goes to the dead-letter queue. An outage of a day, with the time to serve the
 * backlog, is shorter. Days whose limit was used up do not count: no one has failed.
 */
const MAX_WAIT: Duration = 2 * DAY;

/**
 * A message that waits for the next day of a limit is copied this often. Two days of failures are
 * counted from the copy on.
 */
const NOTED_EVERY: Duration = 12 * HOUR;

/**
 * A message that fails this often, while this many others of its kind succeed in a row, is itself the cause.
 */
const ATTEMPTS_OF_POISON = 10;
const OTHERS_SERVED = 5;

/**
 * Waits of this length and more are shortened at random by up to a quarter, so that a backlog does not return all
 * together.
 */
const SPREAD_FROM: Duration = 10 * MINUTE;

/** Handles a failed message. If the queue accepts nothing, the message comes back by its visibility timeout. */
export async function disposeOf(
  record: SQSRecord,
  error: Error,
  key: string | undefined,
  policy: FailurePolicy,
): Promise<Disposition> {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const code: ErrorCode = error instanceof RoomError ? error.code : 'unexpected';
  const details = { key, messageId: record.messageId, receives, code };
  logFailure(error, details);
  try {
    return await decide(record, error, key, policy);
  } catch (unsent) {
    log.error('not set aside', { ...details, error: toError(unsent) });
    return { acknowledged: false, back: policy.backOff[0] ?? 0 };
  }
}

function logFailure(error: Error, details: Record<string, unknown>): void {
  if (error instanceof RequestRefusedError) {
    log.warn('refused', { ...details, error });
    count('RequestsRefused');
    return;
  }
  if (error instanceof PoolFullError) count('PoolFull');
  if (waitAskedBy(error) !== undefined) return;
  log.error('failed', { ...details, error });
  count('WorkFailed');
}

async function decide(
  record: SQSRecord,
  error: Error,
  key: string | undefined,
  policy: FailurePolicy,
): Promise<Disposition> {
  const ending = endingOf(record, error, policy);
  if (!ending) return wait(record, error, policy);
  // the sender is informed first: while the bus is out, the message waits
  const untold = await tell(ending, record, key, policy);
  if (untold && mayWait(record, untold, policy)) return wait(record, untold, policy);
  await policy.queue.deadLetter(record, ending.reason);
  if (ending.how === 'failed') count('DeadLettered');
  return { acknowledged: true };
}

/** Returns how a message ends that must not be tried again; undefined for any other. */
function endingOf(record: SQSRecord, error: Error, policy: FailurePolicy): Ending | undefined {
  if (error instanceof RequestRefusedError) return { how: 'refused', reason: error.message };
  const attempts = attemptsOf(record);
  if (mayWait(record, error, policy) && !isPoison(error, attempts, policy.maxReceiveCount)) return undefined;
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  return { how: 'failed', reason: `failed ${times}, the last time because: ${error.message}` };
}

function mayWait(record: SQSRecord, error: Error, { now }: FailurePolicy): boolean {
  // the message before this one has an end itself
  if (error instanceof BehindAnotherError || isDailyLimit(error)) return true;
  return now() - failingSince(record) < MAX_WAIT;
}

/**
 * A full pool names a time only for a limit per day: that of the next day, or of the answers to the last rooms of this
 * day, which are under way.
 */
function isDailyLimit(error: Error): boolean {
  return (
    error instanceof DailyLimitError || (error instanceof PoolFullError && error.retryAfter !== undefined)
  );
}

/** @returns the reason why the sender could not be informed */
async function tell(
  ending: Ending,
  record: SQSRecord,
  key: string | undefined,
  { tellSender }: FailurePolicy,
): Promise<Error | undefined> {
  try {
    await tellSender?.({ ...ending, record, key });
    return undefined;
  } catch (error) {
    return toError(error);
  }
}

async function wait(record: SQSRecord, error: Error, policy: FailurePolicy): Promise<Disposition> {
  const { queue, maxReceiveCount, now } = policy;
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const attempts = attemptsOf(record);
  // SQS knows only the age of the copy
  count('WaitedFor', Math.round((now() - waitingSince(record)) / SECOND));
  const back = waitFor(error, attempts, record.messageId, policy);
  // SQS itself moves a message that it delivers more often than this: that limit is for messages that end the
  // process
  const isNoted = isDailyLimit(error) && now() - failingSince(record) >= NOTED_EVERY;
  if (receives >= maxReceiveCount || isNoted) {
    await queue.requeue(record, back, isNoted ? now() : undefined);
    return { acknowledged: true, back: Math.min(back, LONGEST_DELAY) };
  }
  await queue.delay(record, back);
  return { acknowledged: false, back };
}

/** Whether the message itself is the cause of the failure, and not a service that it needs. */
function isPoison(error: Error, attempts: number, maxReceiveCount: number): boolean {
  if (!isWorthWaiting(error)) return attempts >= maxReceiveCount;
  return attempts >= ATTEMPTS_OF_POISON && othersServedBefore(error) >= OTHERS_SERVED;
}

/**
 * Whether the same message may succeed later, because the cause is the provider, the table, the bus or the
 * account.
 */
function isWorthWaiting(error: Error): boolean {
  if (error instanceof UnknownRoomError) return false;
  return error instanceof RoomError || error instanceof BehindAnotherError || isOutageOfAws(error);
}

function waitFor(
  error: Error,
  attempts: number,
  id: string,
  { backOff, maxReceiveCount }: FailurePolicy,
): Duration {
  const paced = (nth: number) => spread(backOff[Math.min(nth, backOff.length) - 1] ?? 0, `${id} ${attempts}`);
  const asked = waitAskedBy(error);
  if (asked === undefined) return paced(attempts);
  // a provider that throttles again and again gives no useful time
  if (error instanceof ThrottledError) return Math.max(asked, paced(attempts - maxReceiveCount));
  return asked;
}

function spread(wait: Duration, seed: string): Duration {
  return wait < SPREAD_FROM ? wait : wait * (1 - fraction(seed) / 4);
}

/** Returns how long to wait if the message only came too early; undefined for a failure. */
function waitAskedBy(error: Error): Duration | undefined {
  if (
    error instanceof ThrottledError ||
    error instanceof ClaimHeldError ||
    error instanceof PoolFullError ||
    error instanceof BehindAnotherError
  ) {
    return error.retryAfter;
  }
  return error instanceof OutOfTimeError ? 0 : undefined;
}

import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import type { Sqs } from '../../adapters/aws/operations.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { HOUR, MINUTE, SECOND } from '../../rooms/model/time.ts';

/**
 * SQS hides a message for at most 12 hours from its receive, and refuses a longer wait. The receive may have been as long
 * ago as an invocation takes.
 */
const LONGEST_VISIBILITY: Duration = 12 * HOUR - 15 * MINUTE;

/** SQS's own limit. */
export const LONGEST_DELAY: Duration = 15 * MINUTE;

/** The reason is shown in consoles and counts towards the message's size. */
const LONGEST_REASON = 1000;

/** The queue that feeds a function, seen from the function. */
export interface WorkQueue {
  /**
   * Moves a message that can never succeed to the dead-letter queue, with its body unchanged and the reason.
   */
  deadLetter(record: SQSRecord, reason: string): Promise<void>;
  /** Makes a message visible again after this time. */
  delay(record: SQSRecord, wait: Duration): Promise<void>;
  /**
   * Sends a copy of a message as a new one, so that waiting does not use up its receives.
   *
   * @param limitedAt the time, if a limit per day is why the message waits: its attempts start again
   */
  requeue(record: SQSRecord, wait: Duration, limitedAt?: Instant): Promise<void>;
  send(body: string, delay?: Duration): Promise<void>;
}

export function workQueue(
  sqs: Sqs,
  urls: { readonly queue: string; readonly deadLetters: string },
): WorkQueue {
  const copy = (
    record: SQSRecord,
    QueueUrl: string,
    more: {
      DelaySeconds?: number;
      waitingSince?: Instant;
      limitedAt?: Instant | undefined;
      attempts?: number;
      failureReason?: string;
    },
  ) =>
    sqs('SendMessage', {
      QueueUrl,
      MessageBody: record.body,
      DelaySeconds: more.DelaySeconds,
      MessageAttributes: {
        // for SQS a copy is a new message: these attributes keep the key and the place of the first one
        originalMessageId: { DataType: 'String', StringValue: originOf(record).messageId },
        originalSentAt: { DataType: 'Number', StringValue: String(originOf(record).sentAt) },
        ...(originOf(record).isLost && { placeIsLost: { DataType: 'String', StringValue: 'true' } }),
        ...(more.waitingSince !== undefined && {
          waitingSince: { DataType: 'Number', StringValue: String(more.waitingSince) },
        }),
        ...(more.limitedAt !== undefined && {
          limitedAt: { DataType: 'Number', StringValue: String(more.limitedAt) },
        }),
        ...(more.attempts !== undefined && {
          attempts: { DataType: 'Number', StringValue: String(more.attempts) },
        }),
        ...(more.failureReason && {
          failureReason: { DataType: 'String', StringValue: printable(more.failureReason) },
        }),
      },
    });

  return {
    async deadLetter(record, reason) {
      await copy(record, urls.deadLetters, { failureReason: reason });
    },
    async delay({ receiptHandle }, wait) {
      const VisibilityTimeout = Math.ceil(Math.min(Math.max(wait, 0), LONGEST_VISIBILITY) / SECOND);
      await sqs('ChangeMessageVisibility', {
        QueueUrl: urls.queue,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout,
      });
    },
    async requeue(record, wait, limitedAt) {
      await copy(record, urls.queue, {
        DelaySeconds: Math.ceil(Math.min(wait, LONGEST_DELAY) / SECOND),
        waitingSince: waitingSince(record),
        limitedAt: limitedAt ?? numberOf(record.messageAttributes.limitedAt),
        attempts: limitedAt === undefined ? attemptsOf(record) : 0,
      });
    },
    async send(body, delay = 0) {
      const DelaySeconds = Math.ceil(Math.min(delay, LONGEST_DELAY) / SECOND);
      await sqs('SendMessage', { QueueUrl: urls.queue, MessageBody: body, DelaySeconds });
    },
  };
}

/**
 * Returns the id and the send time of a message before it passed through other queues. A send time after the
 * time at which SQS accepted the message is ignored.
 */
export function originOf(record: SQSRecord): Origin {
  const { originalMessageId, originalSentAt, placeIsLost } = record.messageAttributes;
  const arrivedAt = Number(record.attributes.SentTimestamp);
  const sentAt = numberOf(originalSentAt);
  // when SQS moves messages out of a dead-letter queue, it gives them a new id and time and keeps no other
  // trace
  const isMoved = sentAt === undefined && record.attributes.DeadLetterQueueSourceArn !== undefined;
  return {
    messageId: originalMessageId?.stringValue ?? record.messageId,
    sentAt: Math.min(sentAt ?? arrivedAt, arrivedAt),
    // a copy has lost it too
    ...((isMoved || placeIsLost !== undefined) && { isLost: true }),
  };
}

/** The place of a message among the others. */
export interface Origin {
  readonly messageId: string;
  readonly sentAt: Instant;
  /** The message came out of a dead-letter queue by SQS's own redrive: its id and time are not its first ones. */
  readonly isLost?: boolean;
}

/** A sender may have set an attribute of that name to another text. */
function numberOf(attribute: SQSMessageAttribute | undefined): number | undefined {
  const number = Number(attribute?.stringValue);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Returns when the queue received the message for the first time, or again out of the dead-letter queue. */
export function waitingSince({ messageAttributes, attributes }: SQSRecord): Instant {
  const arrivedAt = Number(attributes.SentTimestamp);
  return Math.min(numberOf(messageAttributes.waitingSince) ?? arrivedAt, arrivedAt);
}

/** Returns since when no limit per day has explained the wait of a message. */
export function failingSince(record: SQSRecord): Instant {
  const limitedAt = numberOf(record.messageAttributes.limitedAt) ?? 0;
  // a sender may have set a time that is still to come
  return Math.max(waitingSince(record), Math.min(limitedAt, Number(record.attributes.SentTimestamp)));
}

/** Returns how often the message and all its copies have been received, including this time. */
export function attemptsOf({ messageAttributes, attributes }: SQSRecord): number {
  return (numberOf(messageAttributes.attempts) ?? 0) + Number(attributes.ApproximateReceiveCount);
}

/** SQS refuses empty values, control characters, unpaired surrogates and noncharacters. */
function printable(reason: string): string {
  const text = reason.toWellFormed().replace(/[\p{Cc}\ufffe\uffff]/gu, ' ');
  return [...text].slice(0, LONGEST_REASON).join('').trim() || 'no reason was given';
}

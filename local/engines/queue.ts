import { randomUUID } from 'node:crypto';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { BuildAppOptions, MessageAttributeValue } from 'fauxqs';

type EngineQueue = NonNullable<
  ReturnType<NonNullable<BuildAppOptions['stores']>['sqsStore']['getQueueByArn']>
>;
type EngineMessage = Parameters<EngineQueue['enqueue']>[0];

/** The parts of the engine that a queue uses. */
export interface QueueInside {
  byArn(arn: string): EngineQueue | undefined;
  createMessage(
    body: string,
    attributes?: Record<string, MessageAttributeValue>,
    delaySeconds?: number,
    groupId?: string,
    deduplicationId?: string,
  ): EngineMessage;
}

/**
 * A message for a person to look at. It stays where it is, whether it is visible, hidden by a delay or being
 * processed.
 */
export interface RestingMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: number;
  readonly receiveCount: number;
}

export interface Contents {
  /** May be received now. */
  readonly ready: number;
  readonly delayed: number;
  /** Received, and neither deleted nor visible again. */
  readonly inFlight: number;
  /** When the next delayed or hidden message may be received. */
  readonly wakesAt?: number;
}

/**
 * A queue of the engine, used from inside its process. A received message counts as received in the same turn
 * of the event loop, so no check between two steps sees an idle queue.
 */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly #queue: EngineQueue;
  readonly #engine: QueueInside;
  /** The dead-letter queue from which SQS's own redrive has moved a message, by the message's id. */
  readonly #movedFrom = new Map<string, string>();

  constructor(queue: EngineQueue, url: string, engine: QueueInside) {
    this.name = queue.name;
    this.arn = queue.arn;
    this.url = url;
    this.#queue = queue;
    this.#engine = engine;
  }

  /** Sends as EventBridge and Scheduler do: only the queue's own delay applies. */
  send(
    body: string,
    options: { attributes?: Record<string, MessageAttributeValue>; groupId?: string } = {},
  ): void {
    const limit = Number(this.#queue.attributes.MaximumMessageSize);
    const size = Buffer.byteLength(body);
    if (size > limit) throw new Error(`${this.name} takes messages of up to ${limit} bytes, got ${size}`);
    const message = this.#engine.createMessage(
      body,
      options.attributes,
      Number(this.#queue.attributes.DelaySeconds),
      ...(this.#queue.isFifo() ? [options.groupId ?? 'default', randomUUID()] : []),
    );
    if (this.#queue.isFifo()) message.sequenceNumber = this.#queue.nextSequenceNumber();
    this.#queue.enqueue(message);
  }

  /**
   * Simulates SQS's own redrive for a message that SQS had moved to this queue's dead-letter queue: the
   * message comes back with another id and another time.
   */
  moveBack(body: string, deadLetterQueueArn: string): void {
    const message = this.#engine.createMessage(body);
    this.#movedFrom.set(message.messageId, deadLetterQueueArn);
    this.#queue.enqueue(message);
  }

  /** The ids of the messages that `moveBack` has put here. */
  get movedBack(): ReadonlySet<string> {
    return new Set(this.#movedFrom.keys());
  }

  /** Deletes messages by their ids. Messages that are being received now stay. */
  discard(ids: ReadonlySet<string>): void {
    const kept = this.#queue.messages.filter(({ messageId }) => !ids.has(messageId));
    this.#queue.messages.splice(0, this.#queue.messages.length, ...kept);
  }

  /** Receives up to `most` messages, in the form in which Lambda passes them to a function. */
  receive(most: number): SQSRecord[] {
    const records: SQSRecord[] = [];
    while (records.length < most) {
      const received = this.#queue.dequeue(
        Math.min(10, most - records.length),
        undefined,
        this.#engine.byArn,
      );
      if (received.length === 0) break;
      for (const { ReceiptHandle: handle } of received) {
        const entry = this.#queue.inflightMessages.get(handle);
        if (entry) records.push(this.#record(entry.message, handle));
      }
    }
    return records;
  }

  delete(receiptHandle: string): void {
    this.#queue.deleteMessage(receiptHandle);
  }

  /** Resolves when a message may be received, or after 20 seconds. */
  arrival(): Promise<void> {
    return this.#queue.waitForMessages(20);
  }

  contents(): Contents {
    const now = Date.now();
    const { ready, delayed, inflight } = this.#queue.inspectMessages();
    const wakes = [
      ...delayed.map((message) => message.delayUntil ?? now),
      ...inflight.map((entry) => entry.visibilityDeadline),
    ];
    const wakesAt = wakes.reduce((first, wake) => Math.min(first, wake), Number.POSITIVE_INFINITY);
    return {
      ready: ready.length + wakes.filter((wake) => wake <= now).length,
      delayed: delayed.length,
      inFlight: inflight.length,
      ...(Number.isFinite(wakesAt) && { wakesAt }),
    };
  }

  /** Returns all messages, received or not, without changing them. */
  messages(): RestingMessage[] {
    const { ready, delayed, inflight } = this.#queue.inspectMessages();
    return [...ready, ...delayed, ...inflight.map((entry) => entry.message)].map((message) => ({
      id: message.messageId,
      body: message.body,
      attributes: Object.fromEntries(
        Object.entries(message.messageAttributes).map(([name, value]) => [name, value.StringValue ?? '']),
      ),
      sentAt: message.sentTimestamp,
      receiveCount: message.approximateReceiveCount,
    }));
  }

  #record(message: EngineMessage, receiptHandle: string): SQSRecord {
    const movedFrom = this.#movedFrom.get(message.messageId);
    return {
      messageId: message.messageId,
      receiptHandle,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.approximateReceiveCount),
        SentTimestamp: String(message.sentTimestamp),
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp ?? Date.now()),
        ...(movedFrom && { DeadLetterQueueSourceArn: movedFrom }),
        ...(message.messageGroupId && { MessageGroupId: message.messageGroupId }),
        ...(message.messageDeduplicationId && { MessageDeduplicationId: message.messageDeduplicationId }),
        ...(message.sequenceNumber && { SequenceNumber: message.sequenceNumber }),
      },
      messageAttributes: lambdaAttributes(message.messageAttributes),
      md5OfBody: message.md5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.arn,
      // every ARN has a region at this place
      awsRegion: this.arn.split(':')[3] as string,
    };
  }
}

function lambdaAttributes(attributes: Record<string, MessageAttributeValue>): SQSMessageAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType,
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
      },
    ]),
  );
}

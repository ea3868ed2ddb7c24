import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { FunctionName } from '../lib/compute/function-name.ts';
import type { Deployment } from './deployment.ts';

/** The queues whose dead letters can be sent again, by the kind of their messages. */
export const REDRIVEN = {
  requests: 'create-rooms',
  rotations: 'rotate-rooms',
  plans: 'plan-rotation',
  reconciliations: 'reconcile-rooms',
  calendars: 'read-calendars',
  writebacks: 'write-calendars',
} as const satisfies Record<string, FunctionName>;

/** URLs of queues. */
export interface RedriveRoute {
  readonly deadLetters: string;
  readonly queue: string;
}

/** The attributes that an earlier attempt set. */
const OF_THE_LAST_TRY = new Set(['failureReason', 'waitingSince', 'limitedAt', 'attempts']);

/** How long a message stays hidden while it is sent again, in seconds. */
const HIDDEN = 60;

/** The size of a batch of SQS. */
const BATCH = 10;

/** The largest size of a batch in bytes, including attributes. */
const LARGEST_BATCH = 1024 * 1024;

/**
 * Sends every message of a dead-letter queue back to its queue, with its first id and time, so that it keeps
 * its place among the others. SQS's own redrive (`StartMessageMoveTask`) creates new messages, which would
 * undo newer ones.
 *
 * A crash between sending and deleting leaves a message in both queues, and the second one changes nothing.
 * Messages that arrive in the dead-letter queue meanwhile stay there.
 *
 * @returns how many messages were sent back
 */
export async function redrive(sqs: SQSClient, { deadLetters, queue }: RedriveRoute): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: deadLetters,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const found = Object.values(Attributes ?? {}).reduce((sum, number) => sum + Number(number), 0);
  let sent = 0;
  while (sent < found) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetters,
        MaxNumberOfMessages: Math.min(BATCH, found - sent),
        VisibilityTimeout: HIDDEN,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) break;
    for (const batch of batchesOf(Messages)) await move(sqs, batch, { deadLetters, queue });
    sent += Messages.length;
  }
  return sent;
}

/** Returns the routes of a deployment's functions, by the kind of their messages. */
export function redriveRoutes({
  functions,
}: Pick<Deployment, 'functions'>): ReadonlyMap<string, RedriveRoute> {
  return new Map(
    Object.entries(REDRIVEN).flatMap(([what, name]) => {
      const { WORK_QUEUE: queue, DEAD_LETTER_QUEUE: deadLetters } = functions.get(name)?.environment ?? {};
      return queue && deadLetters ? [[what, { queue, deadLetters }] as const] : [];
    }),
  );
}

/** Sends messages back to their queue, at most a batch of SQS, and deletes those that the queue accepted. */
export async function move(sqs: SQSClient, messages: readonly Message[], route: RedriveRoute): Promise<void> {
  const sent = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: route.queue,
      Entries: messages.map((message, index) => ({
        Id: String(index),
        MessageBody: message.Body,
        MessageAttributes: attributesOf(message),
      })),
    }),
  );
  // the ids are places of the list, as they were sent
  const done = (sent.Successful ?? []).map(({ Id }) => messages[Number(Id)] as Message);
  if (done.length > 0) {
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: route.deadLetters,
        Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
  const [failed] = sent.Failed ?? [];
  if (failed) throw new Error(`SQS did not take a message back: ${failed.Message ?? failed.Code}`);
}

/**
 * A message that SQS moved has kept its first id and time; a message that a function moved has them as
 * attributes.
 */
function attributesOf({ MessageId, Attributes, MessageAttributes = {} }: Message) {
  const kept = Object.entries(MessageAttributes).filter(([name]) => !OF_THE_LAST_TRY.has(name));
  return {
    originalMessageId: { DataType: 'String', StringValue: MessageId },
    originalSentAt: { DataType: 'Number', StringValue: Attributes?.SentTimestamp },
    ...Object.fromEntries(kept.map(([name, value]) => [name, sendable(value)])),
  };
}

/** Answers contain lists of values, which SQS does not accept in a request. */
function sendable({ DataType, StringValue, BinaryValue }: MessageAttributeValue): MessageAttributeValue {
  return { DataType, ...(BinaryValue ? { BinaryValue } : { StringValue }) };
}

function batchesOf(messages: readonly Message[]): readonly (readonly Message[])[] {
  const batches: Message[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size =
      2 * Buffer.byteLength(JSON.stringify(message.MessageAttributes ?? {})) +
      Buffer.byteLength(message.Body ?? '');
    if (bytes + size > LARGEST_BATCH) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(message);
    bytes += size;
  }
  return batches;
}

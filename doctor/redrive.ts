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

/** The queues whose dead letters can be given another try, by what is in them. */
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

/** The attributes that the function's own copies have from an earlier attempt. */
const OF_THE_LAST_TRY = new Set(['failureReason', 'waitingSince', 'attempts']);

/** How long a message stays hidden while it is sent on, in seconds. */
const HIDDEN = 60;

/** A batch of SQS. */
const BATCH = 10;

/** Bytes that a batch may have, attributes included. */
const LARGEST_BATCH = 1024 * 1024;

/**
 * Gives every message of a dead-letter queue another try, in the place among the others that it had when it was first sent: its
 * first id and time go with it. SQS's own redrive (`StartMessageMoveTask`) makes new messages of them, which would
 * undo newer ones.
 *
 * A crash between sending and deleting leaves a message in both queues, and the second one changes nothing. Messages
 * that come back while this runs are left there.
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

/** The routes of a deployment's functions, by what is in their queues. */
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

/**
 * Redrives one queue of a deployment, or all.
 *
 * @param what the queue by what is in it; absent: all
 * @returns how many messages were sent back
 */
export async function redriveWhat(
  routes: ReadonlyMap<string, RedriveRoute>,
  sqs: SQSClient,
  what?: string,
): Promise<number> {
  let sent = 0;
  for (const route of what === undefined ? routes.values() : [routeOf(what, routes)]) {
    sent += await redrive(sqs, route);
  }
  return sent;
}

function routeOf(what: string, routes: ReadonlyMap<string, RedriveRoute>): RedriveRoute {
  if (!Object.keys(REDRIVEN).includes(what)) {
    throw new Error(`there is no queue of ${what}: name one of ${Object.keys(REDRIVEN).join(', ')}`);
  }
  const route = routes.get(what);
  if (!route) throw new Error(`the deployment has no queue of ${what}`);
  return route;
}

/** Sends messages back to their queue, at most a batch of SQS, and deletes those that it took. */
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

/** A message that SQS moved by itself has kept its first id and time; one that a function moved carries them. */
function attributesOf({ MessageId, Attributes, MessageAttributes = {} }: Message) {
  const kept = Object.entries(MessageAttributes).filter(([name]) => !OF_THE_LAST_TRY.has(name));
  return {
    originalMessageId: { DataType: 'String', StringValue: MessageId },
    originalSentAt: { DataType: 'Number', StringValue: Attributes?.SentTimestamp },
    ...Object.fromEntries(kept.map(([name, value]) => [name, sendable(value)])),
  };
}

/** Lists are in the shape of the answer, and SQS takes none. */
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

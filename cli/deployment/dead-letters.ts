import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetter } from './deployment.ts';

/** A batch of SQS. */
const BATCH = 10;

/** How long a message stays hidden if the reading is interrupted, in seconds. */
const HIDDEN = 60;

/** Returns the messages of a queue. All of them are visible again afterwards. */
export async function deadLettersIn(sqs: SQSClient, url: string): Promise<readonly DeadLetter[]> {
  const found = new Map<string, DeadLetter>();
  const handles: string[] = [];
  const count = await countIn(sqs, url);
  try {
    while (true) {
      const messages = await receive(sqs, url, found.size < count ? 1 : 0);
      handles.push(...messages.flatMap(({ ReceiptHandle }) => ReceiptHandle ?? []));
      const fresh = messages.map((message) => deadLetter(message, url)).filter(({ id }) => !found.has(id));
      // a message that comes a second time means that the reading takes longer than messages stay hidden
      if (fresh.length === 0) break;
      for (const letter of fresh) found.set(letter.id, letter);
    }
  } finally {
    await release(sqs, url, handles);
  }
  return [...found.values()].sort((a, b) => a.sentAt - b.sentAt || a.id.localeCompare(b.id));
}

async function countIn(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

/**
 * @param wait seconds: a queue with messages answers immediately, and without a wait SQS asks only some of
 * its servers
 */
export async function receive(sqs: SQSClient, QueueUrl: string, wait: number): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: BATCH,
      VisibilityTimeout: HIDDEN,
      WaitTimeSeconds: wait,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
}

/** Makes messages visible again that were only read. */
export async function release(sqs: SQSClient, QueueUrl: string, handles: readonly string[]): Promise<void> {
  for (let start = 0; start < handles.length; start += BATCH) {
    const Entries = handles.slice(start, start + BATCH).map((ReceiptHandle, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}

/** Converts a message of SQS for the commands. */
export function deadLetter(
  { MessageId = '', Body = '', Attributes, MessageAttributes = {} }: Message,
  url: string,
) {
  return {
    queue: queueName(url),
    id: MessageId,
    body: Body,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
    ),
    sentAt: Number(Attributes?.SentTimestamp ?? 0),
    receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 0),
  };
}

/** The id under which a message was first sent. It stays when the message is tried again. */
export const firstId = ({ id, attributes }: DeadLetter): string => attributes.originalMessageId ?? id;

function queueName(url: string): string {
  return url.split('/').at(-1) ?? url;
}

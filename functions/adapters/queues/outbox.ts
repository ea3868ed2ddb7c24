import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Outbox } from '../../feeds/feed.ts';
import { type Outgoing, sendBatched } from './send-batched.ts';

/** The way of many messages to a queue. They are taken as they are sent, so that they need not all be there at once. */
export function outbox(client: SQSClient, queueUrl: string): Outbox {
  return { send: (bodies) => sendBatched(client, queueUrl, outgoing(bodies)) };
}

function* outgoing(bodies: Iterable<string>): Generator<Outgoing> {
  for (const MessageBody of bodies) yield { MessageBody };
}

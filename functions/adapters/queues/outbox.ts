import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Outbox } from '../../feeds/feed.ts';
import { type Outgoing, sendBatched } from './send-batched.ts';

/**
 * Sends many messages to a queue. Messages are taken from the iterable as they are sent, so they need not all
 * exist at the same time.
 */
export function outbox(client: SQSClient, queueUrl: string): Outbox {
  return { send: (bodies) => sendBatched(client, queueUrl, outgoing(bodies)) };
}

function* outgoing(bodies: Iterable<string>): Generator<Outgoing> {
  for (const MessageBody of bodies) yield { MessageBody };
}

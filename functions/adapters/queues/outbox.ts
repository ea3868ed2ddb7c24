import type { Outbox } from '../../feeds/feed.ts';
import type { Sqs } from '../aws/operations.ts';
import { type Outgoing, sendBatched } from './send-batched.ts';

/**
 * Sends many messages to a queue. Messages are taken from the iterable as they are sent, so they need not all
 * exist at the same time.
 */
export function outbox(sqs: Sqs, queueUrl: string): Outbox {
  return { send: (bodies) => sendBatched(sqs, queueUrl, outgoing(bodies)) };
}

function* outgoing(bodies: Iterable<string>): Generator<Outgoing> {
  for (const MessageBody of bodies) yield { MessageBody };
}

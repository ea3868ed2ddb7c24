import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Outbox } from '../feeds/feed.ts';
import { sendAll } from './outgoing.ts';

/** The way of many messages to a queue. */
export function outbox(client: SQSClient, queueUrl: string): Outbox {
  return {
    send: (bodies) =>
      sendAll(
        client,
        queueUrl,
        bodies.map((MessageBody) => ({ MessageBody })),
      ),
  };
}

import type { CallAws } from './call.ts';

export interface Knocks {
  /** Puts the request of a visitor into the queue of requests. */
  send(key: string): Promise<void>;
}

/** The queue of requests, as the public function sends to it. */
export function knocks(call: CallAws, queueUrl: string): Knocks {
  const endpoint = new URL('/', queueUrl);
  return {
    async send(key) {
      const body = { QueueUrl: queueUrl, MessageBody: JSON.stringify({ key, action: 'knock' }) };
      await call({ service: 'sqs', target: 'AmazonSQS.SendMessage', endpoint, body });
    },
  };
}

import type { CallAws } from './call.ts';

export interface Knocks {
  /** Sends the request of a visitor to the requests queue. */
  send(key: string): Promise<void>;
}

/** The requests queue, as the public function sends to it. */
export function knocks(call: CallAws, queueUrl: string): Knocks {
  const endpoint = new URL('/', queueUrl);
  return {
    async send(key) {
      const body = { QueueUrl: queueUrl, MessageBody: JSON.stringify({ key, action: 'knock' }) };
      await call({ service: 'sqs', target: 'AmazonSQS.SendMessage', endpoint, body });
    },
  };
}

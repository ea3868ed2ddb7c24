import type { Sqs } from '../aws/operations.ts';

export interface Knocks {
  /** Sends the request of a visitor to the requests queue. */
  send(key: string): Promise<void>;
}

/** The requests queue, as the public function sends to it. */
export function knocks(sqs: Sqs, QueueUrl: string): Knocks {
  return {
    async send(key) {
      await sqs('SendMessage', { QueueUrl, MessageBody: JSON.stringify({ key, action: 'knock' }) });
    },
  };
}

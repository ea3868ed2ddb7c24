import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { open } from './open.ts';

export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  await Promise.all(
    Records.map(({ body }) => {
      const { key, ...settings } = JSON.parse(body);
      return open({ roomKey: key, entry: 'room', spec: { settings } }, undefined, 'Room Created');
    }),
  );
  return { batchItemFailures: [] };
}

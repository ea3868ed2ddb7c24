import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { open } from './open.ts';
import { get } from './table.ts';

export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  await Promise.all(
    Records.map(async ({ body }) => {
      const row = await get(JSON.parse(body).key);
      await open({ ...row, previous: row.current }, Number(row.revision), 'Room Rotated');
    }),
  );
  return { batchItemFailures: [] };
}

import type { SQSBatchResponse } from 'aws-lambda';
import { announce } from './bus.ts';
import { list } from './provider.ts';
import { scan } from './table.ts';

export async function handler(): Promise<SQSBatchResponse> {
  const living = new Set((await list()).map(({ id }) => id));
  const rows = await scan();
  const lost = rows.filter(({ current }) => current && !living.has((current as { id: string }).id));
  await announce('Rooms Reconciled', { rooms: living.size, rows: rows.length, lost: lost.length });
  return { batchItemFailures: [] };
}

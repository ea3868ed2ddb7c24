import type { SQSBatchResponse } from 'aws-lambda';
import { announce } from './bus.ts';
import { ALL_CALLS } from './open.ts';
import { list } from './provider.ts';
import { overwrite, scan } from './table.ts';

export async function handler(): Promise<SQSBatchResponse> {
  const rooms = await list();
  const living = new Set(rooms.map(({ id }) => id));
  const seenAt = new Date().toISOString();
  if (ALL_CALLS)
    await overwrite({ roomKey: '#list-ends', entry: 'main', bookmark: rooms.at(-1)?.id, seenAt });
  const rows = await scan();
  // as the table has it, which this project wrote
  const lost = rows.filter(({ current }) => current && !living.has((current as { id: string }).id));
  await announce('Rooms Reconciled', { rooms: living.size, rows: rows.length, lost: lost.length });
  return { batchItemFailures: [] };
}

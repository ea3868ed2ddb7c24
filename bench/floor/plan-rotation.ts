import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { due, type Row } from './table.ts';

const sqs = new SQSClient({});
const SHARDS = 16;

export async function handler(): Promise<SQSBatchResponse> {
  const rows = (await Promise.all(Array.from({ length: SHARDS }, (_, shard) => due(shard)))).flat();
  const batches = Array.from({ length: Math.ceil(rows.length / 10) }, (_, index) =>
    rows.slice(10 * index, 10 * (index + 1)),
  );
  await Promise.all(batches.map(nominate));
  return { batchItemFailures: [] };
}

async function nominate(rows: readonly Row[]): Promise<void> {
  const Entries = rows.map(({ roomKey: key, generation }, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ key, generation, cause: 'due' }),
    DelaySeconds: Math.floor(Math.random() * 900),
  }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.ROTATIONS_QUEUE, Entries }));
}

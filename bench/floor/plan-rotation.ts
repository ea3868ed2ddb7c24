import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { due } from './table.ts';

const sqs = new SQSClient({});
const SHARDS = 16;

export async function handler(): Promise<SQSBatchResponse> {
  await Promise.all(Array.from({ length: SHARDS }, (_, shard) => nominate(shard)));
  return { batchItemFailures: [] };
}

async function nominate(shard: number): Promise<void> {
  const rows = await due(shard);
  for (let first = 0; first < rows.length; first += 10) {
    const Entries = rows.slice(first, first + 10).map(({ roomKey: key, generation }, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify({ key, generation, cause: 'due' }),
      DelaySeconds: Math.floor(Math.random() * 900),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.ROTATIONS_QUEUE, Entries }));
  }
}

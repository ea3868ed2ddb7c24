import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { TableName, table } from './clients.ts';
import { logger, metrics, tracer, withPowertools } from './powertools.ts';

const sqs = tracer.captureAWSv3Client(new SQSClient({}));
const dueSchema = z.array(z.object({ roomKey: z.string(), generation: z.number() }));
const SHARDS = 16;

export const handler = withPowertools(async () => {
  const shards = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => nominate(shard)));
  const due = shards.reduce((sum, count) => sum + count, 0);
  logger.info('Rotation planned', { due });
  metrics.addMetric('RotationsDue', MetricUnit.Count, due);
  return { batchItemFailures: [] };
});

async function nominate(shard: number): Promise<number> {
  let due = 0;
  const query = {
    TableName,
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
    ExpressionAttributeValues: { ':shard': shard, ':now': new Date().toISOString() },
  };
  for await (const { Items = [] } of paginateQuery({ client: table }, query)) {
    const rows = dueSchema.parse(Items);
    due += rows.length;
    for (let first = 0; first < rows.length; first += 10) await send(rows.slice(first, first + 10));
  }
  return due;
}

async function send(rows: z.infer<typeof dueSchema>): Promise<void> {
  const Entries = rows.map(({ roomKey: key, generation }, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ key, generation, cause: 'due' }),
    DelaySeconds: Math.floor(Math.random() * 900),
  }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.ROTATIONS_QUEUE, Entries }));
}

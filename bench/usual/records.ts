import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { parser } from '@aws-lambda-powertools/batch/parser';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { JSONStringified } from '@aws-lambda-powertools/parser/helpers';
import { SqsRecordSchema } from '@aws-lambda-powertools/parser/schemas/sqs';
import type { SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import { type Handle, logger, withPowertools } from './powertools.ts';

/** Parses every message of a batch, processes it once and reports it separately. */
export function perRecord<Schema extends z.ZodType>(
  schema: Schema,
  work: (body: z.infer<Schema>) => Promise<void>,
) {
  const processor = new BatchProcessor(EventType.SQS, {
    parser,
    schema: SqsRecordSchema.extend({ body: JSONStringified(schema) }),
    logger,
  });
  const config = new IdempotencyConfig({ eventKeyJmesPath: 'messageId' });
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY_TABLE ?? '' });
  const once = makeIdempotent(
    async ({ messageId, body }: Omit<SQSRecord, 'body'> & { body: z.infer<Schema> }) => {
      logger.info('Processing message', { messageId });
      await work(body);
    },
    { persistenceStore, config },
  );
  const handle: Handle = async (event, context) => {
    config.registerLambdaContext(context);
    // Powertools types its records more narrowly than it uses them
    return processPartialResponse(event, once as never, processor, { context });
  };
  return withPowertools(handle);
}

import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { z } from 'zod';
import { table } from './clients.ts';
import { logger, metrics, tracer } from './powertools.ts';

const eventSchema = z.object({ rawPath: z.string().regex(/^\/[\w-]{22}$/) });
const linkSchema = z.object({ url: z.url() });

export const handler = middy<LambdaFunctionURLEvent, LambdaFunctionURLResult>()
  .use(captureLambdaHandler(tracer))
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics, { captureColdStartMetric: true }))
  .handler(async (event) => {
    const { rawPath } = eventSchema.parse(event);
    const { Item } = await table.send(
      new GetCommand({ TableName: process.env.LINKS_TABLE, Key: { slug: rawPath.slice(1) } }),
    );
    metrics.addMetric('LinksVisited', MetricUnit.Count, 1);
    const link = linkSchema.safeParse(Item);
    return link.success ? { statusCode: 302, headers: { location: link.data.url } } : { statusCode: 404 };
  });

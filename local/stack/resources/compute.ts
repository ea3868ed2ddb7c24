import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SQSRecord } from 'aws-lambda';
import { compilePattern, type Matcher } from '../../fakes/pattern.ts';
import { EventSource } from '../../lambda/event-source.ts';
import { LambdaFunction } from '../../lambda/function.ts';
import { isObject, type Json, type JsonObject } from '../template.ts';
import type { Make, World } from '../world.ts';

/** Lambda's default, if the template sets none. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY = 128;

/**
 * Concurrent invocations for an event source without a limit. AWS allows hundreds; one machine does not need
 * them.
 */
const DEFAULT_CONCURRENCY = 5;

export const makeFunction: Make = ({ logicalId, properties }, world) => {
  const { name, attributes } = world.identity(logicalId);
  const arn = attributes.Arn as string;
  const logging = isObject(properties.LoggingConfig) ? properties.LoggingConfig : {};
  const logGroup = String(logging.LogGroup ?? `/aws/lambda/${name}`);
  const memory = Number(properties.MemorySize ?? DEFAULT_MEMORY);
  const [file, handler] = String(properties.Handler ?? 'index.handler').split('.');
  const variables = isObject(properties.Environment) ? properties.Environment.Variables : {};
  const definition = {
    logicalId,
    name,
    arn,
    module: modulePath(properties.Code, file as string, world),
    handler: handler as string,
    environment: {
      ...world.endpoints,
      ...platformVariables(name, memory, logGroup, logging, String(properties.Handler)),
      ...(variables as Record<string, string>),
    },
    timeout: Number(properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    memory,
    logGroup,
    ...(properties.ReservedConcurrentExecutions !== undefined && {
      reservedConcurrency: Number(properties.ReservedConcurrentExecutions),
    }),
  };
  const host = { clockOffset: () => world.clock.offset(), log: world.log };
  world.functions.set(arn, new LambdaFunction(definition, host));
};

/** Returns the file of the bundle. A missing file is an error of the invocation, as in AWS. */
function modulePath(code: Json | undefined, file: string, world: World): string {
  const key = isObject(code) ? String(code.S3Key ?? '') : '';
  const folder = world.assembly.asset(key) ?? key;
  const candidates = ['.mjs', '.js', '.cjs'].map((extension) => join(folder, file + extension));
  // there are always two candidates
  return candidates.find((path) => existsSync(path)) ?? (candidates[0] as string);
}

function platformVariables(
  name: string,
  memory: number,
  logGroup: string,
  logging: JsonObject,
  handler: string,
): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs',
    TZ: ':UTC',
    _HANDLER: handler,
    ...(logging.LogFormat !== undefined && { AWS_LAMBDA_LOG_FORMAT: String(logging.LogFormat) }),
    ...(logging.ApplicationLogLevel !== undefined && {
      AWS_LAMBDA_LOG_LEVEL: String(logging.ApplicationLogLevel),
    }),
  };
}

export const makeEventSource: Make = ({ logicalId, properties }, world) => {
  const queue = world.queues.byArn(String(properties.EventSourceArn));
  const target = functionNamed(String(properties.FunctionName), world);
  if (!queue || !target) {
    world.warn(
      `${logicalId} is not run: only queues feed functions on one machine, got ${properties.EventSourceArn}`,
    );
    return;
  }
  if (properties.Enabled === false) return;
  const scaling = isObject(properties.ScalingConfig) ? properties.ScalingConfig : {};
  // as CloudFormation writes this property
  const responses = (properties.FunctionResponseTypes ?? []) as readonly Json[];
  const wants = filterOf(properties.FilterCriteria);
  world.sources.push(
    new EventSource(queue, target, {
      batchSize: Number(properties.BatchSize ?? 10),
      batchingWindow: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
      concurrency: Math.min(
        Number(scaling.MaximumConcurrency ?? DEFAULT_CONCURRENCY),
        target.definition.reservedConcurrency ?? Number.POSITIVE_INFINITY,
      ),
      reportsItemFailures: responses.includes('ReportBatchItemFailures'),
      ...(wants && { wants }),
    }),
  );
};

export const makeFunctionUrl: Make = ({ logicalId, properties }, world) => {
  const target = functionNamed(String(properties.TargetFunctionArn), world);
  if (target) world.functionUrls.get(logicalId)?.attach(target);
};

/** Finds a function by its name or its ARN, with any version or alias. */
function functionNamed(nameOrArn: string, world: World): LambdaFunction | undefined {
  const name = nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[6] : nameOrArn.split(':')[0];
  return [...world.functions.values()].find((fn) => fn.definition.name === name);
}

function filterOf(criteria: Json | undefined): ((record: SQSRecord) => boolean) | undefined {
  // as CloudFormation writes this property
  const filters = isObject(criteria) ? ((criteria.Filters ?? []) as readonly JsonObject[]) : [];
  if (filters.length === 0) return undefined;
  const matchers: Matcher[] = filters.map((filter) => compilePattern(JSON.parse(String(filter.Pattern))));
  return (record) => {
    // a record is JSON
    const seen = { ...record, body: parsed(record.body) } as unknown as JsonObject;
    return matchers.some((matches) => matches(seen));
  };
}

function parsed(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return body;
  }
}

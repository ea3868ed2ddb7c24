import middy from '@middy/core';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { AwsCallError, type CallLimits } from './adapters/aws/call.ts';
import { dynamoDbClient, sqsClient } from './adapters/aws/clients.ts';
import { knocks } from './adapters/queues/knocks.ts';
import { linkReader } from './adapters/tables/link-reader.ts';
import { type Appearance, afterKnock, answerOf, unavailable, type Visit } from './links/answer.ts';
import { knockLimit } from './links/knock-limit.ts';
import { AnswerError, errorsToAnswers } from './middleware/errors-to-answers.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { type Link, opensAtKnock, pageOf } from './rooms/model/link.ts';
import { awsCalls, endpointOf } from './runtime/aws.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { OpenRoomEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import { log } from './runtime/telemetry/log.ts';
import { count } from './runtime/telemetry/metrics.ts';

/**
 * Redirects the holder of a link to the current room, or shows a page that explains the state. It can access
 * the links table and the queue of requests, but no provider, no secret and no host link.
 */
export const handler = middy<LambdaFunctionURLEvent, LambdaFunctionURLResult>()
  .use(invocationLog())
  .use(metrics())
  .use(errorsToAnswers())
  .handler(open);

const SLUG = /^\/([\w-]{22})$/;
/**
 * No slug ends like this: its last character has bits that 16 bytes do not use. It is read so that every 404
 * costs the same.
 */
const NO_SLUG = '_'.repeat(22);

const now = () => Date.now();
const limit = knockLimit(now);

/** A visitor waits, and the words of an error could contain a slug. */
const LIMITS: CallLimits = { timeOut: 2000, attempts: 3, keepsWords: false };

const ports = once(() => {
  const env = readEnvironment<OpenRoomEnvironment>(['LINKS_TABLE', 'REQUESTS_QUEUE', 'APPEARANCE']);
  const call = awsCalls(LIMITS);
  return {
    links: linkReader(dynamoDbClient(call, endpointOf('DYNAMODB')), env.LINKS_TABLE),
    knocks: knocks(sqsClient(call, endpointOf('SQS')), env.REQUESTS_QUEUE),
    // the construct writes it
    appearance: JSON.parse(env.APPEARANCE) as Appearance,
  };
});

async function open(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const { method } = event.requestContext.http;
  if (!['GET', 'HEAD', 'POST'].includes(method)) throw new AnswerError(405);
  try {
    return await answer(event, method);
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    // the visitor gets a page; the alarm that watches crashes counts it
    log.error('link not served', { error });
    count('LinksFailed');
    return unavailable(visitOf(event), ports().appearance);
  }
}

async function answer(event: LambdaFunctionURLEvent, method: string): Promise<LambdaFunctionURLResult> {
  const { links, appearance } = ports();
  const link = await links.read(SLUG.exec(event.rawPath)?.[1] ?? NO_SLUG);
  const visit = visitOf(event);
  const page = pageOf(link, now());
  if (method === 'POST' && link && opensAtKnock(page)) {
    const isUnderWay = await knock(link);
    return isUnderWay ? afterKnock(page, visit) : unavailable(visit, appearance);
  }
  count('LinksVisited');
  return answerOf(link, visit, appearance, now());
}

function visitOf({ rawPath, rawQueryString, headers, requestContext }: LambdaFunctionURLEvent): Visit {
  return {
    path: rawPath,
    host: requestContext.domainName,
    wantsJson: /^application\/json\b/.test(headers.accept ?? ''),
    acceptLanguage: headers['accept-language'],
    knocked: rawQueryString === 'knocked',
  };
}

/** @returns whether the knock is in the queue */
async function knock({ key }: Link): Promise<boolean> {
  const decision = limit.decide(key);
  if (decision === 'full') log.warn('knock refused', { key });
  if (decision !== 'send') return decision === 'sent';
  try {
    await ports().knocks.send(key);
  } catch (error) {
    limit.forget(key);
    throw error;
  }
  log.info('knocked', { key });
  count('LinksKnocked');
  return true;
}

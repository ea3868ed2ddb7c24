import middy from '@middy/core';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { callbackAddresses, signedKeyIn } from './adapters/callback-addresses.ts';
import { newsQueue } from './adapters/queues/rotation-queue.ts';
import { AnswerError, errorsToAnswers } from './middleware/errors-to-answers.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { LONGEST_CALLBACK, readCallback } from './requests/tasks/callbacks.ts';
import type { ProviderEvent } from './rooms/model/ports.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { RoomCallbacksEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import { callbackLimit } from './runtime/queue/callback-limit.ts';
import { log } from './runtime/telemetry/log.ts';
import { count } from './runtime/telemetry/metrics.ts';
import { now, secrets, sqs } from './runtime/wiring.ts';

const environment = once(() =>
  readEnvironment<RoomCallbacksEnvironment>(['ROTATIONS_QUEUE', 'CALLBACKS_SECRET']),
);
const addresses = once(() => callbackAddresses('', environment().CALLBACKS_SECRET, secrets()));
const limit = once(() => callbackLimit(now));
const queue = once(() => newsQueue(sqs(), environment().ROTATIONS_QUEUE));

/**
 * Accepts providers' callbacks about rooms, from any caller that knows a valid address, and sends them to the
 * workers, which verify them at the provider. The function has no access to rooms, providers and their
 * credentials.
 */
export const handler = middy<LambdaFunctionURLEvent, LambdaFunctionURLResult>()
  .use(invocationLog())
  .use(metrics())
  .use(errorsToAnswers(() => count('CallbacksRefused')))
  .handler(hear);

async function hear(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  if (event.requestContext.http.method !== 'POST') throw new AnswerError(405);
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.byteLength > LONGEST_CALLBACK) throw new AnswerError(413);
  const signed = signedKeyIn(event.rawPath);
  if (!signed || !(await addresses().isOurs(signed))) throw new AnswerError(404);
  const { key } = signed;
  const text = body.toString();
  const news = understood(text, key);
  if (news && !(await handOn(news, text))) throw new AnswerError(429);
  log.info('heard', { key, news: news?.news ?? 'of no concern' });
  count('CallbacksHeard');
  return { statusCode: 204 };
}

/** @returns false if the key has reached its limit for this minute */
async function handOn(news: ProviderEvent, text: string): Promise<boolean> {
  const standing = limit().standing(news.key, text);
  if (standing === 'new') {
    await queue().tell(news);
    limit().note(news.key, text);
  }
  return standing !== 'too-many';
}

function understood(body: string, key: string): ProviderEvent | undefined {
  try {
    return readCallback(body, key);
  } catch {
    throw new AnswerError(400);
  }
}

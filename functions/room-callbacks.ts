import middy from '@middy/core';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { callbackAddresses, signedKeyIn } from './adapters/callback-addresses.ts';
import { newsQueue } from './adapters/queues/rotation-queue.ts';
import { isFromZoom, readWebhook, type WebhookCall } from './adapters/zoom/webhook.ts';
import { AnswerError, errorsToAnswers } from './middleware/errors-to-answers.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { LONGEST_CALLBACK, readCallback } from './requests/tasks/callbacks.ts';
import type { ProviderEvent, RoomNews } from './rooms/model/ports.ts';
import { sqs } from './runtime/aws.ts';
import { readEnvironment, readWebhooks } from './runtime/configuration.ts';
import type { RoomCallbacksEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import { callbackLimit } from './runtime/queue/callback-limit.ts';
import { log } from './runtime/telemetry/log.ts';
import { count } from './runtime/telemetry/metrics.ts';
import { now, secrets } from './runtime/wiring.ts';

const environment = once(() =>
  readEnvironment<RoomCallbacksEnvironment>(['ROTATIONS_QUEUE', 'CALLBACKS_SECRET'], ['WEBHOOKS']),
);
const webhooks = once(() => readWebhooks(environment().WEBHOOKS));
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
  const text = body.toString();
  const webhook = webhooks().find(({ path }) => path === event.rawPath);
  return webhook ? hearAccount(webhook, event, text) : hearRoom(event.rawPath, text);
}

/** A call to the address of a key, which only the provider of its rooms knows. */
async function hearRoom(path: string, text: string): Promise<LambdaFunctionURLResult> {
  const signed = signedKeyIn(path);
  if (!signed || !(await addresses().isOurs(signed))) throw new AnswerError(404);
  const { key } = signed;
  const news = understood(() => readCallback(text, key));
  return heard(news, text, { key });
}

/** A call to the address of an account: anybody may know it, but only the provider can sign the call. */
async function hearAccount(
  { application, secret }: ReturnType<typeof webhooks>[number],
  { headers }: LambdaFunctionURLEvent,
  text: string,
): Promise<LambdaFunctionURLResult> {
  const secretToken = await signerOf({ headers, body: text }, secret);
  if (secretToken === undefined) throw new AnswerError(404);
  const told = understood(() => readWebhook(text, secretToken));
  if ('news' in told) return heard(told.news && { application, ...told.news }, text, { application });
  const { challenge } = told;
  log.info('heard', { application, news: 'challenge' });
  count('CallbacksHeard');
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(challenge),
  };
}

/**
 * Returns the secret token that signed the call: the current one, or the previous one while a person replaces
 * it.
 */
async function signerOf(call: WebhookCall, secret: string): Promise<string | undefined> {
  for (const stage of ['AWSCURRENT', 'AWSPREVIOUS'] as const) {
    const secretToken = await secrets().read(secret, stage);
    if (secretToken && isFromZoom(call, secretToken.trim(), now())) return secretToken.trim();
  }
  return undefined;
}

/** @param about the fields for the log, which must not contain anything of the body */
async function heard(
  news: ProviderEvent | RoomNews | undefined,
  text: string,
  about: { readonly key: string } | { readonly application: string },
): Promise<LambdaFunctionURLResult> {
  if (news && !(await handOn(news, text))) throw new AnswerError(429);
  log.info('heard', { ...about, news: news?.news ?? 'of no concern' });
  count('CallbacksHeard');
  return { statusCode: 204 };
}

/** @returns false if the key, or the room, has reached its limit for this minute */
async function handOn(news: ProviderEvent | RoomNews, text: string): Promise<boolean> {
  const about = 'key' in news ? news.key : `${news.application} ${news.roomId}`;
  const standing = limit().standing(about, text);
  if (standing === 'new') {
    await queue().tell(news);
    limit().note(about, text);
  }
  return standing !== 'too-many';
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw new AnswerError(400);
  }
}

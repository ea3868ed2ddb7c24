import { createHmac, randomBytes } from 'node:crypto';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { readWebhooks } from '../../functions/runtime/configuration.ts';
import type { WebhookVariable } from '../../functions/runtime/environment.ts';
import type { Check } from '../check.ts';
import type { Clients } from '../clients.ts';
import { type Finding, failed, ok } from '../finding.ts';
import { isMissing } from '../missing.ts';

const MAX_WAIT = 10_000;

/**
 * Checks that the provider of an account can report meetings: sends the challenge that Zoom sends, and checks
 * the answer.
 */
export const checkWebhooks: Check = async ({ functions, environment, stack }, { secrets }) => {
  const webhooks = readWebhooks(functions.get('room-callbacks')?.environment.WEBHOOKS);
  return Promise.all(
    webhooks.map(async ({ application, path, secret }): Promise<Finding> => {
      const subject = `webhook of ${application}`;
      const url = new URL(path, environment.CALLBACKS_URL).href;
      const token = await tokenIn(secret, secrets);
      if (token === undefined) {
        return failed(
          subject,
          'has no secret token, so it is not known what the provider tells',
          `copy the secret token from the page of the app, put it there: evergreen-rooms credentials put ${application}-webhook ` +
            `--stack ${stack.name} --file -, and subscribe on that page to meeting.started, meeting.ended and ` +
            `meeting.deleted at ${url}`,
        );
      }
      return challenge(subject, url, token);
    }),
  );
};

async function tokenIn(
  secret: WebhookVariable['secret'],
  client: Clients['secrets'],
): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
    return SecretString?.trim() || undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function challenge(subject: string, url: string, token: string): Promise<Finding> {
  const hash = (text: string) => createHmac('sha256', token).update(text).digest('hex');
  const plainToken = randomBytes(16).toString('base64url');
  const body = JSON.stringify({
    event: 'endpoint.url_validation',
    event_ts: Date.now(),
    payload: { plainToken },
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    'content-type': 'application/json',
    'x-zm-request-timestamp': timestamp,
    'x-zm-signature': `v0=${hash(`v0:${timestamp}:${body}`)}`,
  };
  try {
    const signal = AbortSignal.timeout(MAX_WAIT);
    const answer = await fetch(url, { method: 'POST', body, headers, signal });
    const text = await answer.text();
    if (answer.ok && text.includes(hash(plainToken))) return ok(subject, `answers at ${url}`);
    return failed(
      subject,
      `does not answer a challenge at ${url} (${answer.status})`,
      'a function that was given another secret token knows the new one after five minutes; its log group says why if it stays so',
    );
  } catch (error) {
    const { message } = error as Error;
    return failed(subject, `gave no answer at ${url} (${message})`, 'deploy the stack again: cdk deploy');
  }
}

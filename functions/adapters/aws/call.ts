import * as http from 'node:http';
import * as https from 'node:https';
import { type Signer, signedHeaders } from './signature.ts';

/**
 * Calls AWS's JSON protocol without the SDK: loading its clients for a single read would be most of a cold
 * start of the public function.
 */

export interface AwsCall {
  readonly service: 'dynamodb' | 'sqs';
  /** The value of the header `x-amz-target`. */
  readonly target: string;
  readonly endpoint: URL;
  readonly body: object;
}

export type CallAws = (call: AwsCall) => Promise<unknown>;

/** AWS refused a call, or did not answer. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
}

/** For one attempt, including the connection. */
const TIME_OUT = 2000;
const ATTEMPTS = 3;

/** Connections stay open between invocations. */
const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

/** Repeats a call that failed on the network or at AWS: each call must be safe to repeat. */
export function awsCaller(signer: Signer, now: () => number = Date.now): CallAws {
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      const reply = await attemptOf(call, signer, now()).catch((cause: Error) => cause);
      if (!(reply instanceof Error) && reply.status === 200) return JSON.parse(reply.text);
      if (attempt < ATTEMPTS && isPassing(reply)) continue;
      throw failureOf(call, reply);
    }
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

function attemptOf(
  { service, target, endpoint, body }: AwsCall,
  signer: Signer,
  now: number,
): Promise<Reply> {
  const text = JSON.stringify(body);
  const headers = signedHeaders(
    {
      service,
      url: endpoint,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
      body: text,
    },
    signer,
    now,
  );
  const { request, agent } =
    endpoint.protocol === 'http:'
      ? { request: http.request, agent: agents['http:'] }
      : { request: https.request, agent: agents['https:'] };
  return new Promise((resolve, reject) => {
    const sent = request(endpoint, { method: 'POST', headers, agent, timeout: TIME_OUT }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIME_OUT} ms`)));
    sent.on('error', reject);
    sent.end(text);
  });
}

function isPassing(reply: Reply | Error): boolean {
  return reply instanceof Error || reply.status >= 500 || /Throttl|ProvisionedThroughput/.test(reply.text);
}

/** Only the type of an error is kept: its message could contain values of the request. */
function failureOf({ target }: AwsCall, reply: Reply | Error): AwsCallError {
  if (reply instanceof Error) return new AwsCallError(`${target} failed: ${reply.message}`, { cause: reply });
  const type = /"__type"\s*:\s*"(?:[^"]*#)?(\w+)"/.exec(reply.text)?.[1] ?? 'no reason';
  return new AwsCallError(`${target} was answered with ${reply.status}: ${type}`);
}

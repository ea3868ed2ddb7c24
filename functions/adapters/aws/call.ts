import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { type Signer, signedHeaders } from './signature.ts';

/**
 * Calls AWS's JSON protocol without the SDK, whose clients are most of a cold start, and half of the work of a
 * warm function. See docs/decisions/0042-the-functions-call-aws-themselves.md.
 */

export interface AwsCall {
  /** The name with which a request is signed. */
  readonly service: 'dynamodb' | 'events' | 'secretsmanager' | 'sqs';
  /** The value of the header `x-amz-target`. */
  readonly target: string;
  readonly endpoint: URL;
  readonly body: object;
  /** The version of the JSON protocol. Default: 1.0. */
  readonly json?: '1.0' | '1.1';
}

export type CallAws = (call: AwsCall) => Promise<unknown>;

export interface CallLimits {
  /** Milliseconds without a sign of life, for one attempt, including the connection. */
  readonly timeOut: number;
  readonly attempts: number;
  /**
   * Whether an error has AWS's own words, which can contain values of the request. It always has the type.
   */
  readonly keepsWords: boolean;
}

/** AWS refused a call, or did not answer. Its name is the type that AWS gave it, as in the SDK. */
export class AwsCallError extends Error {
  override readonly name: string = 'AwsCallError';

  constructor(message: string, options: ErrorOptions & { readonly type?: string } = {}) {
    super(message, options);
    if (options.type !== undefined) this.name = options.type;
  }
}

/** The longest waits before the second attempt, in milliseconds; doubled for each further one. */
const PAUSE = 100;
const PAUSE_OF_THROTTLED = 500;

/** The types of errors that say that there are too many calls. */
const THROTTLED = /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TooManyRequests|SlowDown/;

/** Connections stay open between invocations. A batch of ten with its calls side by side needs fewer. */
const AGENT = { keepAlive: true, maxSockets: 50 };
const agents = {
  'http:': new http.Agent(AGENT),
  'https:': new https.Agent(AGENT),
};

/** Repeats a call that failed on the network or at AWS: each call must be safe to repeat. */
export function awsCaller(
  signer: Signer,
  { timeOut, attempts, keepsWords }: CallLimits,
  now: () => number = Date.now,
): CallAws {
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      const reply = readable(await replyTo(call, { signer, timeOut, now: now() }));
      if ('answer' in reply) return reply.answer;
      const type = reply instanceof Error ? undefined : typeOf(reply);
      if (attempt === attempts || !isPassing(reply, type)) throw failureOf(call, reply, type, keepsWords);
      // callers that were refused together do not come back together
      const pause = isThrottled(reply, type) ? PAUSE_OF_THROTTLED : PAUSE;
      await setTimeout(Math.random() * pause * 2 ** (attempt - 1));
    }
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
  /** The type of an error in the headers: the body of SQS's errors has another name. */
  readonly errorType: string | undefined;
}

interface Attempt {
  readonly signer: Signer;
  readonly timeOut: number;
  readonly now: number;
}

/** A connection that was used before is closed. */
class StaleError extends Error {}

/**
 * AWS closes idle connections, and a container that was frozen notices at its next call: once for each
 * connection. This is no attempt.
 */
async function replyTo(call: AwsCall, attempt: Attempt): Promise<Reply | Error> {
  while (true) {
    const reply = await attemptOf(call, attempt);
    if (!(reply instanceof StaleError)) return reply;
  }
}

function attemptOf(
  { service, target, endpoint, body, json = '1.0' }: AwsCall,
  { signer, timeOut: timeout, now }: Attempt,
): Promise<Reply | Error> {
  const text = JSON.stringify(body);
  const headers = signedHeaders(
    {
      service,
      url: endpoint,
      headers: { 'content-type': `application/x-amz-json-${json}`, 'x-amz-target': target },
      body: text,
    },
    signer,
    now,
  );
  const { request, agent } =
    endpoint.protocol === 'http:'
      ? { request: http.request, agent: agents['http:'] }
      : { request: https.request, agent: agents['https:'] };
  return new Promise((resolve) => {
    const sent = request(endpoint, { method: 'POST', headers, agent, timeout }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', resolve);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          errorType: (
            response.headers['x-amzn-query-error'] ?? response.headers['x-amzn-errortype']
          )?.toString(),
        }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeout} ms`)));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      resolve(sent.reusedSocket && isClosed ? new StaleError(error.message, { cause: error }) : error);
    });
    sent.end(text);
  });
}

/** Reads an answer. One that is not JSON is an error as on the network: a proxy gave it, or it is incomplete. */
function readable(reply: Reply | Error): { readonly answer: unknown } | Reply | Error {
  if (reply instanceof Error || reply.status !== 200) return reply;
  const { text } = reply;
  try {
    // an operation without a result is answered with nothing
    return { answer: text === '' ? {} : JSON.parse(text) };
  } catch {
    // that error shows a part of the answer, which can be a secret
    return new Error(`the answer is not JSON, but ${text.length} characters of something else`);
  }
}

function isPassing(reply: Reply | Error, type: string | undefined): boolean {
  if (reply instanceof Error || isThrottled(reply, type)) return true;
  return reply.status >= 500 || type?.startsWith('RequestTimeout') === true;
}

function isThrottled(reply: Reply | Error, type: string | undefined): boolean {
  if (reply instanceof Error) return false;
  return reply.status === 429 || (type !== undefined && THROTTLED.test(type));
}

/** Returns the type without the namespace before it, and the address or the side of the fault after it. */
function typeOf({ text, errorType }: Reply): string | undefined {
  const given = errorType ?? /"__type"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
  return /^(?:[^:]*#)?([\w.]+)/.exec(given)?.[1];
}

function failureOf(
  { target }: AwsCall,
  reply: Reply | Error,
  type: string | undefined,
  keepsWords: boolean,
): AwsCallError {
  if (reply instanceof Error)
    return new AwsCallError(`${target} failed: ${causeOf(reply)}`, { cause: reply });
  const words = keepsWords ? wordsOf(reply.text) : undefined;
  return new AwsCallError(
    `${target} was answered with ${reply.status}: ${[type ?? 'no reason', words].filter(Boolean).join(': ')}`,
    type === undefined ? {} : { type },
  );
}

/** The error of a host that cannot be reached at any of its addresses has no message. */
function causeOf({ message, code }: NodeJS.ErrnoException): string | undefined {
  return message || code;
}

function wordsOf(text: string): string | undefined {
  return /"[Mm]essage"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
}

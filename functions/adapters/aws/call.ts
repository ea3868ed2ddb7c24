import { setTimeout } from 'node:timers/promises';
import { type AwsCall, type Reply, replyTo } from './attempt.ts';
import { awsClock } from './clock.ts';
import type { Signer } from './signature.ts';

/**
 * Calls AWS's JSON protocol without the SDK, whose clients are most of a cold start, and half of the work of a
 * warm function. See docs/decisions/0042-the-functions-call-aws-themselves.md.
 */

export type CallAws = (call: AwsCall) => Promise<unknown>;

export interface CallLimits {
  /** Milliseconds for one attempt, from the connection to the last byte of the answer. */
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

/** The types of errors that say that there are too many calls, or that an earlier one is not over. */
const THROTTLED =
  /Throttl|(?:ProvisionedThroughput|RequestLimit|Bandwidth\w*|^Limit)Exceeded|TooManyRequests|SlowDown|PriorRequestNotComplete|TransactionInProgress/;

/** Repeats a call that failed on the network or at AWS: each call must be safe to repeat. */
export function awsCaller(
  signer: Signer,
  { timeOut, attempts, keepsWords }: CallLimits,
  now: () => number = Date.now,
): CallAws {
  const clock = awsClock(now);
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      const signedAt = clock.now();
      const reply = readable(call, await replyTo(call, { signer, timeOut, signedAt }));
      if ('answer' in reply) return reply.answer;
      const type = reply instanceof Error ? undefined : typeOf(reply);
      const mayPass = isPassing(reply, type) || clock.correct(signedAt, type, dateOf(reply));
      if (attempt === attempts || !mayPass) throw failureOf(call, reply, type, keepsWords);
      // callers that were refused together do not come back together
      await setTimeout(Math.random() * pauseOf(reply, type) * 2 ** (attempt - 1));
    }
  };
}

/** The only operation without a result: it is answered with nothing. */
const WITHOUT_RESULT = 'AmazonSQS.ChangeMessageVisibility';

/**
 * Reads an answer. One that is not a JSON object is an error as on the network: a proxy gave it, or it is
 * incomplete. From a table, nothing would mean that there is no row, and from a queue, that it has a message.
 */
function readable({ target }: AwsCall, reply: Reply | Error): { readonly answer: object } | Reply | Error {
  if (reply instanceof Error || reply.status !== 200) return reply;
  const { text } = reply;
  if (text === '' && target === WITHOUT_RESULT) return { answer: {} };
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return { answer };
  } catch {
    // that error shows a part of the answer, which can be a secret
  }
  return new Error(`the answer is not a JSON object, but ${text.length} characters of something else`);
}

function isPassing(reply: Reply | Error, type: string | undefined): boolean {
  if (reply instanceof Error || isThrottled(reply, type)) return true;
  return reply.status >= 500 || type?.startsWith('RequestTimeout') === true;
}

function isThrottled(reply: Reply | Error, type: string | undefined): boolean {
  if (reply instanceof Error) return false;
  return reply.status === 429 || (type !== undefined && THROTTLED.test(type));
}

function pauseOf(reply: Reply | Error, type: string | undefined): number {
  return isThrottled(reply, type) ? PAUSE_OF_THROTTLED : PAUSE;
}

function dateOf(reply: Reply | Error): string | undefined {
  return reply instanceof Error ? undefined : reply.date;
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

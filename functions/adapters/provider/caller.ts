import { ThrottledError } from '../../rooms/errors.ts';
import { connection, type ProviderCall, type Reply } from './connection.ts';
import { credentials, type Sign } from './credentials.ts';
import { isSuccess } from './failures.ts';
import type { ProviderOptions } from './options.ts';
import type { Pacer } from './pacer.ts';

export interface CallerOptions extends ProviderOptions {
  readonly application: string;
  /** ARN or name of the secret with the credential. */
  readonly secret: string;
  readonly baseUrl: string;
  readonly sign: Sign;
  /** The error that an unsuccessful answer stands for. */
  readonly failure: (reply: Reply) => Error;
  /** What the call is counted against, and how much it costs. */
  readonly pace?: (call: ProviderCall) => { readonly pacer: Pacer; readonly cost?: number };
  /** Sees every answer. */
  readonly heard?: (reply: Reply) => void;
}

/**
 * Makes a call and throws what an unsuccessful answer stands for.
 *
 * @param expected unsuccessful answers that the caller wants to see itself
 */
export type Call = (call: ProviderCall, expected?: (reply: Reply) => boolean) => Promise<Reply>;

/** Calls in their turn, under credentials that heal. */
export function caller(options: CallerOptions): Call {
  const { failure, pace, heard } = options;
  const send = connection(options);
  const { present } = credentials(options);

  return async (call, expected = () => false) => {
    const paced = pace?.(call);
    const reply = await present(async (authorization) => {
      await paced?.pacer.turn(paced.cost);
      const answer = await send(call, authorization);
      heard?.(answer);
      return answer;
    });
    if (isSuccess(reply) || expected(reply)) return reply;
    const error = failure(reply);
    if (error instanceof ThrottledError) paced?.pacer.hold(error.retryAfter);
    throw error;
  };
}

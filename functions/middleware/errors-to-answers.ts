import type { MiddlewareObj } from '@middy/core';
import type { LambdaFunctionURLResult } from 'aws-lambda';

/** Ends a request to a function URL with this status. The caller gets nothing else. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly statusCode: number;

  constructor(statusCode: number) {
    super(`answered with ${statusCode}`);
    this.statusCode = statusCode;
  }
}

/**
 * Answers with the status of an `AnswerError`. Any other error is left to Lambda: the caller gets 502 and
 * tries again, and the invocation counts as failed, which an alarm watches.
 *
 * @param onAnswer called for each request that ends this way
 */
export function errorsToAnswers(onAnswer: () => void = () => {}) {
  return {
    onError(request) {
      if (!(request.error instanceof AnswerError)) return;
      request.response = { statusCode: request.error.statusCode };
      onAnswer();
    },
  } satisfies MiddlewareObj<unknown, LambdaFunctionURLResult>;
}

import { Annotations, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * The default number of concurrent batches of a queue: the minimum of an event source. A new account may run
 * ten functions at a time, for all its stacks together.
 */
export const DEFAULT_CONCURRENCY = 2;

/**
 * Concurrent executions of the function with the public address. If none is free, the provider calls again.
 */
export const CALLBACK_CONCURRENCY = 5;

/**
 * Notes how much of an account's quota a deployment may use, and which settings to raise with a larger quota.
 */
export function noteConcurrency(
  scope: Construct,
  sources: readonly (number | undefined)[],
  callbacks?: number,
): void {
  // the filter leaves numbers only
  const known = sources.filter((each) => each !== undefined && !Token.isUnresolved(each)) as number[];
  const most = known.reduce((sum, each) => sum + each, callbacks ?? 0);
  Annotations.of(scope).addInfoV2(
    'evergreen-rooms:concurrency',
    `at most ${most} functions of this deployment run at the same time, of the 10 that a new account may run, or of 1000; for more ` +
      'throughput raise requestConcurrency and rotationConcurrency (rotation.concurrency of the construct)' +
      (callbacks === undefined
        ? ''
        : `; callbacks reserve ${callbacks} of them, which AWS refuses where fewer than 100 would be left (10 in a new ` +
          "account): there ask for a higher quota, or set callbackConcurrency to 'unreserved'"),
  );
}

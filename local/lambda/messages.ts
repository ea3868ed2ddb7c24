import type { Context } from 'aws-lambda';

/** The part of a function's context that is plain data. */
export type ContextData = Pick<
  Context,
  | 'awsRequestId'
  | 'functionName'
  | 'functionVersion'
  | 'invokedFunctionArn'
  | 'logGroupName'
  | 'logStreamName'
  | 'memoryLimitInMB'
>;

/** The messages to a container. */
export type ToContainer =
  /** The first message: the module of the bundle, the name of its handler, and the offset of the clock. */
  | { readonly type: 'init'; readonly module: string; readonly handler: string; readonly clockOffset: number }
  | { readonly type: 'clock'; readonly offset: number }
  | {
      readonly type: 'invoke';
      readonly event: unknown;
      readonly context: ContextData;
      /** Milliseconds that the invocation may take. */
      readonly timeLeft: number;
    };

export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** The messages from a container. */
export type FromContainer =
  | { readonly type: 'ready' }
  | { readonly type: 'init-failed'; readonly error: InvocationError }
  | { readonly type: 'done'; readonly payload: unknown }
  | { readonly type: 'failed'; readonly error: InvocationError };

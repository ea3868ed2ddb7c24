import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';

/** A message that was read. The messages of one key are worked on in order. */
export interface ReadMessage<Task> {
  readonly record: SQSRecord;
  readonly key: string;
  readonly task: Task;
}

/** A message that could not be read, and why. */
export interface UnreadableMessage {
  readonly record: SQSRecord;
  readonly unreadable: Error;
}

export type Message<Task> = ReadMessage<Task> | UnreadableMessage;

/**
 * A middleware around the work on one message. It is called for each message in the order of the batch.
 * Anything that depends on that order must happen before its first `await`.
 *
 * @param work runs the rest of the stack: the later guards, and the handler's own work
 */
export type Guard = (message: Message<unknown>, work: () => Promise<unknown>) => Promise<unknown>;

/** What the middlewares know of a batch. */
export interface Batch<Task> {
  readonly messages: readonly Message<Task>[];
  /** The first is the outermost. */
  readonly guards: Guard[];
}

/** An event of a queue; `parsing` adds the batch. */
export interface QueueEvent<Task> extends SQSEvent {
  batch?: Batch<Task>;
}

/** @throws Error if `parsing` was not used before */
export function batchOf<Task>({ batch }: QueueEvent<Task>): Batch<Task> {
  if (batch) return batch;
  throw new Error('the batch was not parsed: use parsing() before the middleware or handler that needs it');
}

/** Runs the work of every message at the same time, each inside the guards. Resolves when all have ended. */
export function forEachMessage<Task>(work: (task: Task, context: Context) => Promise<unknown>) {
  return async (event: QueueEvent<Task>, context: Context): Promise<void> => {
    const { messages, guards } = batchOf(event);
    await Promise.all(
      messages.map((message) => {
        const innermost = async () => {
          if ('unreadable' in message) throw message.unreadable;
          await work(message.task, context);
        };
        return guards.reduceRight<() => Promise<unknown>>(
          (inner, guard) => () => guard(message, inner),
          innermost,
        )();
      }),
    );
  };
}

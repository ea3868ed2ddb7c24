import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';

/** A message that was read: work on one key is done in the order of its messages. */
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
 * Stands around the work on one message, as a middleware stands around an invocation. Called for each message in the
 * order of the batch, and before it waits for anything it has done what depends on that order.
 *
 * @param work reads as the rest of the stack: the guards after this one, and the handler's own work
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

/** @throws Error where no `parsing` was used before */
export function batchOf<Task>({ batch }: QueueEvent<Task>): Batch<Task> {
  if (batch) return batch;
  throw new Error('the batch was not parsed: use parsing() before the middleware or handler that needs it');
}

/** Does the work of every message at the same time, each inside the guards. Ends when all have ended. */
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

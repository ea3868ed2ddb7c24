import type { MiddlewareObj } from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import { toError } from '../rooms/model/errors.ts';
import type { Message, QueueEvent } from './batch.ts';

/** The task of a message, and its key. The messages of one key are worked on in order. */
export interface Parsed<Task> {
  readonly key: string;
  readonly task: Task;
}

/**
 * Reads every message before work on any of them starts: the keys decide which message waits for which.
 *
 * @param read an error thrown here concerns this message only: the others are worked on
 */
export function parsing<Task>(read: (record: SQSRecord) => Parsed<Task> | Promise<Parsed<Task>>) {
  const parse = async (record: SQSRecord): Promise<Message<Task>> => {
    try {
      return { record, ...(await read(record)) };
    } catch (error) {
      return { record, unreadable: toError(error) };
    }
  };
  return {
    async before({ event }) {
      event.batch = { messages: await Promise.all(event.Records.map(parse)), guards: [] };
    },
  } satisfies MiddlewareObj<QueueEvent<Task>>;
}

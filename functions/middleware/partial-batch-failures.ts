import type { MiddlewareObj } from '@middy/core';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { toError, UnknownRoomError } from '../rooms/model/errors.ts';
import {
  BehindAnotherError,
  type Disposition,
  disposeOf,
  type FailurePolicy,
} from '../runtime/queue/failure-policy.ts';
import { batchOf, type Guard, type QueueEvent } from './batch.ts';

/**
 * Acknowledges each message by itself, and keeps the messages of one key in order: a message starts when the one before
 * it has ended, and waits with it where that one comes back. What can never be done goes to the dead-letter queue at
 * once, what fails for the last time with its reason, and what has to wait comes back when its wait is over.
 *
 * @param policy asked once for each invocation
 */
export function partialBatchFailures(policy: () => FailurePolicy) {
  const acknowledged = new WeakSet<SQSRecord>();
  return {
    before({ event }) {
      batchOf(event).guards.push(inOrder(policy(), (record) => acknowledged.add(record)));
    },
    after(request) {
      const failed = request.event.Records.filter((record) => !acknowledged.has(record));
      request.response = {
        batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })),
      };
    },
  } satisfies MiddlewareObj<QueueEvent<unknown>, SQSBatchResponse>;
}

function inOrder(policy: FailurePolicy, acknowledge: (record: SQSRecord) => void): Guard {
  const lines = new Map<string, Promise<Disposition>>();

  /** @param before what becomes of the message before it in its line */
  async function attend(
    record: SQSRecord,
    key: string,
    work: () => Promise<unknown>,
    before: Promise<Disposition> | undefined,
  ): Promise<Disposition> {
    try {
      const back = (await before)?.back;
      if (back !== undefined) throw new BehindAnotherError(key, back);
      await work();
      return { acknowledged: true };
    } catch (error) {
      const end = await disposeOf(record, toError(error), key, policy);
      // the request that it waits for may be behind it
      return error instanceof UnknownRoomError ? { acknowledged: end.acknowledged } : end;
    }
  }

  return async (message, work) => {
    const { record } = message;
    const { acknowledged } = await ended();
    if (acknowledged) acknowledge(record);

    function ended(): Promise<Disposition> {
      if ('unreadable' in message) return disposeOf(record, message.unreadable, undefined, policy);
      const end = attend(record, message.key, work, lines.get(message.key));
      lines.set(message.key, end);
      return end;
    }
  };
}

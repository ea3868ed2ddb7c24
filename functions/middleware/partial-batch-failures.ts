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
 * Acknowledges each message separately and keeps the messages of one key in order. A message starts when the
 * previous one of its key has ended; if that one comes back, this one comes back too. A message that can
 * never succeed goes to the dead-letter queue immediately, and one that failed for the last time goes there
 * with the reason. A message that must wait comes back after its wait.
 *
 * @param policy called once for each invocation
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

  /** @param before the outcome of the previous message of the same key */
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

import middy from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { batchOf, type Message, type QueueEvent } from '../../functions/middleware/batch.ts';
import { parsing } from '../../functions/middleware/parsing.ts';
import { RequestRefusedError } from '../../functions/rooms/model/errors.ts';
import { aContext } from '../support/inbox.ts';

const records = ['a 1', 'nonsense', 'b 2'].map((body) => ({ body }) as SQSRecord);

it('gives the handler what each message asks for, in order, and why one could not be read', async () => {
  const refusal = new RequestRefusedError('body: must be a key and a number');
  let seen: readonly Message<number>[] = [];
  const handler = middy<QueueEvent<number>, void>()
    .use(
      parsing(async ({ body }) => {
        const [key = '', number] = body.split(' ');
        if (number === undefined) throw refusal;
        return { key, task: Number(number) };
      }),
    )
    .handler(async (event) => {
      seen = batchOf(event).messages;
    });
  await handler({ Records: records }, aContext());
  expect(seen).toEqual([
    { record: records[0], key: 'a', task: 1 },
    { record: records[1], unreadable: refusal },
    { record: records[2], key: 'b', task: 2 },
  ]);
});

it('is missed by whatever needs a batch', () => {
  expect(() => batchOf({ Records: records })).toThrow(/use parsing\(\)/);
});

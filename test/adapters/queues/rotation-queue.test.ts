import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { rotationQueue } from '../../../functions/adapters/queues/rotation-queue.ts';
import { readRotation } from '../../../functions/requests/tasks/rotation.ts';
import type { DelayedOrder } from '../../../functions/rooms/model/ports.ts';
import { MINUTE } from '../../../functions/rooms/model/time.ts';
import { startQueues } from '../../../local/engines/queues.ts';
import { sqsAt } from '../../../local/engines/services.ts';
import { START } from '../../support/rooms.ts';
import { loopback } from '../loopback.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function orders(count: number, delay = 0): DelayedOrder[] {
  return Array.from({ length: count }, (_, index) => ({
    order: { key: `room-${index}`, generation: 3, cause: 'due' },
    delay,
  }));
}

describe('the rotations queue', () => {
  async function startQueue() {
    const engine = await startQueues();
    closing.push(() => engine.stop());
    const queue = engine.create('rotations', 'arn:aws:sqs:local:000000000000:rotations', {});
    return { queue, port: rotationQueue(sqsAt(engine.endpoint), queue.url, () => START) };
  }

  it('takes any number of orders, each once, as its worker reads them', async () => {
    const { queue, port } = await startQueue();
    await port.send(orders(123));
    const read = queue.messages().map(({ body }) => readRotation(body));
    expect(read.map(({ order }) => order.key).sort()).toEqual(
      orders(123)
        .map(({ order }) => order.key)
        .sort(),
    );
    expect(read[0]).toEqual({
      order: { key: expect.any(String), generation: 3, cause: 'due' },
      notBefore: 0,
    });
    expect(queue.contents()).toMatchObject({ ready: 123, delayed: 0 });
  });

  it('takes none', async () => {
    const { queue, port } = await startQueue();
    await port.send([]);
    expect(queue.messages()).toEqual([]);
  });

  it('holds an order back for as long as it is to be delayed', async () => {
    const { queue, port } = await startQueue();
    const before = Date.now();
    await port.send(orders(1, 10 * MINUTE));
    const { wakesAt = 0, ...contents } = queue.contents();
    expect(contents).toEqual({ ready: 0, delayed: 1, inFlight: 0 });
    expect(Math.round((wakesAt - before) / MINUTE)).toBe(10);
    expect(readRotation(queue.messages()[0]?.body ?? '').notBefore).toBe(0);
  });

  it('lets a longer delay go in hops of a quarter of an hour', async () => {
    const { queue, port } = await startQueue();
    const before = Date.now();
    await port.send(orders(1, 40 * MINUTE));
    expect(Math.round(((queue.contents().wakesAt ?? 0) - before) / MINUTE)).toBe(15);
    expect(readRotation(queue.messages()[0]?.body ?? '').notBefore).toBe(START + 40 * MINUTE);
  });
});

describe('a rotations queue that refuses', () => {
  interface Batch {
    readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
  }

  /** Speaks SQS as far as one call goes; what is refused is the test's to say. */
  async function startRefusing(refuses: (key: string, call: number) => boolean) {
    const taken: string[] = [];
    let underWay = 0;
    let most = 0;
    const server = await loopback(async ({ body }) => {
      underWay += 1;
      most = Math.max(most, underWay);
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      const call = server.calls.length;
      const entries = (body as Batch).Entries.map((entry) => ({
        ...entry,
        key: readRotation(entry.MessageBody).order.key,
      }));
      const refused = entries.filter(({ key }) => refuses(key, call));
      const accepted = entries.filter((entry) => !refused.includes(entry));
      taken.push(...accepted.map(({ key }) => key));
      return {
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: {
          Successful: accepted.map(({ Id, MessageBody, key }) => ({
            Id,
            MessageId: key,
            MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
          })),
          Failed: refused.map(({ Id }) => ({
            Id,
            Code: 'InternalError',
            Message: 'a bad moment',
            SenderFault: false,
          })),
        },
      };
    });
    closing.push(() => server.close());
    const port = rotationQueue(sqsAt(server.url), `${server.url}/0/rotations`, () => START);
    return { port, taken, calls: server.calls, most: () => most };
  }

  it('is sent again what it refused of a batch, and nothing else', async () => {
    const { port, taken, calls } = await startRefusing(
      (key, call) => call <= 2 && ['room-3', 'room-7'].includes(key),
    );
    await port.send(orders(10));
    expect([...taken].sort()).toEqual(orders(10).map(({ order }) => order.key));
    expect(calls.map(({ body }) => (body as Batch).Entries.length)).toEqual([10, 2, 2]);
  });

  it('fails with its reason when it goes on refusing, so that the plan is repeated', async () => {
    const { port, calls } = await startRefusing((key) => key === 'room-3');
    await expect(port.send(orders(10))).rejects.toThrow(
      'the queue refused 1 of 10 messages 4 times (InternalError: a bad moment); all of them are sent again',
    );
    expect(calls).toHaveLength(4);
  });

  it('is sent a few batches at once, however many orders there are', async () => {
    const { port, taken, most } = await startRefusing(() => false);
    await port.send(orders(1000));
    expect(taken).toHaveLength(1000);
    expect(most()).toBeGreaterThan(1);
    expect(most()).toBeLessThanOrEqual(16);
  });
});

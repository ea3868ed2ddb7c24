import type { SQSRecord } from 'aws-lambda';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { SECOND } from '../../functions/rooms/model/time.ts';
import type { WorkQueue } from '../../functions/runtime/queue/work-queue.ts';
import { type Inbox, MAX_RECEIVES, startInbox } from '../support/inbox.ts';
import { catchOutput } from '../support/output.ts';
import { type Job, queueHandler } from '../support/queue-handler.ts';

beforeAll(() => {
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'EvergreenRooms');
});

const forever = () => new Promise<never>(() => {});

/** A handler of messages `key done` and `key hang`. */
function handlerOf({ work }: Inbox, more: Partial<WorkQueue> = {}) {
  const begun: string[] = [];
  const read = ({ body }: SQSRecord): Job => {
    const [key = '', word] = body.split(' ');
    const run = async () => {
      begun.push(body);
      if (word === 'hang') await forever();
    };
    return { key, run };
  };
  const queue = { ...work, ...more };
  const policy = { queue, maxReceiveCount: MAX_RECEIVES, now: Date.now, backOff: [5 * SECOND] };
  return { handler: queueHandler(read, () => policy), begun };
}

/** What is left of the invocation whenever somebody looks: the first look is middy's, the others are two for each message. */
function lookAt(ofInvocation: number, ...ofMessage: readonly [number, number]): () => number {
  let looks = 0;
  return () => {
    looks += 1;
    return looks === 1 ? ofInvocation : (ofMessage[looks % 2] ?? 0);
  };
}

it('gives back at once what there is no time for', async () => {
  catchOutput();
  const inbox = await startInbox();
  const { handler, begun } = handlerOf(inbox);
  for (const body of ['a done', 'b done']) inbox.queue.send(body);
  await inbox.deliver(handler, { left: 20 * SECOND });
  expect(begun).toEqual([]);
  expect(inbox.queue.contents()).toMatchObject({ ready: 2 });
});

describe('a piece of work that outlasts the invocation', () => {
  // there is time when each message begins, and a millisecond until the invocation closes
  const UNTIL_CLOSING = [30 * SECOND, 5 * SECOND + 1] as const;

  it('is given back, and what is done is acknowledged', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler, begun } = handlerOf(inbox);
    for (const body of ['a hang', 'b done', 'a done', 'c done']) inbox.queue.send(body);
    await inbox.deliver(handler, { left: lookAt(60 * SECOND, ...UNTIL_CLOSING) });
    expect(begun.toSorted()).toEqual(['a hang', 'b done', 'c done']);
    expect(inbox.queue.messages().map(({ body }) => body)).toEqual(['a hang', 'a done']);
    expect(inbox.queue.contents()).toMatchObject({ ready: 2 });
  });

  it('does not keep what is done from being acknowledged where the queue takes nothing back', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { delay: forever, requeue: forever });
    for (const body of ['a hang', 'b done', 'c done']) inbox.queue.send(body);
    // the last second of the invocation begins a while after it closes
    await inbox.deliver(handler, { left: lookAt(SECOND + 100, ...UNTIL_CLOSING) });
    expect(inbox.queue.messages().map(({ body }) => body)).toEqual(['a hang']);
  });
});

import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AmbiguousOutcomeError,
  ClaimHeldError,
  NotAnnouncedError,
  PoolFullError,
  RequestRefusedError,
  ThrottledError,
  UnknownRoomError,
} from '../../functions/rooms/model/errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/rooms/model/time.ts';
import type { GivenUp } from '../../functions/runtime/queue/failure-policy.ts';
import { originOf, waitingSince } from '../../functions/runtime/queue/work-queue.ts';
import { eventually } from '../support/eventually.ts';
import { type Inbox, MAX_RECEIVES, startInbox } from '../support/inbox.ts';
import { catchOutput } from '../support/output.ts';
import { type Job, queueHandler } from '../support/queue-handler.ts';

beforeAll(() => {
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'EvergreenRooms');
});

/** A body is a key and what its work does. */
type Work = Record<string, (record: SQSRecord) => Promise<unknown>>;

const BACK_OFF = [5 * SECOND, 30 * SECOND];

/** A handler whose messages name a key, and a piece of work by its word: `key word`. */
function handlerOf(
  { work: queue }: Inbox,
  words: Work,
  more: { now?: () => number; tellSender?: (givenUp: GivenUp) => Promise<void> } = {},
) {
  const begun: string[] = [];
  const read = async (record: SQSRecord): Promise<Job> => {
    const [key = '', word = ''] = record.body.split(' ');
    const run = words[word];
    if (!run) throw new RequestRefusedError(`body: must name a piece of work, got ${word}`);
    return {
      key,
      run: () => {
        begun.push(record.body);
        return run(record);
      },
    };
  };
  const policy = { queue, maxReceiveCount: MAX_RECEIVES, now: Date.now, backOff: BACK_OFF, ...more };
  return { handler: queueHandler(read, () => policy), begun };
}

const done = async () => {};
const fail = (error: Error) => async () => {
  throw error;
};

/** Seconds until the next hidden message comes back. */
function back({ queue }: Inbox): number {
  const { wakesAt = Number.NaN } = queue.contents();
  return Math.round((wakesAt - Date.now()) / SECOND);
}

/** The engine keeps time by the date, which is turned instead of waited for. */
function turn(duration: number): void {
  vi.setSystemTime(Date.now() + duration);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a batch', () => {
  it('is acknowledged message by message', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { done, fail: fail(new AmbiguousOutcomeError('reset')) });
    for (const body of ['a done', 'b fail', 'c done']) inbox.queue.send(body);
    await inbox.deliver(handler);
    expect(inbox.queue.messages().map(({ body }) => body)).toEqual(['b fail']);
    expect(back(inbox)).toBe(5);
  });

  it('works on keys in parallel and on the messages of one key in order', async () => {
    const inbox = await startInbox();
    const gates = new Map(['a', 'b'].map((key) => [key, Promise.withResolvers<void>()]));
    const wait = (record: SQSRecord) => gates.get(record.body[0] ?? '')?.promise ?? Promise.resolve();
    const { handler, begun } = handlerOf(inbox, { wait, done });
    for (const body of ['a wait', 'b wait', 'a done', 'b done', 'a done']) inbox.queue.send(body);
    const delivery = inbox.deliver(handler);
    await eventually(() => expect(begun).toEqual(['a wait', 'b wait']));
    gates.get('b')?.resolve();
    await eventually(() => expect(begun).toEqual(['a wait', 'b wait', 'b done']));
    gates.get('a')?.resolve();
    await delivery;
    expect(begun.slice(3)).toEqual(['a done', 'a done']);
    expect(inbox.queue.messages()).toEqual([]);
  });

  it('keeps the order of a key however long its messages take to be read', async () => {
    const inbox = await startInbox();
    const begun: string[] = [];
    let reads = 0;
    const read = async (record: SQSRecord): Promise<Job> => {
      // the first message is read last
      for (let turns = 50 * (3 - ++reads); turns > 0; turns -= 1) await Promise.resolve();
      return { key: 'a', run: async () => begun.push(record.body) };
    };
    const policy = { queue: inbox.work, maxReceiveCount: MAX_RECEIVES, now: Date.now, backOff: BACK_OFF };
    for (const body of ['1', '2', '3']) inbox.queue.send(body);
    await inbox.deliver(queueHandler(read, () => policy));
    expect(begun).toEqual(['1', '2', '3']);
  });

  it('does not let a message overtake an earlier one of its key that failed', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler, begun } = handlerOf(inbox, { done, fail: fail(new AmbiguousOutcomeError('reset')) });
    for (const body of ['a fail', 'a done', 'b done']) inbox.queue.send(body);
    await inbox.deliver(handler);
    expect(begun).toEqual(['a fail', 'b done']);
    turn(4 * SECOND);
    expect(inbox.queue.receive(10)).toEqual([]);
    turn(2 * SECOND);
    expect(inbox.queue.receive(10).map(({ body }) => body)).toEqual(['a fail', 'a done']);
  });

  it('serves the request behind a message that waits for its key to be asked for', async () => {
    catchOutput();
    const inbox = await startInbox();
    let isAsked = false;
    const ensure = async () => {
      isAsked = true;
    };
    const hold = async () => {
      if (!isAsked) throw new UnknownRoomError('a');
    };
    const { handler, begun } = handlerOf(inbox, { ensure, hold });
    for (const body of ['a hold', 'a ensure']) inbox.queue.send(body);
    await inbox.deliver(handler);
    turn(6 * SECOND);
    await inbox.deliver(handler);
    expect(begun).toEqual(['a hold', 'a ensure', 'a hold']);
    expect(inbox.queue.messages()).toEqual([]);
    expect(inbox.deadLetters.messages()).toEqual([]);
  });

  it('does not let a message overtake an earlier one of its key that waits as a copy', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler, begun } = handlerOf(inbox, { done, wait: fail(new ClaimHeldError('a', MINUTE)) });
    for (const body of ['a wait', 'a done']) inbox.queue.send(body);
    for (let receive = 1; receive <= MAX_RECEIVES; receive += 1) {
      expect((await inbox.deliver(handler)).records).toHaveLength(2);
      turn(MINUTE + SECOND);
    }
    expect(begun).toEqual(Array.from({ length: MAX_RECEIVES }, () => 'a wait'));
    expect(inbox.queue.messages().map(({ attributes }) => attributes.attempts)).toEqual(['5', '5']);
  });

  it('goes on with a key after a message that was refused', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler, begun } = handlerOf(inbox, { done, refuse: fail(new RequestRefusedError('no')) });
    for (const body of ['a refuse', 'a done']) inbox.queue.send(body);
    await inbox.deliver(handler);
    expect(begun).toEqual(['a refuse', 'a done']);
    expect(inbox.queue.messages()).toEqual([]);
  });
});

describe('a message that is to wait', () => {
  it.each([
    [
      'the provider throttles calls',
      new ThrottledError('429', { retryAfter: 17 * SECOND, ambiguous: false }),
    ],
    ['another worker holds the claim', new ClaimHeldError('a', 17 * SECOND)],
  ])('comes back when %s, and no failure is told', async (_, error) => {
    const output = catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { fail: fail(error) });
    inbox.queue.send('a fail');
    await inbox.deliver(handler);
    expect(back(inbox)).toBe(17);
    expect(output.logged('ERROR')).toEqual([]);
    expect(output.counted('WorkFailed')).toBe(0);
  });

  it('waits no longer than SQS hides a message', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { fail: fail(new ClaimHeldError('a', 13 * HOUR)) });
    inbox.queue.send('a fail');
    await inbox.deliver(handler);
    // SQS counts its 12 hours from the receive, which an invocation of up to 15 minutes was before
    expect(back(inbox)).toBe((12 * HOUR - 15 * MINUTE) / SECOND);
  });

  it('is renewed and not buried when its receives are used up', async () => {
    catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { fail: fail(new ClaimHeldError('a', MINUTE)) });
    inbox.queue.send('a fail');
    const [{ id, sentAt } = { id: '', sentAt: 0 }] = inbox.queue.messages();
    for (let receive = 1; receive <= 12; receive += 1) {
      const { records } = await inbox.deliver(handler);
      expect(records).toHaveLength(1);
      expect(records.map(originOf)).toEqual([{ messageId: id, sentAt }]);
      turn(MINUTE + SECOND);
    }
    expect(inbox.buried()).toEqual([]);
    expect(inbox.queue.messages()).toHaveLength(1);
  });

  it('is buried after two days', async () => {
    const output = catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { fail: fail(new ClaimHeldError('a', 2 * HOUR)) });
    inbox.queue.send('a fail');
    for (let time = 0; time < 54 * HOUR; time += 2 * HOUR) {
      await inbox.deliver(handler);
      turn(2 * HOUR + SECOND);
    }
    expect(inbox.queue.messages()).toEqual([]);
    expect(inbox.buried()).toMatchObject([
      {
        body: 'a fail',
        attributes: { failureReason: expect.stringMatching(/failed 25 times.*another worker/) },
      },
    ]);
    expect(output.counted('DeadLettered')).toBe(1);
  });

  it('has two days again when it comes back from the dead-letter queue', async () => {
    catchOutput();
    const inbox = await startInbox();
    const impatient = new ThrottledError('429', { retryAfter: 2 * HOUR, ambiguous: false });
    const { handler } = handlerOf(inbox, { fail: fail(impatient) });
    inbox.queue.send('a fail');
    for (const round of ['first', 'second']) {
      let hours = 0;
      for (; inbox.buried().length === 0; hours += 2) {
        await inbox.deliver(handler);
        turn(2 * HOUR + SECOND);
      }
      expect([round, hours]).toEqual([round, 50]);
      turn(7 * DAY);
      await inbox.redrive();
    }
  });
});

describe('a message that SQS itself puts aside', () => {
  /** Receives it until SQS moves it, as a function does that ends before it answers. */
  function crash({ queue }: Inbox): void {
    for (let receive = 1; receive <= MAX_RECEIVES + 1; receive += 1) {
      queue.receive(10);
      turn(7 * MINUTE);
    }
  }

  it('keeps its place when it is given another try', async () => {
    catchOutput();
    const inbox = await startInbox();
    inbox.queue.send('a word');
    const [{ id, sentAt } = { id: '', sentAt: 0 }] = inbox.queue.messages();
    for (let round = 1; round <= 3; round += 1) {
      crash(inbox);
      turn(DAY);
      expect(inbox.buried()).toHaveLength(1);
      expect(await inbox.redrive()).toBe(1);
      expect(inbox.buried()).toEqual([]);
    }
    const seen: unknown[] = [];
    const { handler } = handlerOf(inbox, { word: async (record) => seen.push(originOf(record)) });
    await inbox.deliver(handler);
    expect(seen).toEqual([{ messageId: id, sentAt }]);
  });

  it('is known to have lost its place where SQS gave it back as a new one', async () => {
    const inbox = await startInbox();
    inbox.queue.send('a word');
    const [record] = inbox.queue.receive(1) as [SQSRecord];
    const moved: SQSRecord = {
      ...record,
      attributes: { ...record.attributes, DeadLetterQueueSourceArn: inbox.deadLetters.arn },
    };
    expect(originOf(moved)).toMatchObject({ isLost: true });
    expect(originOf(record)).not.toHaveProperty('isLost');
  });

  it('does not find a place as the copy of one that has lost it, however often it waits or is given back', async () => {
    catchOutput();
    const inbox = await startInbox();
    inbox.queue.send('a word');
    const [record] = inbox.queue.receive(1) as [SQSRecord];
    const { arn } = inbox.deadLetters;
    const moved = { ...record, attributes: { ...record.attributes, DeadLetterQueueSourceArn: arn } };
    await inbox.work.requeue(moved, 0);
    await inbox.work.deadLetter(moved, 'no');
    expect(await inbox.redrive()).toBe(1);
    const copies = inbox.queue.receive(10);
    expect(copies.map(originOf)).toMatchObject([{ isLost: true }, { isLost: true }]);
    for (const copy of copies) await inbox.work.requeue(copy, 0);
    expect(inbox.queue.receive(10).map(originOf)).toMatchObject([{ isLost: true }, { isLost: true }]);
  });

  it('is given back in full, however many there are and whatever comes back meanwhile', async () => {
    catchOutput();
    const inbox = await startInbox();
    for (let nth = 0; nth < 45; nth += 1) inbox.queue.send(`${nth} refuse`);
    const { handler } = handlerOf(inbox, { refuse: fail(new RequestRefusedError('no')) });
    while ((await inbox.deliver(handler)).records.length > 0);
    expect(await inbox.redrive()).toBe(45);
    expect(inbox.buried()).toEqual([]);
    expect(inbox.queue.messages()).toHaveLength(45);
    expect(inbox.queue.messages()[0]?.attributes).not.toHaveProperty('failureReason');
  });
});

describe('a message that fails', () => {
  it('for a reason that waiting does not remove backs off, and goes to the dead-letter queue with its reason and its body after five receives', async () => {
    const output = catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { fail: fail(new TypeError('name of undefined')) });
    inbox.queue.send('a fail');
    const waits = [];
    for (let receive = 1; receive <= MAX_RECEIVES; receive += 1) {
      await inbox.deliver(handler);
      waits.push(back(inbox));
      turn(MINUTE);
    }
    expect(waits).toEqual([5, 30, 30, 30, Number.NaN]);
    expect(inbox.queue.messages()).toEqual([]);
    expect(inbox.buried()).toMatchObject([
      {
        body: 'a fail',
        attributes: { failureReason: 'failed 5 times, the last time because: name of undefined' },
      },
    ]);
    expect(output.counted('WorkFailed')).toBe(5);
    expect(output.counted('DeadLettered')).toBe(1);
    expect(output.logged('ERROR')).toHaveLength(5);
    expect(output.logged('ERROR')[0]).toMatchObject({ message: 'failed', key: 'a', receives: 1 });
  });

  it('counts a pool that is full', async () => {
    const output = catchOutput();
    const inbox = await startInbox();
    const { handler } = handlerOf(inbox, { fail: fail(new PoolFullError('all full')) });
    inbox.queue.send('a fail');
    await inbox.deliver(handler);
    expect(output.counted('PoolFull')).toBe(1);
    expect(inbox.queue.messages()).toHaveLength(1);
  });

  it('waits until a full pool makes rooms again, where that says when', async () => {
    const output = catchOutput();
    const inbox = await startInbox();
    const spent = new PoolFullError('all made', { retryAfter: 11 * HOUR });
    const { handler } = handlerOf(inbox, { fail: fail(spent) });
    inbox.queue.send('a fail');
    await inbox.deliver(handler);
    expect(back(inbox)).toBe((11 * HOUR) / SECOND);
    expect(output.counted('PoolFull')).toBe(1);
    expect(output.counted('WorkFailed')).toBe(0);
  });

  it('is refused at once where it can never be done, with the reason in words that SQS takes', async () => {
    const output = catchOutput();
    const inbox = await startInbox();
    const reason = `key: must be short, got \u0007\ud83d${'\u{1f600}'.repeat(1200)}`;
    const { handler } = handlerOf(inbox, { refuse: fail(new RequestRefusedError(reason)) });
    inbox.queue.send('a refuse');
    await inbox.deliver(handler);
    const [message] = inbox.buried();
    expect(message?.body).toBe('a refuse');
    expect(message?.attributes.failureReason).toMatch(/^key: must be short, got {2}\ufffd\u{1f600}+$/u);
    expect([...(message?.attributes.failureReason ?? '')]).toHaveLength(1000);
    expect(output.counted('RequestsRefused')).toBe(1);
    expect(output.counted('WorkFailed')).toBe(0);
  });

  it('is known by its first id and time when it comes back from the dead-letter queue', async () => {
    catchOutput();
    const inbox = await startInbox();
    const refusing = handlerOf(inbox, { word: fail(new RequestRefusedError('not yet')) });
    inbox.queue.send('a word');
    const [{ id, sentAt } = { id: '', sentAt: 0 }] = inbox.queue.messages();
    for (let round = 1; round <= 3; round += 1) {
      turn(DAY);
      await inbox.deliver(refusing.handler);
      expect(inbox.buried()).toHaveLength(1);
      await inbox.redrive();
    }
    const seen: unknown[] = [];
    const { handler } = handlerOf(inbox, { word: async (record) => seen.push(originOf(record)) });
    await inbox.deliver(handler);
    expect(seen).toEqual([{ messageId: id, sentAt }]);
  });

  it('is not believed where it says that it was sent after SQS took it', async () => {
    const inbox = await startInbox();
    const ahead = { DataType: 'Number', StringValue: String(Date.parse('2286-11-20')) };
    inbox.queue.send('a word', { attributes: { originalSentAt: ahead, waitingSince: ahead } });
    const [record] = inbox.queue.receive(1) as [SQSRecord];
    const sentAt = Number(record.attributes.SentTimestamp);
    expect([originOf(record).sentAt, waitingSince(record)]).toEqual([sentAt, sentAt]);
  });

  it('has the time at which it was sent, whatever attributes its sender gave it', async () => {
    const inbox = await startInbox();
    const text = { DataType: 'String', StringValue: 'on Monday' };
    const attributes = { originalSentAt: text, waitingSince: text };
    const QueueUrl = inbox.queue.url;
    await inbox.client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'a word', MessageAttributes: attributes }),
    );
    const [record] = inbox.queue.receive(1);
    const sentAt = Number(record?.attributes.SentTimestamp);
    expect([originOf(record as SQSRecord).sentAt, waitingSince(record as SQSRecord)]).toEqual([
      sentAt,
      sentAt,
    ]);
  });

  it('is told of and comes back where the queue does not take it', async () => {
    const output = catchOutput();
    const inbox = await startInbox();
    const deaf: Inbox = {
      ...inbox,
      work: {
        ...inbox.work,
        deadLetter: fail(new Error('AccessDenied')),
        delay: fail(new Error('AccessDenied')),
      },
    };
    const { handler } = handlerOf(deaf, {
      refuse: fail(new RequestRefusedError('no')),
      fail: fail(new ClaimHeldError('b', SECOND)),
    });
    for (const body of ['a refuse', 'b fail']) inbox.queue.send(body);
    const { failed } = await inbox.deliver(handler);
    expect(failed).toHaveLength(2);
    expect(output.logged('ERROR').map(({ message }) => message)).toEqual(['not set aside', 'not set aside']);
  });

  it('waits until its sender is told of its end', async () => {
    catchOutput();
    const inbox = await startInbox();
    const told: string[] = [];
    let isOut = true;
    const tellSender = async ({ how, key, reason }: GivenUp) => {
      if (isOut) throw new NotAnnouncedError('the bus is out');
      told.push(`${how} ${key}: ${reason}`);
    };
    const { handler } = handlerOf(inbox, { refuse: fail(new RequestRefusedError('no')) }, { tellSender });
    inbox.queue.send('a refuse');
    for (let receive = 1; receive <= 8; receive += 1) {
      await inbox.deliver(handler);
      expect([inbox.buried(), inbox.queue.messages()]).toMatchObject([[], [{}]]);
      turn(MINUTE);
    }
    isOut = false;
    await inbox.deliver(handler);
    expect(inbox.buried()).toHaveLength(1);
    expect(told).toEqual(['refused a: no']);
  });

  it('fails the invocation where the function itself is not set up', async () => {
    const inbox = await startInbox();
    inbox.queue.send('a done');
    const unread = () => ({ key: 'a', run: done });
    const handler = queueHandler(unread, () => {
      throw new Error("the function's environment lacks ROOMS_TABLE");
    });
    await expect(inbox.deliver(handler)).rejects.toThrow(/lacks ROOMS_TABLE/);
  });
});

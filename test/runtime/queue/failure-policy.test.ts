import type { SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AmbiguousOutcomeError,
  ClaimHeldError,
  DailyLimitError,
  OutOfTimeError,
  PoolFullError,
  RequestRefusedError,
  ThrottledError,
  UnknownRoomError,
} from '../../../functions/rooms/model/errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import {
  BehindAnotherError,
  disposeOf,
  type FailurePolicy,
} from '../../../functions/runtime/queue/failure-policy.ts';
import { publishMetrics } from '../../../functions/runtime/telemetry/metrics.ts';
import { catchOutput } from '../../support/output.ts';
import { START } from '../../support/rooms.ts';

const MOST = 5;

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'EvergreenRooms');
});

interface Received {
  readonly before?: number;
  readonly age?: number;
  readonly id?: string;
  readonly limitedAt?: number;
}

/** A message that was received so often, and its copies before it so often. */
function received(receives: number, { before = 0, age = 0, id = 'm', limitedAt }: Received = {}): SQSRecord {
  return {
    messageId: id,
    body: 'body',
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(limitedAt ?? START - age),
    },
    messageAttributes: {
      attempts: { stringValue: String(before), dataType: 'Number' },
      // a copy has its own time of sending
      ...(limitedAt !== undefined && {
        limitedAt: { stringValue: String(limitedAt), dataType: 'Number' },
        waitingSince: { stringValue: String(START - age), dataType: 'Number' },
      }),
    },
  } as unknown as SQSRecord;
}

/** What is done with a message that failed so, and what is told of it. */
async function disposed(record: SQSRecord, error: Error, more: Partial<FailurePolicy> = {}) {
  const output = catchOutput();
  const done: [string, unknown][] = [];
  const note = (what: string) => async (_: SQSRecord, detail: unknown) => void done.push([what, detail]);
  const policy: FailurePolicy = {
    queue: {
      deadLetter: note('dead-lettered'),
      delay: note('delayed'),
      requeue: note('requeued'),
      send: async () => {},
    },
    maxReceiveCount: MOST,
    now: () => START,
    backOff: [5 * SECOND, 30 * SECOND],
    ...more,
  };
  const disposition = await disposeOf(record, error, 'weekly', policy);
  publishMetrics();
  const warned = output.logged('WARN');
  const errors = output.logged('ERROR');
  return { done, disposition, warned, errors, counted: output.counted };
}

const unclear = new AmbiguousOutcomeError('reset');
const throttled = (retryAfter: number) => new ThrottledError('429', { retryAfter, ambiguous: false });
const bug = new TypeError('undefined is not a function');

describe('a message that is refused', () => {
  it('goes to the dead-letter queue with the reason, as a warning, and is no failure of ours', async () => {
    const { done, warned, errors, counted } = await disposed(received(1), new RequestRefusedError('no key'));
    expect(done).toEqual([['dead-lettered', 'no key']]);
    expect(warned).toMatchObject([{ message: 'refused', key: 'weekly', code: 'request_refused' }]);
    expect(JSON.stringify(warned)).toContain('no key');
    expect(errors).toEqual([]);
    expect(['RequestsRefused', 'DeadLettered', 'WorkFailed'].map(counted)).toEqual([1, 0, 0]);
  });
});

describe('a message that fails by its own fault', () => {
  it.each([
    [1, 'failed once, the last time because: undefined is not a function'],
    [2, 'failed 2 times, the last time because: undefined is not a function'],
  ])('goes to the dead-letter queue after the last of %i attempts', async (most, reason) => {
    const { done, errors, counted } = await disposed(received(most), bug, { maxReceiveCount: most });
    expect(done).toEqual([['dead-lettered', reason]]);
    expect(errors).toMatchObject([{ message: 'failed', code: 'unexpected', receives: most }]);
    expect(['DeadLettered', 'WorkFailed', 'PoolFull'].map(counted)).toEqual([1, 1, 0]);
  });

  it('waits before that as long as its attempts say', async () => {
    expect((await disposed(received(1), bug)).done).toEqual([['delayed', 5 * SECOND]]);
    expect((await disposed(received(4), bug)).done).toEqual([['delayed', 30 * SECOND]]);
  });

  it('is one for a room that nobody has asked for', async () => {
    const unknown = new UnknownRoomError('room weekly is unknown');
    expect((await disposed(received(MOST), unknown)).done).toMatchObject([
      ['dead-lettered', expect.stringContaining('failed 5 times')],
    ]);
    expect((await disposed(received(MOST), unclear)).done).toEqual([['requeued', 30 * SECOND]]);
  });
});

describe('a message that something else stands in the way of', () => {
  it('waits for two days and no longer', async () => {
    const young = received(1, { age: 2 * DAY - 1 });
    expect((await disposed(young, unclear)).done).toEqual([['delayed', 5 * SECOND]]);
    const { done } = await disposed(received(1, { age: 2 * DAY }), unclear);
    expect(done).toEqual([['dead-lettered', 'failed once, the last time because: reset']]);
  });

  it.each([
    [
      'a host that has made all changes of its day',
      new DailyLimitError('429', { retryAfter: HOUR, ambiguous: false }),
    ],
    ['a pool that makes rooms again at midnight', new PoolFullError('full', { retryAfter: HOUR })],
    ['a message before it', new BehindAnotherError('weekly', HOUR)],
  ])('waits longer than that for %s', async (_, error) => {
    const { done, counted } = await disposed(received(1, { age: 5 * DAY, before: 40 }), error);
    expect(done).toMatchObject([[expect.stringMatching(/delayed|requeued/), HOUR]]);
    expect(counted('DeadLettered')).toBe(0);
  });

  it('waits for two days again after the last day of a limit', async () => {
    const limited = (before: number) => received(1, { age: 5 * DAY, limitedAt: START - before });
    expect((await disposed(limited(2 * DAY - 1), unclear)).done).toMatchObject([['delayed', 5 * SECOND]]);
    expect((await disposed(limited(2 * DAY), unclear)).done).toMatchObject([
      ['dead-lettered', expect.anything()],
    ]);
  });

  it('does not believe a day of a limit that is still to come', async () => {
    const record = received(1, { age: 2 * DAY, limitedAt: START + DAY });
    record.attributes.SentTimestamp = String(START - 2 * DAY);
    expect((await disposed(record, unclear)).done).toMatchObject([['dead-lettered', expect.anything()]]);
  });

  it('tells how long it has waited, in seconds', async () => {
    const { counted } = await disposed(received(1, { age: 90 * SECOND }), unclear);
    expect(counted('WaitedFor')).toBe(90);
  });

  it('comes back as a copy where SQS would move it, after a quarter of an hour at most', async () => {
    for (const [asked, back] of [
      [HOUR, 15 * MINUTE],
      [MINUTE, MINUTE],
    ] as const) {
      const { done, disposition } = await disposed(received(MOST), throttled(asked));
      expect(done).toEqual([['requeued', asked]]);
      expect(disposition).toEqual({ acknowledged: true, back });
    }
  });

  it('comes back when it was told to, and later where it is told to again and again', async () => {
    const waited = async (before: number) =>
      (await disposed(received(1, { before }), throttled(SECOND))).done;
    expect(await waited(MOST - 1)).toEqual([['delayed', SECOND]]);
    expect(await waited(MOST)).toEqual([['delayed', 5 * SECOND]]);
    expect(await waited(MOST + 1)).toEqual([['delayed', 30 * SECOND]]);
    const held = await disposed(received(1, { before: MOST }), new ClaimHeldError('weekly', SECOND));
    expect(held.done).toEqual([['delayed', SECOND]]);
  });

  it('comes back at once where only the invocation is over, and behind a message before it', async () => {
    const { done, errors } = await disposed(received(1), new OutOfTimeError('no time'));
    expect(done).toEqual([['delayed', 0]]);
    expect(errors).toEqual([]);
    const behind = new BehindAnotherError('weekly', MINUTE);
    expect(behind.message).toBe('an earlier message for room weekly waits, and this one behind it');
    expect((await disposed(received(1), behind)).done).toEqual([['delayed', MINUTE]]);
  });

  it('is told of by itself where the pool is full', async () => {
    const { counted } = await disposed(received(1), new PoolFullError('full'));
    expect(['PoolFull', 'WorkFailed'].map(counted)).toEqual([1, 1]);
  });

  it('waits long only with a share of chance, each message and each attempt another one', async () => {
    const backOff = [10 * MINUTE, 10 * MINUTE];
    const waits: number[] = [];
    for (const record of [received(1), received(2), received(1, { id: 'n' })]) {
      waits.push(Number((await disposed(record, unclear, { backOff })).done[0]?.[1]));
    }
    expect(new Set(waits).size).toBe(3);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(7.5 * MINUTE);
      expect(wait).toBeLessThan(10 * MINUTE);
    }
  });
});

it.each([
  [[5 * SECOND], 5 * SECOND],
  [[], 0],
])('a message comes back by itself where its queue takes nothing: %j', async (backOff, back) => {
  const delay = () => Promise.reject(new Error('the queue takes nothing'));
  const queue = { deadLetter: delay, delay, requeue: delay, send: delay };
  const { disposition, errors } = await disposed(received(1), unclear, { queue, backOff });
  expect(disposition).toEqual({ acknowledged: false, back });
  expect(errors.at(-1)).toMatchObject({ message: 'not set aside', key: 'weekly', messageId: 'm' });
  expect(JSON.stringify(errors.at(-1))).toContain('the queue takes nothing');
});

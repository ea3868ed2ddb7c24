import { expect, onTestFinished, test } from 'vitest';
import type { Queue } from '../../../local/engines/queue.ts';
import { startQueues } from '../../../local/engines/queues.ts';
import { EventSource, type EventSourceDefinition } from '../../../local/lambda/event-source.ts';
import { eventually } from '../../support/eventually.ts';
import { testFunction } from './fixture.ts';

interface Fed {
  readonly queue: Queue;
  readonly source: EventSource;
  /** The bodies of each batch, in the order of the invocations' ends. */
  batches(): string[][];
}

async function feed(
  bodies: readonly string[],
  overrides: Partial<EventSourceDefinition> = {},
  visibility = '60',
): Promise<Fed> {
  const queues = await startQueues();
  const queue = queues.create('work', 'arn:aws:sqs:local:000000000000:work', {
    VisibilityTimeout: visibility,
  });
  for (const body of bodies) queue.send(body);
  const { fn, lines } = testFunction();
  const source = new EventSource(queue, fn, {
    batchSize: 10,
    batchingWindow: 0,
    concurrency: 2,
    reportsItemFailures: true,
    ...overrides,
  });
  onTestFinished(async () => {
    source.stop();
    fn.kill();
    await queues.stop();
  });
  void source.start();
  const batches = () =>
    lines.flatMap(({ line }) => (line.includes('"batch"') ? [JSON.parse(line).batch as string[]] : []));
  return { queue, source, batches };
}

test('what succeeded is deleted and what failed is left to its visibility timeout', async () => {
  const { queue, source } = await feed(['good', 'bad 1', 'fine', 'bad 2']);
  await eventually(() => expect(queue.contents()).toMatchObject({ ready: 0, inFlight: 2 }));
  expect(queue.messages().map((message) => message.body)).toEqual(['bad 1', 'bad 2']);
  await eventually(() => expect(source.running).toBe(0));
});

test('a message that failed comes back when its visibility timeout is over', async () => {
  const { queue } = await feed(['bad'], {}, '1');
  await eventually(() => expect(queue.messages()[0]?.receiveCount).toBeGreaterThan(1));
});

test('a function that dies leaves the whole batch', async () => {
  const { queue, source } = await feed(['good', 'crash']);
  await eventually(() => expect(queue.contents().inFlight).toBe(2));
  await eventually(() => expect(source.running).toBe(0));
  expect(queue.contents().inFlight).toBe(2);
});

test('an answer that names a message of no batch fails the whole batch, since it says nothing of the others', async () => {
  const { queue, source } = await feed(['good', 'stranger']);
  await eventually(() => expect(queue.contents().inFlight).toBe(2));
  await eventually(() => expect(source.running).toBe(0));
  expect(queue.contents().inFlight).toBe(2);
});

test('without the report of item failures a batch succeeds as a whole', async () => {
  const { queue } = await feed(['good', 'bad'], { reportsItemFailures: false });
  await eventually(() => expect(queue.messages()).toEqual([]));
});

test('batches are no larger than asked for, and no more go on at a time than allowed', async () => {
  const { source, batches } = await feed(
    Array.from({ length: 12 }, (_, i) => String(i)),
    { batchSize: 5, concurrency: 1 },
  );
  const seen = new Set<number>();
  await eventually(
    () => {
      seen.add(source.running);
      expect(batches().flat()).toHaveLength(12);
    },
    { interval: 1 },
  );
  expect(batches().map((batch) => batch.length)).toEqual([5, 5, 2]);
  expect(Math.max(...seen)).toBe(1);
});

test('a batching window gathers what arrives one by one', async () => {
  const { queue, batches } = await feed(['0'], { batchingWindow: 300 });
  for (let i = 1; i < 4; i++) queue.send(String(i));
  await eventually(() => expect(batches()).toEqual([['0', '1', '2', '3']]));
});

test('a message that the filter does not want is deleted unseen', async () => {
  const { queue, batches } = await feed(['wanted', 'other'], { wants: (record) => record.body === 'wanted' });
  await eventually(() => expect(queue.messages()).toEqual([]));
  expect(batches()).toEqual([['wanted']]);
});

import { afterEach, expect, test } from 'vitest';
import type { Sqs } from '../../../functions/adapters/aws/operations.ts';
import { outbox } from '../../../functions/adapters/queues/outbox.ts';
import { startQueues } from '../../../local/engines/queues.ts';
import { sqsAt } from '../../../local/engines/services.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startQueue() {
  const engine = await startQueues();
  closing.push(() => engine.stop());
  const sqs = sqsAt(engine.endpoint);
  const queue = engine.create('requests', 'arn:aws:sqs:local:000000000000:requests', {});
  return { sqs, queue, port: outbox(sqs, queue.url) };
}

test('takes any number of messages, each once', async () => {
  const { queue, port } = await startQueue();
  const bodies = Array.from({ length: 2003 }, (_, number) => `message ${number}`);
  await port.send(bodies);
  expect(
    queue
      .messages()
      .map(({ body }) => body)
      .sort(),
  ).toEqual(bodies.sort());
});

test('takes messages of which ten are more than a batch may hold', async () => {
  const { queue, port } = await startQueue();
  const bodies = Array.from({ length: 12 }, (_, number) => String(number).padStart(120 * 1024, 'é'));
  await port.send(bodies);
  expect(queue.messages()).toHaveLength(12);
});

test('sends again what a batch refused, and fails when it keeps being refused', async () => {
  const { sqs, queue } = await startQueue();
  let refusing = 2;
  const failing = (async (name: 'SendMessageBatch', input: { Entries: { Id: string }[] }) => {
    refusing -= 1;
    if (refusing < 0) return sqs(name, input as never);
    return { Failed: input.Entries.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })) };
  }) as Sqs;
  await outbox(failing, queue.url).send(['a', 'b']);
  expect(queue.messages()).toHaveLength(2);
  refusing = 100;
  await expect(outbox(failing, queue.url).send(['c'])).rejects.toThrow(
    'the queue refused 1 of 1 messages 4 times (InternalError); all of them are sent again',
  );
});

test('sends again what an answer does not name', async () => {
  const { sqs, queue } = await startQueue();
  const answers: readonly object[] = [{}, { Successful: [{ Id: '1' }] }];
  const sent: string[][] = [];
  const vague = (async (name: 'SendMessageBatch', input: { Entries: { MessageBody: string }[] }) => {
    const answer = answers[sent.length];
    sent.push(input.Entries.map(({ MessageBody }) => MessageBody));
    return answer ?? sqs(name, input as never);
  }) as Sqs;
  await outbox(vague, queue.url).send(['a', 'b']);
  expect(sent).toEqual([['a', 'b'], ['a', 'b'], ['a']]);
});

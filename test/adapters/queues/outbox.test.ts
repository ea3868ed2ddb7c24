import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from 'vitest';
import { outbox } from '../../../functions/adapters/queues/outbox.ts';
import { DUMMY_CREDENTIALS } from '../../../local/engines/credentials.ts';
import { startQueues } from '../../../local/engines/queues.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startQueue() {
  const engine = await startQueues();
  closing.push(() => engine.stop());
  const client = new SQSClient({
    endpoint: engine.endpoint,
    region: 'local',
    credentials: DUMMY_CREDENTIALS,
  });
  closing.push(async () => client.destroy());
  const queue = engine.create('requests', 'arn:aws:sqs:local:000000000000:requests', {});
  return { client, queue, port: outbox(client, queue.url) };
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
  const { client, queue } = await startQueue();
  const send = client.send.bind(client);
  let refusing = 2;
  const failing = Object.assign(Object.create(client), {
    send: async (command: { input: { Entries: { Id: string }[] } }) => {
      refusing -= 1;
      if (refusing < 0) return send(command as never);
      return {
        Failed: command.input.Entries.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
      };
    },
  });
  await outbox(failing, queue.url).send(['a', 'b']);
  expect(queue.messages()).toHaveLength(2);
  refusing = 100;
  await expect(outbox(failing, queue.url).send(['c'])).rejects.toThrow(
    'the queue refused 1 of 1 messages 4 times (InternalError); all of them are sent again',
  );
});

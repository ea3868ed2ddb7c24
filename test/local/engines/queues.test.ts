import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from 'vitest';
import { DUMMY_CREDENTIALS } from '../../../local/engines/credentials.ts';
import { type QueueEngine, startQueues } from '../../../local/engines/queues.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function engine(directory?: string): Promise<QueueEngine> {
  const started = await startQueues(directory);
  closing.push(() => started.stop());
  return started;
}

function client(endpoint: string): SQSClient {
  const sqs = new SQSClient({ endpoint, region: 'local', credentials: DUMMY_CREDENTIALS });
  closing.push(async () => sqs.destroy());
  return sqs;
}

const arnOf = (name: string) => `arn:aws:sqs:local:000000000000:${name}`;

test('the engine listens on loopback alone', async () => {
  expect((await engine()).endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('what the SDK sends is received in the shape of a Lambda record, emoji and attributes included', async () => {
  const queues = await engine();
  const queue = queues.create('work', arnOf('work'), { VisibilityTimeout: '60' });
  await client(queues.endpoint).send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: '{"display_name":"Stand-up 🚀"}',
      MessageAttributes: { source: { DataType: 'String', StringValue: 'team' } },
    }),
  );

  const [record] = queue.receive(10);

  expect(record).toMatchObject({
    body: '{"display_name":"Stand-up 🚀"}',
    messageAttributes: { source: { dataType: 'String', stringValue: 'team' } },
    eventSource: 'aws:sqs',
    eventSourceARN: arnOf('work'),
    awsRegion: 'local',
  });
  expect(record?.attributes.ApproximateReceiveCount).toBe('1');
  expect(queue.contents()).toMatchObject({ ready: 0, inFlight: 1, wakesAt: expect.any(Number) });
  queue.delete(record?.receiptHandle ?? '');
  expect(queue.contents()).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
});

test('what is sent from inside can be read through the SDK, which checks its digest', async () => {
  const queues = await engine();
  const queue = queues.create('work', arnOf('work'), {});
  queue.send('from the bus');
  const { Messages } = await client(queues.endpoint).send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, MessageSystemAttributeNames: ['All'] }),
  );
  expect(Messages?.[0]?.Body).toBe('from the bus');
});

test('a message that was received too often is moved to the dead-letter queue with its body', async () => {
  const queues = await engine();
  const dead = queues.create('dead', arnOf('dead'), {});
  const redrive = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
  const queue = queues.create('work', arnOf('work'), { RedrivePolicy: redrive, VisibilityTimeout: '0' });
  queue.send('poison');

  expect([queue.receive(1), queue.receive(1), queue.receive(1)].map((batch) => batch.length)).toEqual([
    1, 1, 0,
  ]);
  expect(dead.messages()).toMatchObject([{ body: 'poison', receiveCount: 3 }]);
});

test('more than ten messages are received at once where a batch asks for them', async () => {
  const queue = (await engine()).create('work', arnOf('work'), {});
  for (let i = 0; i < 25; i++) queue.send(String(i));
  expect(queue.receive(20)).toHaveLength(20);
  expect(queue.contents()).toMatchObject({ ready: 5, inFlight: 20 });
});

test('a message over the limit of the queue is refused with both figures', async () => {
  const queue = (await engine()).create('work', arnOf('work'), { MaximumMessageSize: '1024' });
  expect(() => queue.send('x'.repeat(1025))).toThrow('work takes messages of up to 1024 bytes, got 1025');
});

test('messages outlive a restart where a directory was named', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'queues-'));
  closing.push(() => rm(directory, { recursive: true }));
  const before = await startQueues(directory);
  before.create('work', arnOf('work'), {}).send('kept');
  await before.stop();

  const queue = (await engine(directory)).create('work', arnOf('work'), {});
  expect(queue.messages().map((message) => message.body)).toEqual(['kept']);
});

test('an operation without a result is answered with nothing, as by SQS', async () => {
  const queues = await engine();
  const { url: QueueUrl } = queues.create('work', arnOf('work'), {});
  const call = async (operation: string, input: object) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
    };
    const body = JSON.stringify({ QueueUrl, ...input });
    return (await fetch(queues.endpoint, { method: 'POST', headers, body })).text();
  };
  await call('SendMessage', { MessageBody: 'text' });
  const [{ ReceiptHandle }] = JSON.parse(await call('ReceiveMessage', {})).Messages;
  expect(await call('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 30 })).toBe('');
  expect(await call('DeleteMessage', { ReceiptHandle })).toBe('');
  expect(await call('ReceiveMessage', {})).not.toBe('');
});

test('a message that is only read and given back stays where a directory was named', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'queues-'));
  closing.push(() => rm(directory, { recursive: true }));
  const before = await startQueues(directory);
  const sqs = client(before.endpoint);
  const { url: QueueUrl } = before.create('work', arnOf('work'), {});
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'read' }));
  const counts: unknown[] = [];
  for (let look = 0; look < 2; look++) {
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
    );
    counts.push(message?.Attributes?.ApproximateReceiveCount);
    const { ReceiptHandle } = message ?? {};
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
  expect(counts).toEqual(['1', '2']);
  await before.stop();

  const queue = (await engine(directory)).create('work', arnOf('work'), {});
  expect(queue.messages()).toMatchObject([{ body: 'read', receiveCount: 2 }]);
});

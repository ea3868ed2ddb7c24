import { beforeAll, expect, test } from 'vitest';
import { type QueueEngine, startQueues } from '../../../local/engines/queues.ts';

let engine: QueueEngine;

beforeAll(async () => {
  engine = await startQueues();
  engine.create('Work', 'arn:aws:sqs:eu-central-1:000000000000:Work', { VisibilityTimeout: '30' });
  return () => engine.stop();
});

/** A call as versions of the AWS CLI before 2.14 make it: a form to the queue's own address. */
async function call(action: string, fields: Readonly<Record<string, string>>): Promise<[number, string]> {
  const QueueUrl = `${engine.urlPrefix}Work`;
  const response = await fetch(QueueUrl, {
    method: 'POST',
    body: new URLSearchParams({ Action: action, Version: '2012-11-05', QueueUrl, ...fields }),
  });
  return [response.status, await response.text()];
}

const ONE = {
  MessageBody: '{"a":"<&>"}',
  'MessageAttribute.1.Name': 'reason',
  'MessageAttribute.1.Value.DataType': 'String',
  'MessageAttribute.1.Value.StringValue': 'a & b',
};

test('a message is sent, received with its attributes and deleted, in forms and XML', async () => {
  const [status, sent] = await call('SendMessage', ONE);
  expect([status, sent]).toEqual([200, expect.stringMatching(/<SendMessageResult>.*<MessageId>[\w-]+</)]);
  const [, received] = await call('ReceiveMessage', {
    MaxNumberOfMessages: '10',
    VisibilityTimeout: '0',
    'MessageAttributeName.1': 'All',
    'AttributeName.1': 'All',
  });
  expect(received).toContain('<Body>{&quot;a&quot;:&quot;&lt;&amp;&gt;&quot;}</Body>');
  expect(received).toMatch(
    /<MessageAttribute><Name>reason<\/Name><Value>(?=.*<DataType>String<)(?=.*<StringValue>a &amp; b<)/,
  );
  expect(received).toMatch(/<Attribute><Name>SentTimestamp<\/Name><Value>\d+<\/Value><\/Attribute>/);
  const [, again] = await call('ReceiveMessage', { VisibilityTimeout: '30' });
  const [, handle = ''] = /<ReceiptHandle>(.*?)</.exec(again) ?? [];
  expect((await call('DeleteMessage', { ReceiptHandle: handle }))[0]).toBe(200);
  expect((await call('GetQueueAttributes', { 'AttributeName.1': 'ApproximateNumberOfMessages' }))[1]).toMatch(
    /<Attribute><Name>ApproximateNumberOfMessages<\/Name><Value>0<\/Value><\/Attribute>/,
  );
});

test('a batch tells of each of its messages', async () => {
  const [, sent] = await call('SendMessageBatch', {
    'SendMessageBatchRequestEntry.1.Id': 'first',
    'SendMessageBatchRequestEntry.1.MessageBody': 'a',
    'SendMessageBatchRequestEntry.2.Id': 'second',
    'SendMessageBatchRequestEntry.2.MessageBody': 'b',
  });
  expect([...sent.matchAll(/<SendMessageBatchResultEntry>.*?<Id>(\w+)</g)].map(([, id]) => id)).toEqual([
    'first',
    'second',
  ]);
  expect((await call('ListQueues', {}))[1]).toContain(`<QueueUrl>${engine.urlPrefix}Work</QueueUrl>`);
});

test('an error has its code and its message', async () => {
  expect(await call('GetQueueUrl', { QueueName: 'None' })).toEqual([
    400,
    expect.stringMatching(
      /<ErrorResponse .*<Code>\S*(NonExistentQueue|QueueDoesNotExist)<.*<Message>The specified/,
    ),
  ]);
});

test("SQS's own redrive is refused in both protocols, and ours is named", async () => {
  const [status, refused] = await call('StartMessageMoveTask', { SourceArn: 'a' });
  expect([status, refused]).toEqual([
    403,
    expect.stringContaining('npm run dead-letters -- redrive keeps it'),
  ]);
  const json = await fetch(engine.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.StartMessageMoveTask',
    },
    body: '{"SourceArn":"a"}',
  });
  expect([json.status, await json.json()]).toEqual([
    403,
    {
      __type: 'AccessDeniedException',
      message: expect.stringContaining('npm run dead-letters -- redrive keeps it'),
    },
  ]);
});

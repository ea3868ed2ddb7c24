import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnResource, Duration, type Stack, TimeZone } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as Fn, FunctionUrlAuthType, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, test } from 'vitest';
import type { RunningStack } from '../../../local/stack/run.ts';
import { eventually } from '../../support/eventually.ts';
import { bundle, heard, run } from './small-stack.ts';

const HOUR = 3_600_000;

/** A client that finds its endpoint where the functions find theirs. */
function client<T>(Client: new (options: object) => T, stack: RunningStack, service: string): T {
  return new Client({
    endpoint: stack.environment[`AWS_ENDPOINT_URL_${service}`],
    region: stack.environment.AWS_REGION,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
}

function fn(stack: Stack, id: string, environment: Record<string, string> = {}, code?: string): Fn {
  return new Fn(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(bundle(code)),
    timeout: Duration.seconds(30),
    environment,
  });
}

/** A queue with a dead-letter queue that feeds a function. */
function fedFunction(stack: Stack): { queue: Queue; dead: Queue; fed: Fn } {
  const dead = new Queue(stack, 'Dead');
  const queue = new Queue(stack, 'Work', {
    visibilityTimeout: Duration.seconds(30),
    deadLetterQueue: { queue: dead, maxReceiveCount: 3 },
  });
  const fed = fn(stack, 'Fed', { QUEUE_URL: queue.queueUrl, DEAD_ARN: dead.queueArn });
  fed.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true, maxConcurrency: 2 }));
  return { queue, dead, fed };
}

const queueOf = (stack: RunningStack, name: string) => {
  const found = stack.queues.all().find((queue) => queue.name === name);
  if (!found) throw new Error(`no queue ${name} among ${stack.queues.all().map((queue) => queue.name)}`);
  return found;
};

test('a message sent through the SDK reaches the function that the template feeds from its queue', async () => {
  const stack = await run(fedFunction);
  const QueueUrl = queueOf(stack, 'Small-Work').url;
  await client(SQSClient, stack, 'SQS').send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
  await stack.settle();
  expect(heard(stack)).toEqual([['hello']]);
  expect(queueOf(stack, 'Small-Work').messages()).toEqual([]);
  expect(stack.warnings).toEqual([]);
});

test('a function has the environment of the template, its references resolved, and an address for every service', async () => {
  const stack = await run(fedFunction);
  const { environment } = stack.functions[0]?.definition ?? { environment: {} };
  expect(environment).toMatchObject({
    QUEUE_URL: queueOf(stack, 'Small-Work').url,
    DEAD_ARN: 'arn:aws:sqs:eu-central-1:000000000000:Small-Dead',
    AWS_REGION: 'eu-central-1',
    AWS_LAMBDA_FUNCTION_NAME: 'Small-Fed',
    AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
});

test('a message that keeps failing comes back after its visibility timeout, as often as its redrive policy says', async () => {
  const stack = await run(fedFunction);
  const before = Date.now();
  queueOf(stack, 'Small-Work').send('{"fail":true}');
  await stack.settle();
  expect(heard(stack)).toHaveLength(3);
  expect(stack.deadLetterQueues().map((queue) => queue.name)).toEqual(['Small-Dead']);
  expect(queueOf(stack, 'Small-Dead').messages()).toMatchObject([{ body: '{"fail":true}' }]);
  // three times thirty seconds went by on the clock, and hardly any in truth
  expect(Date.now() - before).toBeGreaterThan(90_000);
});

test('tables are made with their keys and indexes', async () => {
  const stack = await run((declared) => {
    const table = new TableV2(declared, 'Rooms', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: 'due',
          partitionKey: { name: 'part', type: AttributeType.NUMBER },
          sortKey: { name: 'at', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
    });
    new Table(declared, 'Plain', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PROVISIONED,
    });
    fn(declared, 'Fn', { TABLE: table.tableName });
  });
  const dynamo = client(DynamoDBClient, stack, 'DYNAMODB');
  const TableName = stack.functions[0]?.definition.environment.TABLE ?? '';
  const item = { pk: { S: 'a' }, sk: { S: 'room' }, part: { N: '3' }, at: { S: '2027' } };
  await dynamo.send(new PutItemCommand({ TableName, Item: { ...item, more: { S: 'x' } } }));
  const found = await dynamo.send(
    new QueryCommand({
      TableName,
      IndexName: 'due',
      KeyConditionExpression: 'part = :s',
      ExpressionAttributeValues: { ':s': { N: '3' } },
    }),
  );
  expect(found.Items).toEqual([item]);
  await dynamo.send(new PutItemCommand({ TableName: 'Small-Plain', Item: { id: { S: '1' } } }));
});

test('an item whose time to live is over is gone when the clock has been turned past it', async () => {
  const stack = await run((declared) => {
    const partitionKey = { name: 'id', type: AttributeType.STRING };
    for (const [id, timeToLiveAttribute] of [['Mortal', 'ttl'], ['Immortal']] as const) {
      new Table(declared, id, { tableName: id, partitionKey, timeToLiveAttribute });
    }
  });
  const dynamo = client(DynamoDBClient, stack, 'DYNAMODB');
  const ttl = { N: String(Math.ceil((Date.now() + 2 * HOUR) / 1000)) };
  const isThere = async (TableName: string) =>
    (await dynamo.send(new GetItemCommand({ TableName, Key: { id: { S: 'a' } } }))).Item !== undefined;
  for (const TableName of ['Mortal', 'Immortal'])
    await dynamo.send(new PutItemCommand({ TableName, Item: { id: { S: 'a' }, ttl } }));
  await stack.turnTo(stack.clock.now() + HOUR);
  expect([await isThere('Mortal'), await isThere('Immortal')]).toEqual([true, true]);
  await stack.turnTo(stack.clock.now() + 2 * HOUR);
  expect([await isThere('Mortal'), await isThere('Immortal')]).toEqual([false, true]);
});

test('events are routed by the patterns of the rules, to queues and to functions, whole or in parts', async () => {
  const stack = await run((declared) => {
    const { queue } = fedFunction(declared);
    const bus = new EventBus(declared, 'Bus', { eventBusName: 'Small-Bus' });
    new Rule(declared, 'ToQueue', {
      eventBus: bus,
      eventPattern: { source: ['team'], detailType: ['Asked'] },
      targets: [new SqsQueue(queue)],
    });
    new Rule(declared, 'ToFunction', {
      eventPattern: { source: ['team'], detail: { level: [{ numeric: ['>', 3] }] } },
      targets: [
        new LambdaTarget(fn(declared, 'Direct'), {
          event: RuleTargetInput.fromObject({
            who: EventField.fromPath('$.detail.who'),
            text: `of ${EventField.fromPath('$.detail.level')}`,
          }),
        }),
      ],
    });
  });
  const bridge = client(EventBridgeClient, stack, 'EVENTBRIDGE');
  const put = await bridge.send(
    new PutEventsCommand({
      Entries: [
        { EventBusName: 'Small-Bus', Source: 'team', DetailType: 'Asked', Detail: '{"a":1}' },
        { EventBusName: 'Small-Bus', Source: 'team', DetailType: 'Other', Detail: '{}' },
        { Source: 'team', DetailType: 'Any', Detail: '{"level":4,"who":"me"}' },
        { Source: 'team', DetailType: 'Any', Detail: '{"level":3}' },
        { Source: 'team', DetailType: 'Torn', Detail: '{' },
        { EventBusName: 'Nowhere', Source: 'team', DetailType: 'Any', Detail: '{}' },
        { Source: 'aws.ec2', DetailType: 'Any', Detail: '{}' },
      ],
    }),
  );
  await stack.settle();

  expect(put.FailedEntryCount).toBe(3);
  expect(put.Entries?.map((entry) => entry.ErrorCode)).toEqual([
    ...[undefined, undefined, undefined, undefined],
    ...['MalformedDetail', 'ResourceNotFoundException', 'NotAuthorizedForSourceException'],
  ]);
  const sent = heard(stack);
  expect(sent).toHaveLength(2);
  expect(sent).toContainEqual({ who: 'me', text: 'of 4' });
  const [body] = sent.find((event) => Array.isArray(event)) as string[];
  expect(JSON.parse(body as string)).toMatchObject({
    source: 'team',
    'detail-type': 'Asked',
    detail: { a: 1 },
  });
  expect(stack.buses.seen.slice(1).map(({ rules }) => rules)).toEqual([
    ['Small-ToQueue'],
    [],
    ['Small-ToFunction'],
    [],
  ]);
});

test('whoever waits for a deployment to be over hears of it when the stack is up', async () => {
  const stack = await run((declared) => {
    const { queue } = fedFunction(declared);
    new Rule(declared, 'OnDeploy', {
      eventPattern: {
        source: ['aws.cloudformation'],
        detail: { 'stack-id': [declared.stackId], 'status-details': { status: ['CREATE_COMPLETE'] } },
      },
      targets: [new SqsQueue(queue, { message: RuleTargetInput.fromText('deployed') })],
    });
  });
  await stack.settle();
  expect(heard(stack)).toEqual([['"deployed"']]);
});

test('a function that keeps failing is tried three times for an event, and then the event rests with its reason', async () => {
  const stack = await run((declared) => {
    const dead = new Queue(declared, 'Undelivered');
    new Rule(declared, 'Rule', {
      eventPattern: { source: ['team'] },
      targets: [
        new LambdaTarget(fn(declared, 'Fn'), {
          deadLetterQueue: dead,
          event: RuleTargetInput.fromObject({ fail: true }),
        }),
      ],
    });
  });
  stack.buses.put([{ Source: 'team', DetailType: 'Any', Detail: '{}' }]);
  await stack.settle();
  expect(heard(stack)).toHaveLength(3);
  expect(queueOf(stack, 'Small-Undelivered').messages()).toMatchObject([
    { body: '{"fail":true}', attributes: { ERROR_MESSAGE: 'told to fail' } },
  ]);
  expect(stack.warnings).toEqual([expect.stringContaining('told to fail; it rests in Small-Undelivered')]);
});

test('turning the clock stops at every run of every schedule, in their zones', async () => {
  const stack = await run((declared) => {
    const { queue } = fedFunction(declared);
    const target = (id: string) => new SqsSendMessage(queue, { input: ScheduleTargetInput.fromText(id) });
    new Schedule(declared, 'Night', {
      schedule: ScheduleExpression.expression('cron(0 2 * * ? *)', TimeZone.EUROPE_BERLIN),
      target: target('night <aws.scheduler.scheduled-time>'),
    });
    new Schedule(declared, 'Noon', {
      schedule: ScheduleExpression.expression('cron(0 12 * * ? *)', TimeZone.ETC_UTC),
      target: target('noon <aws.scheduler.scheduled-time>'),
    });
    new Schedule(declared, 'Off', {
      schedule: ScheduleExpression.expression('cron(0 * * * ? *)'),
      target: target('never'),
      enabled: false,
    });
  });
  const start = Date.UTC(new Date().getUTCFullYear() + 1, 0, 10, 6);
  stack.clock.jumpTo(start);
  stack.scheduler.fireDue();
  await stack.settle();
  const before = heard(stack).length;

  await stack.turnTo(start + 48 * HOUR);

  const day = (date: number, hour: number) =>
    new Date(start + (date * 24 + hour - 6) * HOUR).toISOString().slice(0, 19);
  expect(heard(stack).slice(before).flat()).toEqual([
    `noon ${day(0, 12)}Z`,
    `night ${day(1, 1)}Z`,
    `noon ${day(1, 12)}Z`,
    `night ${day(2, 1)}Z`,
  ]);
  expect(stack.clock.now() - (start + 48 * HOUR)).toBeLessThan(HOUR);
});

test('a message that is delayed past the aim of a turn is followed to its end', async () => {
  const stack = await run((declared) => {
    const queue = new Queue(declared, 'Slow', { deliveryDelay: Duration.minutes(10) });
    const fed = fn(declared, 'Fed');
    fed.addEventSource(new SqsEventSource(queue));
  });
  const start = Date.now();
  queueOf(stack, 'Small-Slow').send('later');
  await stack.turnTo(start + 60_000);
  expect(heard(stack)).toEqual([['later']]);
  expect(Date.now() - start).toBeGreaterThanOrEqual(600_000);
  expect(Date.now() - start).toBeLessThan(600_000 + HOUR);
});

test('an object that comes into a bucket is told to its queue, and on the bus, under a key as S3 writes it', async () => {
  const stack = await run((declared) => {
    const { queue } = fedFunction(declared);
    const bucket = new Bucket(declared, 'Files', { eventBridgeEnabled: true });
    bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(queue), { suffix: '.ics' });
    new Rule(declared, 'Removed', {
      eventPattern: { source: ['aws.s3'], detailType: ['Object Deleted'] },
      targets: [new SqsQueue(queue, { message: RuleTargetInput.fromEventPath('$.detail.object.key') })],
    });
  });
  const declared = stack.template.resources.find(({ type }) => type === 'AWS::S3::Bucket');
  const files = stack.template.identity(declared?.logicalId ?? '').name;
  const objects = `${stack.environment.AWS_ENDPOINT_URL_S3}/${files}/`;
  for (const key of ['team/a%20meeting.ics', 'notes.txt']) {
    await fetch(objects + key, { method: 'PUT', body: 'BEGIN:VCALENDAR' });
  }
  await fetch(`${objects}notes.txt`, { method: 'DELETE' });
  await stack.settle();

  const bodies = heard(stack).flat() as string[];
  const [told = ''] = bodies.filter((body) => body.includes('Records'));
  expect(bodies).toHaveLength(2);
  expect(JSON.parse(told)).toMatchObject({
    Records: [
      {
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: files }, object: { key: 'team/a+meeting.ics', size: 15 } },
      },
    ],
  });
  expect(bodies).toContain('"notes.txt"');
  expect(stack.warnings).toEqual([]);
});

test('secrets are read by ARN and by name', async () => {
  const stack = await run((declared) => {
    const secret = new Secret(declared, 'Key', {
      secretName: 'team/key',
      generateSecretString: { passwordLength: 20 },
    });
    fn(declared, 'Fn', { SECRET: secret.secretArn });
  });
  const manager = client(SecretsManagerClient, stack, 'SECRETS_MANAGER');
  const arn = stack.functions[0]?.definition.environment.SECRET;
  const byArn = await manager.send(new GetSecretValueCommand({ SecretId: arn }));
  const byName = await manager.send(new GetSecretValueCommand({ SecretId: 'team/key' }));
  expect(byArn.SecretString).toHaveLength(20);
  expect(byName).toMatchObject({ ARN: arn, SecretString: byArn.SecretString, VersionStages: ['AWSCURRENT'] });
});

test('a function URL answers on loopback, and the template knows its address', async () => {
  const stack = await run((declared) => {
    const served = fn(
      declared,
      'Served',
      {},
      `export const handler = async ({ requestContext, rawQueryString, body }) => ({
        statusCode: 201,
        headers: { 'x-method': requestContext.http.method },
        body: rawQueryString + ' ' + body,
      });`,
    );
    const url = served.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    fn(declared, 'Caller', { CALLBACK: url.url });
  });
  const address = stack.functions.find((one) => one.definition.name === 'Small-Caller')?.definition
    .environment.CALLBACK;
  const answer = await fetch(`${address}hook?a=1`, { method: 'POST', body: 'hello' });
  expect([answer.status, answer.headers.get('x-method'), await answer.text()]).toEqual([
    201,
    'POST',
    'a=1 hello',
  ]);
});

test('a type that is not known here is named, not dropped in silence', async () => {
  const stack = await run((declared) => {
    new CfnResource(declared, 'Machine', {
      type: 'AWS::StepFunctions::StateMachine',
      properties: { RoleArn: 'arn:aws:iam::000000000000:role/any', DefinitionString: '{}' },
    });
  });
  expect(stack.warnings).toEqual([
    'Machine is left out: AWS::StepFunctions::StateMachine is not run on one machine',
  ]);
});

test('a service that is not covered here is refused by name, and no call leaves the machine', async () => {
  const stack = await run((declared) => {
    fn(declared, 'Fn');
  });
  const answer = await fetch(stack.environment.AWS_ENDPOINT_URL ?? '', {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' },
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('AWSStepFunctions.StartExecution is not covered on one machine');
});

test('a stack that is stopped while its clock is turned ends the turn too', async () => {
  const stack = await run((declared) => {
    const { queue } = fedFunction(declared);
    new Schedule(declared, 'Hourly', {
      schedule: ScheduleExpression.expression('rate(1 hour)'),
      target: new SqsSendMessage(queue, { input: ScheduleTargetInput.fromText('tick') }),
    });
  });
  const turned = stack.turnTo(Date.now() + 1000 * 24 * HOUR);
  await eventually(() => expect(heard(stack).length).toBeGreaterThan(2));
  await Promise.all([
    expect(turned).rejects.toThrow('the stack was stopped before all was done'),
    stack.stop(),
  ]);
});

test('a stack that stops leaves no process and no listener behind, and the date is real again', async () => {
  const stack = await run(fedFunction);
  queueOf(stack, 'Small-Work').send('x');
  await stack.settle();
  await stack.turnTo(Date.now() + 24 * HOUR);
  await stack.stop();
  await expect(fetch(stack.environment.AWS_ENDPOINT_URL_SQS ?? '')).rejects.toThrow('fetch failed');
  await eventually(() => expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap'));
  expect(Math.abs(Date.now() - (performance.timeOrigin + performance.now()))).toBeLessThan(60_000);
});

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { whatNext } from '../../local/demo/frame.ts';
import { clone } from '../support/clone.ts';
import { journey } from './journey.ts';

const system = journey({
  calendarFeeds: 'team',
  calendarFiles: 'on',
  calendarConnections: [
    { name: 'office', kind: 'caldav', baseUrl: 'https://caldav.example', calendars: ['ann/team'] },
  ],
});

/** A client that is told the one address that a command line is told. */
function client<T>(Client: new (options: object) => T): T {
  const { environment } = system().stack;
  return new Client({
    endpoint: environment.AWS_ENDPOINT_URL,
    region: environment.AWS_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
}

test('one address serves each service as the commands need it, CloudFormation with the outputs', async () => {
  const { stack, doors } = system();
  const { stackName, outputs } = stack.template;
  const cloudFormation = client(CloudFormationClient);
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
  const told = Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  expect(Object.fromEntries(told ?? [])).toEqual(outputs);
  await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: 'Another' }))).rejects.toThrow(
    `Stack with id Another does not exist; ${stackName} runs here`,
  );
  const { StackResourceSummaries = [] } = await cloudFormation.send(
    new ListStackResourcesCommand({ StackName: stackName }),
  );
  expect(StackResourceSummaries.map(({ PhysicalResourceId }) => PhysicalResourceId)).toContain(doors.table);

  const { TableNames } = await client(DynamoDBClient).send(new ListTablesCommand({}));
  expect(TableNames).toContain(doors.table);
  const QueueName = doors.requestsQueueUrl.split('/').at(-1);
  const { QueueUrl } = await client(SQSClient).send(new GetQueueUrlCommand({ QueueName }));
  expect(QueueUrl).toContain(QueueName);
  const s3 = client(S3Client);
  const Bucket = doors.calendarBucket;
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a.ics', Body: 'no calendar' }));
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['a.ics']);
});

/** Whether this machine has the AWS CLI, which the suite does without. */
const aws = (() => {
  try {
    return execFileSync('aws', ['--version'], { encoding: 'utf8' }).startsWith('aws-cli/');
  } catch {
    return false;
  }
})();

const DOCUMENTS = [
  'README.md',
  'docs/runbook.md',
  ...readdirSync('docs/guide').map((name) => `docs/guide/${name}`),
];

/** The outputs that the documents name in their commands: `out PutPrivateKey1`. */
function documentedOutputs(): readonly string[] {
  const texts = DOCUMENTS.map((name) => readFileSync(name, 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(/\bout ([A-Z]\w+)/g)].map(([, name = '']) => name));
  return [...new Set(names)];
}

test('every output that a document names is there', () => {
  const names = documentedOutputs();
  expect(names.length).toBeGreaterThan(10);
  expect(Object.keys(system().stack.template.outputs)).toEqual(expect.arrayContaining([...names]));
});

/** What `npm start` prints for a shell, without the example at its end. */
function definitions(): string {
  const told = whatNext(system(), 4747);
  const first = told.findIndex((line) => line.startsWith('  export '));
  const last = told.findIndex((line) => line.startsWith('  eval '));
  return told
    .slice(first, last)
    .filter((line) => line.startsWith('  '))
    .join('\n');
}

test.runIf(aws)('the commands of the documents run as they are printed, in a fresh checkout', async () => {
  const { stack, doors, ask, credential } = system();
  const checkout = clone();
  onTestFinished(() => checkout.remove());
  const run = async (script: string) => {
    const { code, said } = await checkout.bash(`${definitions()}\n${script}`);
    expect([script, code, said]).toEqual([script, 0, expect.anything()]);
    return said;
  };
  writeFileSync(join(checkout.folder, 'private.key'), credential);
  writeFileSync(join(checkout.folder, 'credential.json'), 'ann:password');
  writeFileSync(join(checkout.folder, 'feed.url'), 'https://calendars.example/team.ics');
  writeFileSync(join(checkout.folder, 'calendar.ics'), 'no calendar');
  await ask({ key: 'no name' });

  expect(JSON.parse(await run('eval "$(out ReadDeadRequests)"')).Messages).toMatchObject([
    {
      MessageAttributes: {
        failureReason: { StringValue: expect.stringContaining('display_name: is missing') },
      },
    },
  ]);
  const runnable = documentedOutputs().filter((name) => name !== 'OpenDashboard');
  // two at a time: each takes a second, nearly all of it for its own start
  const halves = [0, 1].map((half) => runnable.filter((_, i) => i % 2 === half));
  await Promise.all(
    halves.map(async (names) => {
      for (const name of names) await run(stack.template.outputs[name] ?? `echo no ${name} >&2; false`);
    }),
  );
  await run('aws s3 ls');
  await stack.settle();
  expect(await doors.room('trial')).toMatchObject({ guestUrl: expect.stringMatching(/^https:/) });
  expect(JSON.parse(await run('eval "$(out ListRooms)"')).Items).toContainEqual(
    expect.objectContaining({ roomKey: { S: 'trial' } }),
  );
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import { whatNext } from '../../local/story/frame.ts';
import { journey } from './journey.ts';

const system = journey({ calendarFeeds: 'team', calendarFiles: 'on' });

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

/** Commands in a shell that was told what `npm start` prints for it. */
async function shell(script: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const told = whatNext(system(), 4747);
  const definitions = told.slice(
    told.findIndex((line) => line.startsWith('  export ')),
    told.findIndex((line) => line.startsWith('  eval ')),
  );
  const lines = definitions.map((line) => (line.startsWith('With ') ? '' : line));
  const bash = spawn('bash', ['-euc', [...lines, script].join('\n')], {
    cwd: folder,
    env: { ...process.env, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  let said = '';
  for (const stream of [bash.stdout, bash.stderr])
    stream.on('data', (text) => {
      said += text;
    });
  const [code] = await once(bash, 'close');
  expect([code, said]).toEqual([0, expect.anything()]);
  return said;
}

test.runIf(aws)('the AWS CLI runs the commands of the outputs as they are printed', async () => {
  const { stack, doors, credential } = system();
  await shell('eval "$(out SendRequest)"; eval "$(out RotateNow)"; eval "$(out ReconcileNow)"');
  await stack.settle();
  expect(await doors.room('trial')).toMatchObject({ state: expect.stringMatching(/active|ending/) });
  expect(JSON.parse(await shell('eval "$(out ListRooms)"')).Items).toContainEqual(
    expect.objectContaining({ roomKey: { S: 'trial' } }),
  );
  const files = {
    'private.key': credential,
    'feed.url': 'http://127.0.0.1:9/',
    'calendar.ics': 'no calendar',
  };
  expect(
    await shell(
      'eval "$(out PutFeedAddress1)"; eval "$(out ReadFeedsNow)"; eval "$(out PutCalendarFile)"',
      files,
    ),
  ).toMatch(/AWSCURRENT[\s\S]*upload/);
  await system().ask({ key: 'no name' });
  const { Messages } = JSON.parse(await shell('eval "$(out ReadDeadRequests)"'));
  expect(Messages).toMatchObject([
    {
      MessageAttributes: {
        failureReason: { StringValue: expect.stringContaining('display_name: is missing') },
      },
    },
  ]);
});

import { DynamoDBClient, ScanCommand, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import {
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { journey } from '../journey/journey.ts';

const system = journey();

/** Runs the command of an output as the AWS CLI would, against the stack on this machine. */
async function run(output: string): Promise<unknown> {
  const [aws, service, operation, ...flags] = words(system().stack.template.outputs[output] ?? '');
  expect(aws).toBe('aws');
  const input = inputOf(flags);
  const { environment } = system().stack;
  const at = (name: string) => ({
    region: environment.AWS_REGION as string,
    endpoint: environment[`AWS_ENDPOINT_URL_${name}`] as string,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  switch (`${service} ${operation}`) {
    case 'sqs send-message':
      return new SQSClient(at('SQS')).send(
        new SendMessageCommand(input as unknown as SendMessageCommandInput),
      );
    case 'sqs receive-message':
      return new SQSClient(at('SQS')).send(
        new ReceiveMessageCommand(input as unknown as ReceiveMessageCommandInput),
      );
    case 'dynamodb scan':
      return new DynamoDBClient(at('DYNAMODB')).send(new ScanCommand(input as unknown as ScanCommandInput));
    default:
      throw new Error(`no output was thought to run aws ${service} ${operation}`);
  }
}

/** As a shell splits them. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

const LISTS = ['MessageAttributeNames'];

function inputOf(flags: readonly string[]): Record<string, unknown> {
  const pairs = Array.from({ length: flags.length / 2 }, (_, i) => [
    flags[2 * i] ?? '',
    flags[2 * i + 1] ?? '',
  ]);
  return Object.fromEntries(
    pairs.map(([flag = '', value = '']) => {
      const name = flag.replace(/^--|-/g, ' ').replace(/ (\w)/g, (_, letter) => letter.toUpperCase());
      return [name, parameter(name, value)];
    }),
  );
}

function parameter(name: string, value: string): unknown {
  if (LISTS.includes(name)) return [value];
  if (/^\d+$/.test(value)) return Number(value);
  return name.startsWith('ExpressionAttribute') ? JSON.parse(value) : value;
}

describe('the command of an output', () => {
  test('asks for a room, and lists it without what is secret', async () => {
    await run('SendRequest');
    await system().stack.settle();
    const listed = JSON.stringify(await run('ListRooms'));
    expect(listed).toContain('"roomKey":{"S":"trial"}');
    expect(listed).toMatch(/guestUrl/);
    expect(listed).not.toMatch(/hostUrl|participant_token/);
  });

  test('plans, and compares', async () => {
    const linesOf = (text: string) => system().stack.logs.filter(({ line }) => line.includes(text)).length;
    const before = [linesOf('plan finished'), linesOf('"reconciled"')];
    await run('RotateNow');
    await run('ReconcileNow');
    await system().stack.settle();
    expect([linesOf('plan finished'), linesOf('"reconciled"')]).toEqual(before.map((count) => count + 1));
  });

  test('shows what failed with its reason, and leaves it there', async () => {
    await system().ask({ key: 'no name', display_name: 'No' });
    for (let look = 0; look < 2; look += 1) {
      const { Messages } = (await run('ReadDeadRequests')) as {
        Messages: { MessageAttributes: { failureReason: { StringValue: string } } }[];
      };
      expect(Messages).toHaveLength(1);
      expect(Messages[0]?.MessageAttributes.failureReason.StringValue).toMatch(/^key: /);
    }
  });
});

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { endpointOf } from '../../../functions/runtime/aws.ts';
import { isOutageOfAws } from '../../../functions/runtime/queue/aws-outage.ts';
import { DUMMY_CREDENTIALS } from '../../../local/engines/credentials.ts';
import { dynamoDbAt, eventBridgeAt, secretsManagerAt, sqsAt } from '../../../local/engines/services.ts';
import { START } from '../../support/rooms.ts';
import { type Answer, type Loopback, loopback, type ReceivedCall } from '../loopback.ts';

let server: Loopback;
let answer: Answer = { status: 200, body: {} };
beforeAll(async () => {
  server = await loopback(() => answer);
});
beforeEach(() => {
  server.calls.length = 0;
});
afterAll(() => server.close());

const at = () => ({ endpoint: server.url, region: 'local', credentials: DUMMY_CREDENTIALS });
const documents = () =>
  DynamoDBDocumentClient.from(new DynamoDBClient(at()), { marshallOptions: { removeUndefinedValues: true } });
const dynamoDb = () => dynamoDbAt(server.url);
const sqs = () => sqsAt(server.url);

const GET = { TableName: 'rooms', Key: { roomKey: 'a', entry: 'room' }, ConsistentRead: true };
const PUT = {
  TableName: 'rooms',
  Item: { roomKey: 'ä', bytes: new Uint8Array([1, 2]), deep: { list: [1.5, null, false], gone: undefined } },
  ConditionExpression: 'revision = :revision',
  ExpressionAttributeValues: { ':revision': 7 },
};
const QUERY = {
  TableName: 'rooms',
  IndexName: 'due',
  KeyConditionExpression: '#shard = :shard',
  ExpressionAttributeNames: { '#shard': 'dueShard' },
  ExpressionAttributeValues: { ':shard': 3 },
  ExclusiveStartKey: { roomKey: 'a', dueShard: 3 },
  Limit: 10,
};
const SCAN = { TableName: 'rooms', ExclusiveStartKey: undefined, Limit: 5 };
const ENTRY = { EventBusName: 'bus', Source: 's', DetailType: 'Room Created', Detail: '{}' };
const SECRET = { SecretId: 'key', VersionStage: 'AWSCURRENT' };
const QueueUrl = 'https://sqs.example/1/queue';
const SEND = {
  QueueUrl,
  MessageBody: 'text',
  DelaySeconds: undefined,
  MessageAttributes: { attempts: { DataType: 'Number', StringValue: '2' } },
};
const BATCH = { QueueUrl, Entries: [{ Id: '0', MessageBody: 'text', DelaySeconds: 9 }] };
const HIDE = { QueueUrl, ReceiptHandle: 'handle', VisibilityTimeout: 30 };

describe('what goes over the wire is what the SDK sends', () => {
  test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['GetItem', () => dynamoDb()('GetItem', GET), () => documents().send(new GetCommand(GET))],
    ['PutItem', () => dynamoDb()('PutItem', PUT), () => documents().send(new PutCommand(PUT))],
    ['Query', () => dynamoDb()('Query', QUERY), () => documents().send(new QueryCommand(QUERY))],
    ['Scan', () => dynamoDb()('Scan', SCAN), () => documents().send(new ScanCommand(SCAN))],
    [
      'PutEvents',
      () => eventBridgeAt(server.url)('PutEvents', { Entries: [{ ...ENTRY, Time: START / 1000 }] }),
      () =>
        new EventBridgeClient(at()).send(
          new PutEventsCommand({ Entries: [{ ...ENTRY, Time: new Date(START) }] }),
        ),
    ],
    [
      'GetSecretValue',
      () => secretsManagerAt(server.url)('GetSecretValue', SECRET),
      () => new SecretsManagerClient(at()).send(new GetSecretValueCommand(SECRET)),
    ],
    ['SendMessage', () => sqs()('SendMessage', SEND), () => unchecked().send(new SendMessageCommand(SEND))],
    [
      'SendMessageBatch',
      () => sqs()('SendMessageBatch', BATCH),
      () => unchecked().send(new SendMessageBatchCommand(BATCH)),
    ],
    [
      'ChangeMessageVisibility',
      () => sqs()('ChangeMessageVisibility', HIDE),
      () => unchecked().send(new ChangeMessageVisibilityCommand(HIDE)),
    ],
  ])('%s', async (_, ours, theirs) => {
    await ours();
    await theirs();
    const [mine, other] = server.calls.map(wire);
    expect(mine).toEqual(other);
  });

  /** The SDK compares digests of messages, which the server here does not send. */
  function unchecked() {
    return new SQSClient({ ...at(), md5: false });
  }

  function wire({ method, path, headers, body }: ReceivedCall) {
    const { 'content-length': length, 'content-type': type, 'transfer-encoding': encoding } = headers;
    return { method, path, target: headers['x-amz-target'], type, length, encoding, body };
  }
});

describe('an answer means what it means to the SDK', () => {
  beforeEach(() => {
    // neither waits before the next attempt
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    answer = { status: 200, body: {} };
  });

  const refused = (type: string, status = 400): Answer => ({
    status,
    body: { __type: `com.amazonaws#${type}` },
  });

  test.each<[string, Answer]>([
    ['an item that is not there', { status: 200, body: {} }],
    ['a condition that does not hold', refused('ConditionalCheckFailedException')],
    ['an invalid request', refused('ValidationException')],
    ['a missing table or secret', refused('ResourceNotFoundException')],
    ['a missing permission', refused('AccessDeniedException')],
    ['a key that is not available', refused('KMSAccessDeniedException')],
    ['credentials that are over', refused('ExpiredTokenException')],
    ['a secret that cannot be decrypted', refused('DecryptionFailure')],
    ['throttling', refused('ThrottlingException')],
    ['throttling by the table', refused('ProvisionedThroughputExceededException')],
    ['throttling by the account', refused('RequestLimitExceeded')],
    ['throttling by the queue', refused('RequestThrottled', 403)],
    ['throttling by the bus', refused('TooManyRequestsException')],
    ['a table that is being changed', refused('TransactionInProgressException')],
    ['a limit', refused('LimitExceededException')],
    ['a request before the last one is over', refused('PriorRequestNotComplete')],
    ['a limit of bytes', refused('BandwidthLimitExceeded')],
    ['a slow request', refused('RequestTimeoutException')],
    ['an outage', refused('InternalServerError', 500)],
    ['an outage of the bus', refused('InternalException', 500)],
    ['a busy service', refused('ServiceUnavailable', 503)],
    ['a type in a header', { status: 400, headers: { 'x-amzn-errortype': 'ThrottledException:' }, body: {} }],
    ['a type with an address', refused('ResourceNotFoundException:http://internal.example/')],
  ])('%s', async (_, said) => {
    answer = said;
    const ours = await outcomeOf(() => dynamoDb()('GetItem', GET));
    const theirs = await outcomeOf(() =>
      DynamoDBDocumentClient.from(new DynamoDBClient({ ...at(), maxAttempts: 4 })).send(new GetCommand(GET)),
    );
    expect(ours).toEqual(theirs);
  });

  async function outcomeOf(call: () => Promise<unknown>) {
    server.calls.length = 0;
    const error = await call().then(
      () => undefined,
      (failure: Error) => failure,
    );
    return { name: error?.name, attempts: server.calls.length, isOutage: error && isOutageOfAws(error) };
  }
});

describe('the addresses of the services are those of the SDK', () => {
  const CLIENTS = {
    DYNAMODB: DynamoDBClient,
    EVENTBRIDGE: EventBridgeClient,
    SECRETS_MANAGER: SecretsManagerClient,
    SQS: SQSClient,
  } as const;

  test.each([
    ['eu-central-1', 'amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'amazonaws.com'],
    ['us-iso-east-1', 'c2s.ic.gov'],
    ['us-isob-east-1', 'sc2s.sgov.gov'],
    ['eusc-de-east-1', 'amazonaws.eu'],
  ])('in %s', async (region, URL_SUFFIX) => {
    const env = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', URL_SUFFIX };
    for (const [service, Client] of Object.entries(CLIENTS)) {
      const { config } = new Client({ region, credentials: DUMMY_CREDENTIALS });
      const theirs = config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
      expect(endpointOf(service as keyof typeof CLIENTS, env).href).toBe(theirs.url.href);
    }
  });

  test('and lead elsewhere where the variables of the SDK say so', () => {
    const env = {
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:2',
    };
    expect(endpointOf('SQS', env).port).toBe('2');
    expect(endpointOf('DYNAMODB', env).port).toBe('1');
  });

  test.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])(
    'and with %s are only those that are named: another would be used in silence',
    (name) => {
      const env = { AWS_REGION: 'us-gov-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
      expect(() => endpointOf('SQS', { ...env, [name]: 'true' })).toThrow(
        `has ${name}, and no endpoint of that kind: set AWS_ENDPOINT_URL_SQS to its URL`,
      );
      expect(endpointOf('SQS', { ...env, [name]: 'false' }).host).toBe('sqs.us-gov-west-1.amazonaws.com');
      const AWS_ENDPOINT_URL_SQS = 'https://sqs-fips.us-east-1.amazonaws.com';
      const named = endpointOf('SQS', { ...env, [name]: 'true', AWS_ENDPOINT_URL_SQS });
      expect(named.host).toBe('sqs-fips.us-east-1.amazonaws.com');
    },
  );

  test.each([
    ['', 'https://dynamodb.eu-central-1.amazonaws.com/'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/'],
    ['http://proxy/dynamodb', 'http://proxy/dynamodb/'],
    ['http://proxy/dynamodb/', 'http://proxy/dynamodb/'],
    ['http://[::1]:8000', 'http://[::1]:8000/'],
  ])('as "%s" means %s for the SDK', (AWS_ENDPOINT_URL, href) => {
    const env = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_ENDPOINT_URL,
    };
    expect(endpointOf('DYNAMODB', env).href).toBe(href);
  });
});

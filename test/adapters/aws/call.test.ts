import dns from 'node:dns';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AwsCallError, awsCaller, type CallLimits } from '../../../functions/adapters/aws/call.ts';
import { DUMMY_CREDENTIALS } from '../../../local/engines/credentials.ts';
import { type Answer, type Loopback, loopback } from '../loopback.ts';

const LIMITS: CallLimits = { timeOut: 5000, attempts: 4, keepsWords: true };
const SIGNER = { ...DUMMY_CREDENTIALS, region: 'local' };
const SERVED = { status: 200, body: { Item: {} } } as const;

let answers: Answer[];
let server: Loopback;

const waits = vi.hoisted(() => [] as number[]);
vi.mock('node:timers/promises', () => ({ setTimeout: async (wait: number) => void waits.push(wait) }));

beforeEach(async () => {
  waits.length = 0;
  // the longest waits, which no test waits for
  vi.spyOn(Math, 'random').mockReturnValue(1);
  answers = [];
  server = await loopback(() => answers.shift() ?? SERVED);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

function call(limits: Partial<CallLimits> = {}, endpoint = server.url, now?: () => number) {
  const caller = awsCaller(SIGNER, { ...LIMITS, ...limits }, now);
  return caller({
    service: 'dynamodb',
    target: 'DynamoDB.GetItem',
    endpoint: new URL(endpoint),
    body: { TableName: 'rooms' },
  });
}

function failed(limits?: Partial<CallLimits>, endpoint?: string): Promise<AwsCallError> {
  return call(limits, endpoint).then(
    () => Promise.reject(new Error('the call was served')),
    (error: AwsCallError) => error,
  );
}

const refused = (type: string, message: string, status = 400): Answer => {
  return { status, body: { __type: `com.amazonaws#${type}`, message } };
};

test.each([
  ['a throttled call', refused('ThrottlingException', 'slower')],
  ['a table that has no capacity', refused('ProvisionedThroughputExceededException', 'slower')],
  ['a table that is being changed', refused('TransactionInProgressException', 'wait')],
  ['a request that came too slowly', refused('RequestTimeoutException', 'slow')],
  ['too many calls', { status: 429, body: {} }],
  ['a failure at AWS', refused('InternalServerError', 'sorry', 500)],
  ['a proxy that fails', { status: 503, body: '<html>' }],
  ['a connection that is cut', 'reset'],
  ['half an answer', { status: 200, body: { Item: { a: { S: 'long enough' } } }, torn: true }],
  ['a page in place of an answer', { status: 200, body: '<html>' }],
  ['a word in place of an answer', { status: 200, body: '"ok"' }],
  ['no answer, which would mean that there is no row,', { status: 200, body: '' }],
] as const)('%s is repeated until it is served', async (_, answer) => {
  answers = [answer, answer, answer];
  expect(await call()).toEqual({ Item: {} });
  expect(server.calls).toHaveLength(4);
});

test.each([
  ['a failure', refused('InternalServerError', 'sorry', 500), [100, 200, 400]],
  [
    'a throttled call, which only time can serve,',
    refused('ThrottlingException', 'slower'),
    [500, 1000, 2000],
  ],
  ['a call that is throttled by its status', { status: 429, body: {} }, [500, 1000, 2000]],
] as const)('%s is repeated after at most as long as with the SDK', async (_, answer, longest) => {
  answers = [answer, answer, answer];
  await call();
  expect(waits).toEqual(longest);
});

test('after its last attempt a call fails with the type and the words of AWS', async () => {
  answers = Array(4).fill(refused('ThrottlingException', 'Rate exceeded for "rooms"'));
  const error = await failed();
  expect(server.calls).toHaveLength(4);
  expect(error.name).toBe('ThrottlingException');
  expect(error.message).toBe(
    'DynamoDB.GetItem was answered with 400: ThrottlingException: Rate exceeded for \\"rooms\\"',
  );
});

test('an operation without a result, as ChangeMessageVisibility, is answered with nothing', async () => {
  answers = [{ status: 200, body: '' }];
  expect(await askQueue('ChangeMessageVisibility')).toEqual({});
  expect(server.calls).toHaveLength(1);
});

test('no answer does not say that a message is in its queue', async () => {
  answers = [{ status: 200, body: '' }];
  await askQueue('SendMessage');
  expect(server.calls).toHaveLength(2);
});

function askQueue(operation: string): Promise<unknown> {
  const target = `AmazonSQS.${operation}`;
  return awsCaller(SIGNER, LIMITS)({ service: 'sqs', target, endpoint: new URL(server.url), body: {} });
}

test('an answer that cannot be read is an error of AWS that shows none of it', async () => {
  answers = [{ status: 200, body: '{"SecretString": hunter2}' }];
  const error = await failed({ attempts: 1 });
  expect(error).toMatchObject({
    name: 'AwsCallError',
    message: 'DynamoDB.GetItem failed: the answer is not a JSON object, but 25 characters of something else',
  });
  expect(inspect(error)).not.toContain('hunter2');
});

test('silence is an error that can be repeated', async () => {
  answers = ['silence', 'silence'];
  const error = await failed({ timeOut: 20, attempts: 2 });
  expect(waits).toHaveLength(1);
  expect(error).toMatchObject({ name: 'AwsCallError', message: /no complete answer within 20 ms/ });
});

describe('an answer that comes in pieces', () => {
  const MEGABYTES = 2 ** 20;
  let piece: string;
  let pieces: number;
  let pause: (next: () => void) => void;
  const slow = createHttpServer((_, response) => {
    let left = pieces;
    const go = () => {
      left -= 1;
      if (left < 0) response.end('{"Item":{}}');
      else response.write(piece, (error) => !error && pause(go));
    };
    go();
  });
  beforeAll(async () => {
    await once(slow.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => {
    slow.close();
    slow.closeAllConnections();
  });
  const address = () => `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;

  test('and drips has a limit for all of it', async () => {
    [piece, pieces, pause] = [' ', 100, (next) => void setTimeout(next, 10)];
    expect((await failed({ timeOut: 50, attempts: 1 }, address())).message).toBe(
      'DynamoDB.GetItem failed: no complete answer within 50 ms',
    );
  });

  test('and never ends is given up where no answer is as large', async () => {
    [piece, pieces, pause] = [' '.repeat(4 * MEGABYTES), 9, setImmediate];
    expect((await failed({ timeOut: 60_000, attempts: 1 }, address())).message).toBe(
      'DynamoDB.GetItem failed: the answer is larger than 33554432 bytes',
    );
  });

  test('is served whole', async () => {
    [piece, pieces, pause] = [' '.repeat(3 * MEGABYTES), 1, setImmediate];
    expect(await call({}, address())).toEqual({ Item: {} });
  });
});

describe('a machine whose clock is wrong', () => {
  const AWS_TIME = Date.UTC(2026, 4, 1, 12);
  const MINUTE = 60_000;
  const signedAt = () => server.calls.map(({ headers }) => headers['x-amz-date']);
  const mistimed = (type: string, date = AWS_TIME): Answer => ({
    ...(refused(type, 'Signature expired') as object),
    status: 400,
    headers: { date: new Date(date).toUTCString() },
  });

  test.each([
    ['an hour late', 'InvalidSignatureException', -60 * MINUTE],
    ['an hour early', 'InvalidSignatureException', 60 * MINUTE],
    ['too late for a service with a word of its own', 'RequestExpired', -6 * MINUTE],
    ['too early for another', 'RequestTimeTooSkewed', 16 * MINUTE],
  ])('and %s signs with the time of AWS from then on', async (_, type, off) => {
    const caller = awsCaller(SIGNER, LIMITS, () => AWS_TIME + off);
    const get = () =>
      caller({ service: 'dynamodb', target: 'D.GetItem', endpoint: new URL(server.url), body: {} });
    answers = [mistimed(type)];
    await get();
    await get();
    expect(signedAt().slice(1)).toEqual(['20260501T120000Z', '20260501T120000Z']);
    expect(server.calls).toHaveLength(3);
  });

  test('is corrected for calls that were refused at the same time', async () => {
    const caller = awsCaller(SIGNER, LIMITS, () => AWS_TIME - 60 * MINUTE);
    const get = () =>
      caller({ service: 'dynamodb', target: 'D.GetItem', endpoint: new URL(server.url), body: {} });
    answers = [mistimed('InvalidSignatureException'), mistimed('InvalidSignatureException')];
    await Promise.all([get(), get()]);
    expect(server.calls).toHaveLength(4);
  });

  test('does not repeat a signature that is wrong for another reason', async () => {
    answers = [mistimed('InvalidSignatureException')];
    await expect(call({}, server.url, () => AWS_TIME - 2 * MINUTE)).rejects.toThrow(/InvalidSignature/);
    expect(server.calls).toHaveLength(1);
  });

  test('is not corrected by another refusal, whatever its date', async () => {
    answers = [mistimed('ValidationException')];
    await expect(call({}, server.url, () => AWS_TIME - 60 * MINUTE)).rejects.toThrow(/Validation/);
    expect(server.calls).toHaveLength(1);
  });
});

test('a refusal is not repeated', async () => {
  answers = [refused('ConditionalCheckFailedException', 'The conditional request failed')];
  expect((await failed()).name).toBe('ConditionalCheckFailedException');
  expect(server.calls).toHaveLength(1);
});

test('the text of a request does not make a refusal one that passes', async () => {
  answers = [refused('ValidationException', 'no attribute Throttling')];
  await failed();
  expect(server.calls).toHaveLength(1);
});

test('the words of AWS are left out where they could show values of the request', async () => {
  answers = [refused('ValidationException', 'slug-of-a-guest')];
  expect((await failed({ keepsWords: false })).message).toBe(
    'DynamoDB.GetItem was answered with 400: ValidationException',
  );
});

test.each([
  ['in the body', { body: { __type: 'com.amazonaws#ResourceNotFoundException' } }],
  ['with an address', { body: { __type: 'aws#ResourceNotFoundException:http://internal.amazon.com/' } }],
  ['in a header', { headers: { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal' }, body: {} }],
] as const)('the type of an error can be %s', async (_, answer) => {
  answers = [{ status: 400, ...answer }];
  expect((await failed()).name).toBe('ResourceNotFoundException');
});

test('an error of SQS has the code that its callers know', async () => {
  const headers = { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' };
  answers = [{ status: 400, headers, body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist' } }];
  expect((await failed()).name).toBe('AWS.SimpleQueueService.NonExistentQueue');
});

test('a connection that AWS closed while it was idle costs no attempt and no pause', async () => {
  await call();
  answers = ['reset'];
  expect(await call({ attempts: 1 })).toEqual({ Item: {} });
  expect(server.calls).toHaveLength(3);
  expect(waits).toEqual([]);
});

test('a host that refuses connections at all its addresses is an error that says so', async () => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  vi.spyOn(dns, 'lookup').mockImplementation(((
    _: string,
    _options: object,
    found: (...of: unknown[]) => void,
  ) => found(null, addresses)) as typeof dns.lookup);
  expect((await failed({ attempts: 1 }, 'http://host.example:1')).message).toMatch(/failed: ECONNREFUSED$/);
});

test('a new connection that is cut is an attempt', async () => {
  answers = ['reset'];
  expect((await failed({ attempts: 1 })).message).toMatch(/socket hang up/);
  expect(server.calls).toHaveLength(1);
});

test('a server that accepts a connection and says nothing of TLS is not waited for', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  const error = await failed({ timeOut: 50, attempts: 1 }, `https://127.0.0.1:${port}`);
  mute.close();
  expect(error.message).toMatch(/no complete answer within 50 ms/);
});

test('a hundred calls at the same time use fifty connections', async () => {
  await Promise.all(Array.from({ length: 100 }, () => call()));
  expect(new Set(server.calls.map(({ socket }) => socket)).size).toBe(50);
});

test('calls use one connection, one after the other', async () => {
  await call();
  await call();
  expect(new Set(server.calls.map(({ socket }) => socket)).size).toBe(1);
});

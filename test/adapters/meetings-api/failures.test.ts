import * as zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RoomError, ThrottledError } from '../../../functions/rooms/model/errors.ts';
import type { ProviderRoom } from '../../../functions/rooms/model/ports.ts';
import { MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { PATIENT, timingOutAt } from '../../support/time-outs.ts';
import type { Answer } from '../loopback.ts';
import { type MeetingsApiBench, meetingsApiBench, order, roomBody, TOKEN } from './bench.ts';

let bench: MeetingsApiBench;

beforeEach(async () => {
  bench = await meetingsApiBench();
});

afterEach(() => bench.close());

async function failureOf(answer: Answer, call: () => Promise<unknown> = create): Promise<RoomError> {
  bench.answer = () => answer;
  const error = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RoomError) return error;
  throw new Error(`expected a room error, got ${error}`);
}

const create = () => bench.provider.create(order());
const change = () => bench.provider.change('x', { settings: { theme_id: null } });
const retire = () => bench.provider.retire('x');
const get = () => bench.provider.get('x');
const find = () => bench.provider.find('none');

describe('a status has its meaning', () => {
  const service = (status: number, message: string) => ({
    status,
    body: { message, name: 'SomeError', status },
  });

  test('400 to a create or a change refuses it for good, in the words of the provider', async () => {
    const error = await failureOf(service(400, '"display_name" length must be at most 200 characters long'));
    expect(error.code).toBe('provider_refused');
    expect(error.message).toMatch(
      /^the provider refuses POST \/rooms of application main: 400 after \d+ ms, "display_name" length must be at most 200 characters long$/,
    );
    expect((await failureOf(service(400, 'of its type: temporary'), change)).code).toBe('provider_refused');
  });

  test('400 with a list of errors tells all of them', async () => {
    const body = { message: 'invalid', name: 'InputValidationError', status: 400 };
    const errors = ['"type" is required', { field: 'expires_at', message: 'too early' }];
    const { message } = await failureOf({ status: 400, body: { ...body, errors } });
    expect(message).toContain('"type" is required');
    expect(message).toContain('expires_at');
  });

  test('400 to a look is not the fault of a request', async () => {
    expect((await failureOf(service(400, 'no'), find)).code).toBe('provider_contract');
  });

  test('403 to a create means that the application is full where it says so, else that it may not', async () => {
    const text = 'maximum number of rooms for the owner exceeded';
    const full = await failureOf(service(403, text));
    expect(full.code).toBe('application_full');
    expect(full.message).toContain(text);
    expect((await failureOf({ status: 403, body: { title: 'Forbidden', detail: text } })).code).toBe(
      'application_full',
    );
    expect((await failureOf(service(403, 'the application lacks the Meetings capability'))).code).toBe(
      'unauthorized',
    );
    expect((await failureOf(service(403, 'no'))).code).toBe('unauthorized');
    expect((await failureOf(service(403, text), get)).code).toBe('unauthorized');
  });

  const HTML = '<html><body>403 Forbidden: the limit of rooms is reached</body></html>';

  test.each([400, 403, 404, 410, 413, 422])(
    '%i that is not in the words of the provider says nothing of a room, a request or an account',
    async (status) => {
      for (const body of [HTML, '', { error: { code: status } }, [], 'null']) {
        for (const call of [create, change, get, retire, find]) {
          const error = await failureOf({ status, body }, call);
          expect(error.code).toBe('ambiguous_outcome');
        }
      }
    },
  );

  test('404 to a change means that the room is gone; to a create, that the base URL is wrong', async () => {
    expect((await failureOf(service(404, 'no'), change)).code).toBe('room_gone');
    const wrong = await failureOf(service(404, 'no'));
    expect(wrong.code).toBe('provider_contract');
    expect(wrong.message).toContain('base URL');
  });

  test.each([500, 502, 504, 408])('%i leaves open what happened', async (status) => {
    const error = await failureOf({ status, body: '<html>gateway</html>' });
    expect(error.code).toBe('ambiguous_outcome');
    expect(error.message).toMatch(new RegExp(`POST /rooms of application main: ${status} after \\d+ ms`));
    expect(error.message).not.toContain('html');
  });

  test.each([302, 405, 409])('%i is not in the contract and gives nothing up for good', async (status) => {
    expect((await failureOf({ status, headers: { location: 'https://elsewhere.example' } })).code).toBe(
      'provider_contract',
    );
    expect(bench.server.calls).toHaveLength(1);
  });
});

describe('a throttle', () => {
  const throttled = async (status: number, retryAfter?: string) => {
    const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    const error = await failureOf({ status, headers });
    if (error instanceof ThrottledError) return error;
    throw new Error(`expected a throttle, got ${error}`);
  };

  test('is waited out for the seconds, or until the date, that Retry-After names', async () => {
    expect((await throttled(429, '7')).retryAfter).toBe(7 * SECOND);
    expect((await throttled(503, new Date(bench.now + 90 * SECOND).toUTCString())).retryAfter).toBe(
      90 * SECOND,
    );
  });

  test('without a readable Retry-After is waited out for ten seconds', async () => {
    expect((await throttled(429)).retryAfter).toBe(10 * SECOND);
    expect((await throttled(429, 'soon')).retryAfter).toBe(10 * SECOND);
  });

  test('is never waited out for less than a second or more than a quarter of an hour', async () => {
    expect((await throttled(429, '0')).retryAfter).toBe(SECOND);
    expect((await throttled(429, 'Thu, 01 Jan 1970 00:00:00 GMT')).retryAfter).toBe(SECOND);
    expect((await throttled(429, '86400')).retryAfter).toBe(15 * MINUTE);
  });

  test('of 429 had no effect, of 503 may have had one', async () => {
    expect((await throttled(429)).ambiguous).toBe(false);
    expect((await throttled(503)).ambiguous).toBe(true);
  });
});

describe('no answer, or none that can be used, leaves open what happened', () => {
  test('a reset', async () => {
    const error = await failureOf('reset');
    expect(error.code).toBe('ambiguous_outcome');
    expect(error.message).toMatch(/^POST \/rooms of application main broke off after \d+ ms \(ECONNRESET\)/);
  });

  test('silence until the time-out', async () => {
    const error = await timingOutAt(bench.server.next(), () => failureOf('silence', change));
    expect(error.code).toBe('ambiguous_outcome');
    expect(error.message).toContain(
      `PATCH /rooms/x of application main gave no whole answer within ${PATIENT} ms`,
    );
  });

  test('a body that breaks off', async () => {
    expect((await failureOf({ status: 201, body: roomBody(), torn: true })).code).toBe('ambiguous_outcome');
  });

  test('nobody listening', async () => {
    await bench.server.close();
    const error = await failureOf('silence');
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/\(ECONNREFUSED\), so nothing was sent/);
  });

  test.each([
    ['no JSON', '{"id": "d2a5f'],
    ['an empty body', ''],
    ['no id', roomBody({ id: undefined })],
    ['an expiry that is no time', roomBody({ expires_at: 'tomorrow' })],
    ['a link that is none', roomBody({ _links: { guest_url: { href: 'javascript:alert(1)' } } })],
    ['a list', [roomBody()]],
  ])('a success with %s', async (_, body) => {
    const error = await failureOf({ status: 201, body });
    expect(error.code).toBe('ambiguous_outcome');
    expect(error.message).toContain('cannot be used');
  });

  test('a page with a room of ours that cannot be read', async () => {
    const body = { _embedded: [{ id: 1, metadata: TOKEN }] };
    expect((await failureOf({ status: 200, body }, find)).code).toBe('ambiguous_outcome');
  });

  test('another room than the one that was asked for', async () => {
    const other = roomBody({ id: 'another', metadata: `er${'b'.repeat(30)}` });
    for (const call of [create, change, get, retire]) {
      expect((await failureOf({ status: 200, body: other }, call)).code).toBe('provider_contract');
    }
    const late = roomBody({ expires_at: '2030-03-01T12:05:01.000Z' });
    expect((await failureOf({ status: 201, body: late })).message).toContain('expires later');
  });
});

describe('what opens a door stays out of every error', () => {
  const secretsIn = async (answer: Answer) => {
    const error = await failureOf(answer);
    const told = `${error.message} ${JSON.stringify(error)} ${error.cause} ${error.stack}`;
    const sent = bench.server.calls.at(-1)?.headers.authorization ?? '';
    expect(sent).toMatch(/^Bearer eyJ/);
    return [sent.slice(7), 'host-credential', 'eyJ', 'BEGIN'].filter((secret) => told.includes(secret));
  };

  test('a host link in an answer that cannot be used', async () => {
    expect(await secretsIn({ status: 201, body: roomBody({ id: 7 }) })).toEqual([]);
    expect(await secretsIn({ status: 201, body: JSON.stringify(roomBody()).slice(0, -9) })).toEqual([]);
  });

  test('a token, a key or a host link in the reason of a refusal', async () => {
    const message =
      'bad: eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- ' +
      'https://meetings.example/?room_token=1&participant_token=host-credential';
    expect(await secretsIn({ status: 400, body: { message } })).toEqual([]);
  });

  test('our own token, whatever it is quoted as', async () => {
    bench.answer = (call) => ({
      status: 400,
      body: { title: 'Bad', detail: `header was <<${call.headers.authorization}>>` },
    });
    const error = await create().catch((thrown: Error) => thrown);
    expect(String(error)).toContain('header was <<[redacted]>>');
  });

  test('line breaks and a flood of words', async () => {
    const { message } = await failureOf({ status: 400, body: { message: `a\nb\u0007${'c'.repeat(9999)}` } });
    expect(message).toContain('a b c');
    expect(message.length).toBeLessThan(500);
  });
});

describe('an answer that something in between has touched is read', () => {
  const json = JSON.stringify(roomBody({ metadata: TOKEN }));

  async function listed() {
    const rooms: ProviderRoom[] = [];
    for await (const page of bench.provider.list()) rooms.push(...page);
    return rooms;
  }

  const { gzipSync, brotliCompressSync, deflateSync, zstdCompressSync } = zlib;

  test.each([
    ['a byte order mark', undefined, Buffer.from(`\ufeff${json}`)],
    ['gzip', 'gzip', gzipSync(json)],
    ['deflate', 'Deflate', deflateSync(json)],
    ['brotli', 'br', brotliCompressSync(json)],
    ['zstd', 'zstd', zstdCompressSync(json)],
    ['two codings', 'gzip, br', brotliCompressSync(gzipSync(json))],
    ['an unknown coding', 'aws-chunked', Buffer.from(json)],
  ])('%s', async (_, coding, body) => {
    const headers: Record<string, string> = coding ? { 'content-encoding': coding } : {};
    bench.answer = () => ({ status: 201, body, headers });
    expect((await create()) as object).toMatchObject({ token: TOKEN });
    expect(bench.server.calls[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('one that cannot be decoded leaves open what happened', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await failureOf({ status: 201, body: json, headers })).code).toBe('ambiguous_outcome');
  });

  test('with nulls, or without members, where a list or a link may be empty', async () => {
    const all = async (body: unknown) => {
      bench.answer = () => ({ status: 200, body });
      return listed();
    };
    for (const body of [
      {},
      { _embedded: null },
      { _embedded: { rooms: null }, _links: null, page_size: null },
    ]) {
      expect(await all(body)).toEqual([]);
    }
    const room = { ...roomBody(), _links: { guest_url: roomBody()._links.guest_url, host_url: null } };
    const page = { _embedded: [room], total_items: null, _links: { next: { href: null } } };
    expect(await all(page)).toMatchObject([{ guestUrl: room._links.guest_url.href }]);
  });

  test('with a room of somebody else that cannot be read, which is left out and counted', async () => {
    const rooms = [{ id: 7 }, roomBody({ metadata: TOKEN }), null, 'room'];
    bench.answer = () => ({ status: 200, body: { _embedded: rooms, page_size: 4, total_items: 4 } });
    expect(await listed()).toMatchObject([{ token: TOKEN }]);
    expect(bench.skipped).toEqual([3]);
  });
});

test('each call is told to whoever counts, with its status if it had one', async () => {
  await create();
  await failureOf({ status: 429 }, change);
  await failureOf('reset');
  const milliseconds = expect.any(Number);
  expect(bench.observed).toMatchObject([
    { application: 'main', method: 'POST', route: '/rooms', status: 201, milliseconds },
    { application: 'main', method: 'PATCH', route: '/rooms/{id}', status: 429, milliseconds },
    { application: 'main', method: 'POST', route: '/rooms', status: undefined, milliseconds },
  ]);
});

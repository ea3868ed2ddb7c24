import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../support/calling.ts';
import { APPLICATION, type Bench, KEYS, sign, startBench } from '../support/meetings-api.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.api.close());

const WRONG = { title: 'Unauthorized', detail: 'You did not provide correct credentials' };
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = () => bench.api.clock.now();
const seconds = () => Math.floor(now() / 1000);
const show = (authorization?: string) =>
  call(`${bench.api.url}/rooms`, authorization === undefined ? {} : { headers: { authorization } });
const bearer = async (token: Promise<string> | string) => show(`Bearer ${await token}`);

describe('a call is let in', () => {
  test.each([
    ['with the claims of the contract', {}],
    ['without exp, for a quarter of an hour', { exp: undefined }],
    ['with exp exactly 24 hours after iat', (iat: number) => ({ iat, exp: iat + 86_400 })],
    ['with exp exactly 30 seconds after iat', (iat: number) => ({ iat, exp: iat + 30 })],
    ['with an acl of the path', { acl: { paths: { '/v1/meetings/rooms': {} } } }],
    ['with an acl of everything below', { acl: { paths: { '/*/users/**': {}, '/*/meetings/**': {} } } }],
    ['with an acl that ends below it', { acl: { paths: { '/*/*/rooms/**': { methods: ['GET'] } } } }],
    ['with an nbf that has come', (iat: number) => ({ nbf: iat })],
  ])('%s', async (_, claims) => {
    const reply = await bearer(sign(now(), typeof claims === 'function' ? claims(seconds()) : claims));
    expect(reply.status).toBe(200);
  });

  test('again and again with one token, until it expires', async () => {
    const token = await sign(now());
    expect((await bearer(token)).status).toBe(200);
    expect((await bearer(token)).status).toBe(200);
    bench.clock.pass(870_000 - 1);
    expect((await bearer(token)).status).toBe(200);
    bench.clock.pass(1);
    expect(await bearer(token)).toMatchObject({ status: 401, body: WRONG });
  });

  test('under all three prefixes', async () => {
    const headers = { authorization: `Bearer ${await sign(now())}` };
    for (const prefix of ['/v1/meetings', '/meetings', '/beta/meetings']) {
      expect((await call(`${bench.api.origin}${prefix}/rooms`, { headers })).status).toBe(200);
    }
    expect((await call(`${bench.api.origin}/v2/meetings/rooms`, { headers })).status).toBe(404);
  });
});

describe('a call is turned away with a 401', () => {
  test('without a header, and says that one is needed', async () => {
    const reply = await show();
    expect(reply).toMatchObject({
      status: 401,
      body: { title: 'Missing Auth', detail: 'Auth header is required' },
    });
  });

  test.each([
    ['a signature of another key', {}, { key: other.privateKey }, 'signature'],
    [
      'an application nobody knows',
      { application_id: 'b0000000-0000-4000-8000-000000000000' },
      {},
      'no such application',
    ],
    ['no application', { application_id: undefined }, {}, 'application_id is missing'],
    ['no jti', { jti: undefined }, {}, 'jti is missing'],
    ['no iat', { iat: undefined }, {}, 'iat is not a number'],
    ['an exp in the past', (at: number) => ({ iat: at - 100, exp: at - 1 }), {}, 'has expired'],
    [
      'no exp and an iat over 15 minutes ago',
      (at: number) => ({ iat: at - 901, exp: undefined }),
      {},
      'has expired',
    ],
    [
      'an exp more than 24 hours after iat',
      (at: number) => ({ iat: at, exp: at + 86_401 }),
      {},
      'more than 24 hours',
    ],
    [
      'an exp less than 30 seconds after iat',
      (at: number) => ({ iat: at, exp: at + 29 }),
      {},
      'less than 30 seconds',
    ],
    ['an iat in the future', (at: number) => ({ iat: at + 2 }), {}, 'not valid yet'],
    ['an nbf in the future', (at: number) => ({ nbf: at + 2 }), {}, 'not valid yet'],
    [
      'an HMAC of the public key',
      {},
      { alg: 'HS256', key: Buffer.from(KEYS.publicKey.export({ type: 'spki', format: 'pem' })) },
      'not RS256',
    ],
    ['an acl of other paths', { acl: { paths: { '/*/users/**': {} } } }, {}, 'the acl has no GET'],
    [
      'an acl of other methods',
      { acl: { paths: { '/**': { methods: ['POST'] } } } },
      {},
      'the acl has no GET /v1/meetings/rooms',
    ],
    ['an acl of the room alone', { acl: { paths: { '/*/*/rooms/x': {} } } }, {}, 'the acl has no GET'],
    ['an acl without paths', { acl: {} }, {}, 'the acl has no paths'],
    ['another RSA algorithm', {}, { alg: 'RS512' }, 'not RS256'],
  ] as const)('for %s', async (_, claims, key, reason) => {
    const token = await sign(now(), typeof claims === 'function' ? claims(seconds()) : claims, key);
    const reply = await bearer(token);
    expect(reply).toMatchObject({ status: 401, body: WRONG });
    expect(reply.headers.get('x-emulator-reason')).toContain(reason);
  });

  test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer not.a.jwt', 'Bearer x'])('for "%s"', async (header) => {
    expect(await show(header)).toMatchObject({ status: 401, body: WRONG });
  });

  test('for claims that were changed after the signature', async () => {
    const [header, , signature] = (await sign(now())).split('.');
    const claims = { application_id: APPLICATION, jti: 'x', iat: seconds(), exp: seconds() + 86_400 };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await bearer(`${header}.${forged}.${signature}`)).toMatchObject({ status: 401, body: WRONG });
  });
});

test('a key rotates: both are trusted for a while, then the old one is not, whatever it signed before', async () => {
  const [oldToken, newToken] = [await sign(now()), await sign(now(), {}, { key: other.privateKey })];
  expect((await bearer(newToken)).status).toBe(401);
  bench.api.trust(APPLICATION, other.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  expect([(await bearer(oldToken)).status, (await bearer(newToken)).status]).toEqual([200, 200]);
  bench.api.distrust(APPLICATION, KEYS.publicKey);
  expect([(await bearer(oldToken)).status, (await bearer(newToken)).status]).toEqual([401, 200]);
  bench.api.distrust(APPLICATION);
  expect((await bearer(newToken)).status).toBe(401);
  bench.api.trust(APPLICATION, KEYS.publicKey);
});

test('health and ping answer GET and HEAD, without credentials', async () => {
  for (const path of ['/health', '/ping']) {
    const reply = await call(`${bench.api.url}${path}`);
    expect(reply).toMatchObject({ status: 200, body: { version_number: expect.any(String) } });
    const head = await call(`${bench.api.url}${path}`, { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
  }
});

test('the emulator signs tokens itself where it was given the private key', async () => {
  const signer = await startBench({
    applications: [{ applicationId: APPLICATION, privateKey: KEYS.privateKey }],
  });
  const { body: token } = await call(`${signer.api.origin}/_control/token`, { method: 'POST' });
  const headers = { authorization: `Bearer ${token}` };
  expect((await call(`${signer.api.url}/rooms`, { headers })).status).toBe(200);
  await signer.api.close();
  const without = await call(`${bench.api.origin}/_control/token`, { method: 'POST' });
  expect(without).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('is not known here') },
  });
});

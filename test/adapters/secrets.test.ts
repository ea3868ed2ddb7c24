import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Secrets, secretsManager } from '../../functions/adapters/secrets.ts';
import { MINUTE, SECOND } from '../../functions/rooms/model/time.ts';
import { type SecretsEndpoint, secretsEndpoint } from './secrets-endpoint.ts';

let endpoint: SecretsEndpoint;
let secrets: Secrets;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2030, 0, 1);
  endpoint = await secretsEndpoint('first');
  secrets = secretsManager({ client: endpoint.client, now: () => now });
});

afterEach(() => endpoint.close());

test('a value is read once in five minutes, however many ask', async () => {
  expect(await Promise.all(Array.from({ length: 20 }, () => secrets.read('key')))).toEqual(
    Array(20).fill('first'),
  );
  now += 5 * MINUTE - 1;
  await secrets.read('key');
  expect(endpoint.calls).toHaveLength(1);

  endpoint.versions.set('AWSCURRENT', 'second');
  now += 1;
  expect(await secrets.read('key')).toBe('second');
  expect(endpoint.calls).toHaveLength(2);
});

test('a fresh read goes past the cache and refreshes it', async () => {
  await secrets.read('key');
  endpoint.versions.set('AWSCURRENT', 'second');
  expect(await secrets.read('key')).toBe('first');
  expect(await secrets.read('key', 'AWSCURRENT', true)).toBe('second');
  expect(await secrets.read('key')).toBe('second');
});

test('the stages of a secret, and two secrets, are kept apart', async () => {
  endpoint.versions.set('AWSPENDING', 'next').set('AWSPREVIOUS', 'before');
  expect(await secrets.read('key', 'AWSPREVIOUS')).toBe('before');
  expect(await secrets.read('key')).toBe('first');
  expect(await secrets.read('key', 'AWSPENDING')).toBe('next');
  await secrets.read('other');
  expect(endpoint.calls).toHaveLength(4);
});

test('a stage that a secret does not have is undefined, and is looked for again after half a minute', async () => {
  expect(await secrets.read('key', 'AWSPENDING')).toBeUndefined();
  endpoint.versions.set('AWSPENDING', 'next');
  now += 30 * SECOND - 1;
  expect(await secrets.read('key', 'AWSPENDING')).toBeUndefined();
  now += 1;
  expect(await secrets.read('key', 'AWSPENDING')).toBe('next');
});

test('a binary value is read as text', async () => {
  endpoint.versions.set('AWSCURRENT', Buffer.from('a key, uploaded as a file'));
  expect(await secrets.read('key')).toBe('a key, uploaded as a file');
});

test('an outage of Secrets Manager leaves the outdated value in use, and is looked into every half minute', async () => {
  await secrets.read('key');
  now += 6 * MINUTE;
  endpoint.failure = { status: 500, body: { __type: 'InternalServiceError', message: 'down' } };
  expect(await secrets.read('key')).toBe('first');
  expect(await secrets.read('key')).toBe('first');
  expect(endpoint.calls).toHaveLength(2);
  now += 30 * SECOND;
  await secrets.read('key');
  expect(endpoint.calls).toHaveLength(3);
});

test('without a value to go on with, an outage is an error, and the next read tries again', async () => {
  endpoint.failure = { status: 500, body: { __type: 'InternalServiceError', message: 'down' } };
  await expect(secrets.read('key')).rejects.toThrow('down');
  endpoint.failure = undefined;
  expect(await secrets.read('key')).toBe('first');
});

test('a fresh read does not fall back on what is known to be outdated', async () => {
  await secrets.read('key');
  endpoint.failure = { status: 500, body: { __type: 'InternalServiceError', message: 'down' } };
  await expect(secrets.read('key', 'AWSCURRENT', true)).rejects.toThrow('down');
});

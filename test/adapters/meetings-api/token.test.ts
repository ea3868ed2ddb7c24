import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, importSPKI, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import {
  APPLICATION_ID,
  KEY,
  type MeetingsApiBench,
  meetingsApiBench,
  OTHER_KEY,
  order,
  publicPem,
  roomBody,
  rsaKey,
  SECRET,
} from './bench.ts';

let bench: MeetingsApiBench;

beforeEach(async () => {
  bench = await meetingsApiBench();
});

afterEach(() => bench.close());

const create = () => bench.provider.create(order());
const sent = () =>
  bench.server.calls.map(({ headers }) => headers.authorization?.slice('Bearer '.length) ?? '');

/** Accepts the tokens of one key, as the provider does. */
async function accepting(pem: string) {
  const key = await importSPKI(publicPem(pem), 'RS256');
  return async ({ headers }: { headers: { authorization?: string } }) => {
    try {
      await jwtVerify(headers.authorization?.slice('Bearer '.length) ?? '', key, {
        currentDate: new Date(bench.now),
      });
      return { status: 201, body: roomBody() };
    } catch {
      return {
        status: 401,
        body: { title: 'Unauthorized', detail: 'You did not provide correct credentials' },
      };
    }
  };
}

describe('the token', () => {
  test('is signed by the key and carries the claims of the contract', async () => {
    await create();
    const { payload, protectedHeader } = await jwtVerify(
      sent()[0] ?? '',
      await importSPKI(publicPem(KEY), 'RS256'),
      { currentDate: new Date(bench.now) },
    );
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload.application_id).toBe(APPLICATION_ID);
    expect(payload.iat).toBe((bench.now - 30 * SECOND) / SECOND);
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
    const life = ((payload.exp ?? 0) - (payload.iat ?? 0)) * SECOND;
    expect(life).toBeGreaterThan(15 * MINUTE);
    expect(life).toBeLessThan(24 * HOUR);
  });

  test('is signed once in a quarter of an hour, however many calls there are at once', async () => {
    await Promise.all(Array.from({ length: 50 }, create));
    bench.now += 15 * MINUTE - 1;
    await create();
    expect(new Set(sent()).size).toBe(1);
    bench.now += 1;
    await Promise.all(Array.from({ length: 50 }, create));
    expect(new Set(sent()).size).toBe(2);
  });

  test('is still good when it is used for the last time', async () => {
    bench.answer = await accepting(KEY);
    await create();
    bench.now += 15 * MINUTE - 1;
    await create();
    expect(bench.observed.map(({ status }) => status)).toEqual([201, 201]);
  });

  test('has an id of its own, also when two are signed in one second', async () => {
    await create();
    await bench.another().create(order());
    const [first, second] = sent().map((token) => decodeJwt(token).jti);
    expect(first).not.toBe(second);
  });

  test.each([
    ['PKCS#8', KEY],
    ['PKCS#1', rsaKey('pkcs1')],
    ['a PEM whose line breaks became \\n', KEY.replaceAll('\n', '\\n')],
    ['a PEM with line breaks of Windows and blanks around it', `\n ${KEY.replaceAll('\n', '\r\n')} \n`],
  ])('is signed with %s', async (_, pem) => {
    bench.secrets.versions.set('AWSCURRENT', pem);
    bench.answer = await accepting(pem.replaceAll('\\n', '\n').trim());
    await expect(create()).resolves.toBeDefined();
  });
});

describe('a key that rotates mid-flight', () => {
  test('heals at the first refusal, in one call more, for all that were under way', async () => {
    await create();
    bench.secrets.versions.set('AWSPREVIOUS', KEY).set('AWSCURRENT', OTHER_KEY);
    bench.answer = await accepting(OTHER_KEY);
    bench.server.calls.length = 0;
    await Promise.all(Array.from({ length: 20 }, create));
    expect(bench.server.calls).toHaveLength(40);
    expect(new Set(sent()).size).toBe(2);
    await create();
    expect(bench.server.calls).toHaveLength(41);
  });

  test('heals where the provider has taken the pending key already', async () => {
    bench.secrets.versions.set('AWSPENDING', OTHER_KEY);
    bench.answer = await accepting(OTHER_KEY);
    await create();
    expect(bench.observed.map(({ status }) => status)).toEqual([401, 401, 201]);
    await create();
    expect(bench.observed).toHaveLength(4);
  });

  test('heals where the provider still has the previous key only', async () => {
    bench.secrets.versions.set('AWSCURRENT', OTHER_KEY).set('AWSPREVIOUS', KEY);
    bench.answer = await accepting(KEY);
    await create();
    expect(bench.observed.map(({ status }) => status)).toEqual([401, 401, 201]);
  });

  test('goes back to the current version after five minutes with another', async () => {
    bench.secrets.versions.set('AWSCURRENT', OTHER_KEY).set('AWSPREVIOUS', KEY);
    bench.answer = await accepting(KEY);
    await create();
    bench.answer = await accepting(OTHER_KEY);
    bench.now += 5 * MINUTE;
    bench.server.calls.length = 0;
    await create();
    expect(bench.server.calls).toHaveLength(1);
  });

  test('is not tried twice under two stages of one version', async () => {
    bench.secrets.versions.set('AWSPENDING', KEY).set('AWSPREVIOUS', KEY);
    bench.answer = () => ({ status: 401 });
    await expect(create()).rejects.toMatchObject({ code: 'unauthorized' });
    expect(bench.server.calls).toHaveLength(2);
  });

  test('heals two containers that hold different versions', async () => {
    const [a, b] = [bench.another(), bench.another()];
    await a.create(order());
    bench.secrets.versions.set('AWSCURRENT', OTHER_KEY).set('AWSPREVIOUS', KEY);
    await b.create(order());
    bench.answer = await accepting(OTHER_KEY);
    await Promise.all([a.create(order()), b.create(order())]);
    bench.answer = await accepting(KEY);
    await Promise.all([a.create(order()), b.create(order())]);
  });

  test('an old signature of a good key is replaced by a new one', async () => {
    await create();
    const old = sent()[0];
    bench.answer = ({ headers }) =>
      headers.authorization === `Bearer ${old}` ? { status: 401 } : { status: 201, body: roomBody() };
    await Promise.all(Array.from({ length: 10 }, create));
    expect(new Set(sent()).size).toBe(2);
  });

  test('that fits no version is an error which names the secret and says what to do', async () => {
    bench.secrets.versions.set('AWSPREVIOUS', OTHER_KEY);
    bench.answer = () => ({ status: 401, body: { title: 'Unauthorized' } });
    const error = await create().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(String(error)).toContain(SECRET);
    expect(String(error)).toContain('evergreen-rooms credentials put ');
    // the current key twice, signed anew the second time, and the previous one
    expect(bench.server.calls).toHaveLength(3);
  });
});

describe('a secret that is no key is an error that names the secret, and never its value', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const encrypted = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  test.each([
    ['is empty', ' ', 'it is empty'],
    ['is a password', 'correct-horse-battery-staple', "no line '-----BEGIN PRIVATE KEY-----'"],
    ['is a public key', publicPem(KEY), 'holds a public key'],
    ['is damaged', KEY.replace(/\n.{64}\n/, '\n'), 'its private key is damaged'],
    ['is of elliptic curves', ec.export({ type: 'pkcs8', format: 'pem' }).toString(), 'is of type ec'],
    ['is short', rsaKey('pkcs8', 1024), 'has 1024 bits'],
    [
      'is encrypted',
      encrypted
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
        .toString(),
      'encrypted with a passphrase',
    ],
  ])('that %s', async (_, value, found) => {
    bench.secrets.versions.set('AWSCURRENT', value);
    const error: Error = await create().then(
      () => new Error('was accepted'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toContain(found);
    expect(error.message).toContain(`the secret ${SECRET} of application main cannot be used`);
    expect(error.message).toContain('evergreen-rooms credentials put ');
    const told = `${error.message} ${error.cause} ${error.stack}`;
    for (const line of value.split('\n').filter((text) => text.length > 8 && !text.startsWith('---'))) {
      expect(told).not.toContain(line);
    }
    expect(bench.server.calls).toEqual([]);
  });

  test('that has no value yet, or cannot be read', async () => {
    bench.secrets.versions.clear();
    await expect(create()).rejects.toThrow('it does not exist or has no value yet');
    bench.secrets.failure = { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } };
    await expect(bench.another().create(order())).rejects.toThrow(
      /could not be read \(AccessDeniedException\): check that it exists/,
    );
  });

  test('and is repaired is read again at once', async () => {
    bench.secrets.versions.set('AWSCURRENT', 'not a key');
    await expect(create()).rejects.toMatchObject({ code: 'unauthorized' });
    bench.secrets.versions.set('AWSCURRENT', KEY);
    await expect(create()).resolves.toBeDefined();
  });
});

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newKeyPair } from '../../emulators/key-pair.ts';
import type { Template as StackTemplate } from '../../local/stack/template.ts';
import { call } from '../cli/terminal.ts';
import { stackWith } from '../support/stacks.ts';
import { type Account, startAccount } from './account.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const STACK = 'EvergreenRooms-test';
const API_KEY = 'd'.repeat(40);
const ADDRESS = 'https://calendar.example/private/basic.ics';
const { privateKey: PEM } = newKeyPair();

const template = Template.fromStack(
  stackWith({
    applications: [
      { applicationId: '78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11', name: 'main' },
      { provider: 'daily', name: 'second' },
    ],
    calendarFeeds: 'team',
    calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
  }),
).toJSON() as StackTemplate;

let account: Account;
let folder: string;
let file: string;
beforeEach(async () => {
  account = await startAccount(template);
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  file = join(folder, 'private.key');
});
afterEach(async () => {
  await account.stop();
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (region: string) => ({
  AWS_ENDPOINT_URL: account.endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
  ...(region && { AWS_REGION: region }),
});

const argvOf = (args: readonly string[]) => ['credentials', 'put', ...args, '--stack', STACK];

/** Runs the command as a person does. */
function put(args: readonly string[], { input = '', region = 'eu-central-1' } = {}): Promise<Ran> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    ...environment(region),
  };
  return new Promise((resolve) => {
    const argv = [MAIN, ...argvOf(args)];
    const child = execFile(process.execPath, argv, { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** Runs it in this process, which is much faster. */
async function putHere(args: readonly string[]): Promise<Ran> {
  const own = environment('eu-central-1');
  const before = Object.keys(own).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, own);
  try {
    const { code, out: stdout, err: stderr } = await call(argvOf(args));
    return { code, stdout, stderr };
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

const inSecret = (part: string) =>
  account.secrets.get(account.identity(account.find('AWS::SecretsManager::Secret', part)).ref);

describe('a credential that is put', () => {
  test.each([
    ['the private key of an application', 'main', PEM, 'main'],
    ['the API key of an application', 'second', API_KEY, 'second'],
    ['the address of a feed', 'team', ADDRESS, 'Feed'],
  ])(
    'as %s is in its secret, and its file is removed when that is asked for',
    async (_, name, value, part) => {
      writeFileSync(file, `${value}\n`);
      const kept = await put([name, '--file', 'private.key']);
      expect(kept).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringContaining('You can remove private.key now'),
      });
      expect(inSecret(part)).toBe(value.trim());
      expect(existsSync(file)).toBe(true);
      const removed = await putHere([name, '--file', file, '--remove']);
      expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining('is removed') });
      expect(existsSync(file)).toBe(false);
      expect(kept.stdout + removed.stdout).not.toContain(value.trim());
    },
  );

  test('may come by standard input', async () => {
    expect(await put(['second'], { input: API_KEY })).toMatchObject({ code: 0 });
    expect(inSecret('second')).toBe(API_KEY);
  });
});

describe('a credential whose file stays as it is', () => {
  test.each<[string, () => void, Partial<{ name: string; value: string; region: string }>, RegExp]>([
    ['cannot be put', () => account.denied.add('PutSecretValue'), {}, /not allowed to call PutSecretValue/],
    [
      'cannot be read back',
      () => account.denied.add('GetSecretValue'),
      {},
      /the value was put, and could not be read back \(AccessDeniedException: .*\); .*private\.key is untouched/,
    ],
    [
      'is read back as another',
      () => {
        account.readBack = () => 'another';
      },
      {},
      /what was read back is not what was put; .* is untouched/,
    ],
    ['has no region to go to', () => {}, { region: '' }, /no region was found: name it by --region/],
    [
      'is no private key',
      () => {},
      { value: API_KEY },
      /application main needs an RSA private key in PEM, but the value is not one: .*: nothing was put; .* is untouched/,
    ],
    [
      'is no API key',
      () => {},
      { name: 'second', value: 'two words' },
      /needs an API key, but the value is not one/,
    ],
    ['is no address', () => {}, { name: 'team', value: 'http://calendar.example' }, /begins with https:/],
    [
      'has no place',
      () => {},
      { name: 'third' },
      /no application, no feed and no connection third; there are main, second, team, office/,
    ],
  ])('%s', async (_, breakIt, { name = 'main', value = PEM, region }, message) => {
    breakIt();
    writeFileSync(file, value);
    const args = [name, '--file', file, '--remove'];
    const { code, stdout, stderr } = await (region === undefined ? putHere(args) : put(args, { region }));
    expect(stderr).toMatch(message);
    // AWS was not asked, or did not answer
    expect(code).toBe(/not allowed to call|no region/.test(stderr) && !/read back/.test(stderr) ? 3 : 2);
    expect(readFileSync(file, 'utf8')).toBe(value);
    expect(stdout + stderr).not.toContain(value);
  });

  test('is not there', async () => {
    expect(await putHere(['main', '--file', file, '--remove'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be read (ENOENT): nothing was put'),
    });
  });
});

test('no command that is written down removes a file', () => {
  const project = new URL('../../', import.meta.url);
  for (const page of ['README.md', 'docs/runbook.md', 'docs/guide/operation.md', 'docs/guide/calendars.md']) {
    expect(readFileSync(new URL(page, project), 'utf8'), page).not.toMatch(/\brm (?!-r)\S*\w\.(key|url|pem)/);
  }
});

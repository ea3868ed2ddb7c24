import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clone, clone, type Started } from '../support/clone.ts';
import { freePort } from '../support/free-port.ts';

/**
 * What a newcomer does: each command of the README's blocks, in order, as it is written, in bash, in a fresh checkout.
 * `npm ci` has been run for the checkout beside it, and what needs an account is only looked up.
 */

let checkout: Clone;
let stack: Started;
let environment: Readonly<Record<string, string>> = {};

/** The shell commands of the README under a heading, a line each. */
function commands(heading: string): readonly string[] {
  const [, section = ''] = readFileSync('README.md', 'utf8').split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
}

const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;

beforeAll(async () => {
  checkout = clone();
  // nobody else's stack is to be met
  environment = { EVERGREEN_ROOMS_PORT: String(await freePort()) };
  const [install, start = ''] = commands('See it');
  expect([install, start]).toEqual(['npm ci', 'npm start']);
  stack = checkout.start(start, environment);
  await said(stack, 'Make the provider fail');
});

afterAll(async () => {
  stack.interrupt();
  await stack.ended;
  checkout.remove();
});

/** Waits until a command that does not end by itself has written this. */
async function said({ ended, said }: Started, text: string): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!said().includes(text)) {
    if (over) throw new Error(`it ended without saying "${text}":\n${said()}`);
    await new Promise((glance) => setTimeout(glance, 100));
  }
}

/** The console, which serves its pages until Ctrl-C. */
async function openUntilInterrupted(command: string): Promise<void> {
  const started = checkout.start(command, environment);
  await said(started, 'is open until Ctrl-C');
  expect(started.said()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/m);
  started.interrupt();
  await started.ended;
}

async function run(command: string): Promise<string> {
  const { code, said } = await checkout.bash(command, environment);
  expect([command, code, said]).toEqual([command, 0, expect.anything()]);
  return said;
}

test('what is tried first says what happened', async () => {
  const tried = commands('See it').slice(2);
  const said = new Map<string, string>();
  for (const command of tried) said.set(command, await run(command));
  const [send = '', rooms = '', clock = '', dryRun = ''] = tried.map((command) => said.get(command));
  expect(send).toMatch(/sent to the queue of requests as message [\w-]+\n.*Room Created +message:/);
  expect(rooms).toMatch(/message:\S+ +active +1 +http:/);
  expect(dryRun).toContain('is not known yet; would be created (active until ');
  expect(clock).toMatch(/it is \S+ \S+ UTC; next:/);
});

test('a command that the stack prints works as it is printed', async () => {
  const printed = [...stack.said().matchAll(/^ {2}(npm run .*?)(?: {2,}|$)/gm)].map(
    ([, command = '']) => command,
  );
  expect(printed.length).toBeGreaterThan(6);
  const known = /^message:\S+/m.exec(await run('npm run --silent rooms'))?.[0] ?? '';
  for (const command of printed) {
    // a room's link for its host is for a terminal only, and this is none
    if (command.includes('host-link')) expect(command).toBe('npm run host-link -- KEY');
    else if (command.endsWith('-- console')) await openUntilInterrupted(command);
    else await run(command.replace('KEY', known));
  }
});

test('a command that needs an account is there', () => {
  const ours = [...commands('Deploy it'), ...commands('Providers')];
  for (const [, script = ''] of ours.join('\n').matchAll(/npm run ([\w:-]+)/g))
    expect(scripts).toHaveProperty(script);
  for (const [, tool = ''] of ours.join('\n').matchAll(/npx (\S+)/g))
    expect(existsSync(join(checkout.folder, 'node_modules/.bin', tool)), tool).toBe(true);
  expect(ours.join('\n')).toMatch(/npx cdk bootstrap\n[\s\S]*npx cdk deploy/);
});

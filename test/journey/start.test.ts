import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '../cli/terminal.ts';
import { freePort } from '../support/free-port.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** A folder for whatever the processes leave in the folder for temporary files. */
let temporary = '';
let stack: Run;
let port = 0;

interface Run {
  readonly process: ChildProcess;
  /** All that it wrote so far. */
  output(): string;
  ended: Promise<number | null>;
}

function run(script: string, ...args: string[]): Run {
  const child = spawn(process.execPath, [join(PROJECT, script), ...args], {
    cwd: PROJECT,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  return { process: child, output: () => output, ended: once(child, 'close').then(([code]) => code) };
}

/** A command against the running stack, in this process: its exit code and what it wrote. */
async function command(name: string, ...args: string[]): Promise<[number, string]> {
  const { code, out, err } = await call([name, ...args, '--port', String(port)]);
  return [code, (out + err).trim()];
}

async function said({ output, ended }: Run, text: string): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!output().includes(text)) {
    if (over) throw new Error(`it ended without saying "${text}":\n${output()}`);
    await new Promise((glance) => setTimeout(glance, 50));
  }
}

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'start-'));
  port = await freePort();
  stack = run('local/start.ts', '--port', String(port));
  await said(stack, 'Make the provider fail');
});

afterAll(async () => {
  stack.process.kill('SIGKILL');
  await rm(temporary, { recursive: true });
});

test('npm start tells the main job: generation 1, then 2 behind the same link, and nothing failed', () => {
  const output = stack.output();
  expect(output).toContain('nothing has failed');
  const rows = [...output.matchAll(/^ +(message:\S+) +active +(\d) +(http:\S+)/gm)];
  const generations = new Map(rows.map(([, key, generation, link]) => [generation, { key, link }]));
  expect([...generations.keys()]).toEqual(['1', '2']);
  // the line may be too short for a whole key
  expect(generations.get('2')?.key?.slice(-6)).toBe(generations.get('1')?.key?.slice(-6));
  expect(generations.get('2')?.link).toBe(generations.get('1')?.link);
  const led = [...output.matchAll(/a visitor opens (\S+) and is led to (https:\S+)/g)];
  const rooms = led.filter(([, link]) => link === generations.get('1')?.link).map(([, , room]) => room);
  expect(new Set(rooms).size).toBe(2);
  expect(output).toMatch(/a visitor opens \S+ and reads that the meeting was cancelled/);
  expect(output).toMatch(/Room Created +team-a\/ad-hoc .* knock/);
  for (const type of ['Room Created', 'Room Updated', 'Room Rotated', 'Room Cancelled']) {
    expect(output).toContain(type);
  }
  expect(output).not.toContain('warning');
});

test('with --once it tells of a room for each meeting where series are deployed so, with feeds and files, and ends', async () => {
  const settings = [
    'calendarScope=occurrence',
    'calendarFeeds=team',
    'calendarFiles=on',
    'calendarHorizon=P1D',
  ];
  const once = run('local/start.ts', '--once', ...settings.flatMap((setting) => ['-c', setting]));
  expect([await once.ended, once.output()]).toEqual([0, expect.stringContaining('nothing has failed')]);
  expect(once.output()).toMatch(/Room Rotated +message:/);
  expect(once.output()).toMatch(/ew:\d{8}T0[89]0000Z +until \d+ \w+( \d{4})? +1 +http:/);
  expect(once.output()).toMatch(/Z +cancelled/);
});

test('a step that fails is the reason of exit code 1', async () => {
  const failed = run('local/start.ts', '--once', '-c', 'schedule=cron(0 2 1 1 ? *)');
  expect(await failed.ended).toBe(1);
  expect(failed.output()).toMatch(/has no renewal to wait for\n$/);
});

test('a dry run tells what a file would do, and does nothing', async () => {
  const file = 'examples/room-requested-event.json';
  expect(await command('request', file, '--dry-run')).toEqual([
    0,
    expect.stringMatching(
      /^onboarding\/welcome {2}ensure: is not known yet; would be created \(active until /,
    ),
  ]);
  const bad = join(temporary, 'nameless.json');
  writeFileSync(bad, '{"key":"nameless"}');
  expect(await command('request', bad, '--dry-run')).toEqual([
    1,
    expect.stringMatching(/^it would be refused\n {2}display_name: is missing/),
  ]);
});

test('an event that no rule takes is not passed over in silence', async () => {
  const strange = join(temporary, 'strange.json');
  writeFileSync(strange, '{"source":"team.test","detail-type":"Meeting Planned","detail":{}}');
  expect(await command('request', strange)).toEqual([
    1,
    expect.stringMatching(/no rule of the bus takes it.*detail-type: must be .* got "Meeting Planned"/),
  ]);
});

test('requests and events are sent to the running stack, and the answer tells what came of them', async () => {
  expect(await command('request', 'examples/room-requested-event.json')).toEqual([
    0,
    expect.stringMatching(/put on the event bus .*\n.*Room Created +onboarding\/welcome +generation 1/),
  ]);
  expect(await command('request', 'examples/room-requested-event.json')).toEqual([
    0,
    expect.stringContaining('nothing was announced: it changed nothing'),
  ]);
  expect(await command('list')).toEqual([0, expect.stringMatching(/^onboarding\/welcome +active +1 /m)]);
  expect(await command('request', 'examples/cancel-request.json')).toEqual([
    0,
    expect.stringMatching(/sent to the queue .*\n.*Room Cancelled +onboarding\/welcome/),
  ]);
  const [, json] = await command('list', '--json');
  expect(JSON.parse(json)).toContainEqual(
    expect.objectContaining({ key: 'onboarding/welcome', state: 'cancelled' }),
  );
});

test('the clock is turned, and tells what happened on the way and what comes next', async () => {
  const [code, before] = await command('clock');
  expect([code, before]).toEqual([0, expect.stringMatching(/^it is \S+ \S+ UTC; next:\n +\S+ \S+ +\S+/)]);
  const [, after] = await command('clock', '+30d');
  expect(after).toMatch(/Room Rotated .*generation 3/);
  const at = (text: string) => Date.parse(`${/it is (\S+ \S+) UTC/.exec(text)?.[1]}Z`);
  expect(Math.round((at(after) - at(before)) / 3_600_000)).toBe(30 * 24);
  expect(await command('events')).toEqual([0, expect.stringMatching(/Room Rotated .*generation 3/)]);
});

test('a file that is not JSON is refused, or sent as it is on demand and then found with its reason', async () => {
  const file = join(temporary, 'bad.json');
  writeFileSync(file, 'a room, please');
  expect(await command('request', file)).toEqual([2, expect.stringContaining('bad.json is not JSON: ')]);
  expect(await command('dead-letters')).toEqual([0, 'all dead-letter queues are empty']);
  const [code, sent] = await command('request', file, '--as-is');
  expect([code, sent]).toEqual([1, expect.stringMatching(/given up: body: must be JSON.*\n +it rests in /)]);
  const [, message] = /as (message \S+)/.exec(sent) ?? [];
  expect(await command('dead-letters')).toEqual([
    0,
    expect.stringMatching(new RegExp(`^\\d{4}-\\S+ \\S+  \\S+  no key  ${message}\\n  body: must be JSON`)),
  ]);
  expect(await command('dead-letters', 'redrive')).toEqual([0, 'messages that have another try: 1']);
});

test('a turn that is interrupted stops the clock of the stack too, and says where it is', async () => {
  const turning = run('cli/main.ts', 'clock', '+3650d', '--port', String(port));
  const [, before] = await command('clock');
  const at = (text: string) => Date.parse(`${/it is (\S+ \S+) UTC/.exec(text)?.[1]}Z`);
  let now = before;
  // further than it goes by itself
  while (at(now) < at(before) + 86_400_000) [, now] = await command('clock');
  turning.process.kill('SIGINT');
  expect([await turning.ended, turning.output()]).toEqual([
    130,
    expect.stringMatching(/stopped on its way\n(.*\n)*it is /),
  ]);
  // nothing turns it any more: a second turn would otherwise wait for the first
  const [, after] = await command('clock', '+1m');
  expect(at(after) - at(turning.output())).toBeLessThan(86_400_000);
});

test.each<[string, string[], string]>([
  ['request', [], 'name a file to send, such as examples/room-request.json'],
  ['request', ['nowhere.json'], 'nowhere.json cannot be read: there is no such file'],
  ['clock', ['7days'], 'a time is written +30m, +12h, +7d, +2w or 2027-01-31T02:00:00Z, got 7days'],
  ['clock', ['2020-01-01T00:00:00Z'], 'the clock only goes forward'],
  ['clock', ['-7d'], 'UTC there, got -7d'],
  ['clock', ['+1'], '+1 lacks its unit: write +1m, +1h, +1d or +1w'],
  ['clock', ['2027-01-31T02:00'], 'a time is written +30m'],
  ['clock', ['+9999999w'], 'the clock goes up to the year 9999, got +9999999w'],
  ['list', ['now'], "unexpected argument 'now'; --help shows what there is\n"],
  [
    'list',
    ['--port', '1'],
    'no stack runs on port 1: start one in another terminal by npm start -- --port 1',
  ],
  ['list', ['--port', 'x'], '--port must be a number from 1 to 65535, got x'],
])('%s %j ends with an exit code and says why', async (name, args, reason) => {
  const code = reason.startsWith('no stack runs') ? 3 : 2;
  const said = await call([name, ...(args.includes('--port') ? args : ['--port', String(port), ...args])]);
  expect([said.code, said.out + said.err]).toEqual([code, expect.stringContaining(reason)]);
  expect(said.err).not.toMatch(/^ +at /m);
});

test('a second stack on the same port is refused before anything is started', async () => {
  const second = run('local/start.ts', '--port', String(port));
  expect(await second.ended).toBe(1);
  expect(second.output().trim()).toBe(
    `port ${port} is taken, perhaps by another stack: stop that one, or start with --port ${port + 1}`,
  );
});

test('a setting that cannot be is the reason of exit code 1', async () => {
  const failed = run('local/start.ts', '--once', '-c', 'spread=7');
  expect(await failed.ended).toBe(1);
  expect(failed.output()).toMatch(
    /the stack could not be synthesised .*\nsetting spread is "7", and must be/,
  );
});

test('an interrupted stack stops cleanly and leaves nothing behind', async () => {
  stack.process.kill('SIGINT');
  expect(await stack.ended).toBe(0);
  expect(stack.output()).toMatch(/stopping\s*$/);
  const left = (await readdir(temporary)).filter((name) => name.startsWith('evergreen-rooms'));
  expect(left).toEqual([]);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { call } from './support/calling.ts';

const MEETINGS_API = 'emulators/meetings-api/main.ts';
const OTHERS = 'emulators/main.ts';

const running: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'emulators-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Runs a command; `said` resolves once its output has the text, `ended` with its code and all it said. */
function run(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let output = '';
  const hear = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => output.includes(text) && resolve(output);
      child.stdout.on('data', look);
      void ended.then(() => reject(new Error(`it ended, and said: ${output}`)));
      look();
    });
  return { child, said, ended };
}

const originOf = (story: string) => /http:\/\/127\.0\.0\.1:\d+/.exec(story)?.[0] as string;

describe('npm run meetings-api', () => {
  test('says what to call, hands out a token, makes the room of its example, and stops at Ctrl-C', async () => {
    const { child, said, ended } = run(MEETINGS_API, '--port', '0', '--application', 'app-1');
    const story = await said('Ctrl-C stops it');
    const origin = originOf(story);
    expect(story).toContain(`${origin}/v1/meetings `);
    expect(story).toContain('app-1, 1000 rooms at most');
    expect(story).not.toContain('PRIVATE KEY');
    const { body: token } = await call(`${origin}/_control/token`, { method: 'POST' });
    const [, example = ''] = /-d '(\{"display_name".*\})'/.exec(story) ?? [];
    const headers = { authorization: `Bearer ${token}` };
    const reply = await call(`${origin}/v1/meetings/rooms`, { method: 'POST', body: example, headers });
    expect(reply.status).toBe(201);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test('stops at once while a call hangs', async () => {
    const { child, said, ended } = run(MEETINGS_API, '--port', '0');
    const origin = originOf(await said('Ctrl-C stops it'));
    await call(`${origin}/_control/faults`, { method: 'PUT', body: { fault: 'hang' } });
    const hanging = expect(call(`${origin}/v1/meetings/ping`)).rejects.toThrow();
    while ((await call(`${origin}/_control/calls`)).body.count === 0);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await hanging;
  });

  test('writes the private key where it is told to, for its owner alone, and reads it the next time', async () => {
    const file = join(folder, 'private.pem');
    const first = run(MEETINGS_API, '--port', '0', '--private-key', file);
    expect(await first.said('Ctrl-C stops it')).toContain(`made now and written to ${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const written = readFileSync(file, 'utf8');
    const second = run(MEETINGS_API, '--port', '0', '--private-key', file);
    expect(await second.said('Ctrl-C stops it')).toContain(`read from ${file}`);
    expect(readFileSync(file, 'utf8') === written).toBe(true);
  });

  test('puts a user right in one line', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const port = String((taken.address() as AddressInfo).port);
    const cases = [
      [
        ['--port', port],
        `port ${port} on 127.0.0.1 is taken: stop what listens there or choose another with --port`,
      ],
      [['--port', 'x'], '--port must be a whole number, got "x"'],
      [['--port', '70000'], '--port must be 0 to 65535, got 70000'],
      [['--storm', '0.5'], '--storm must be 0 to 0.2, like 0.05, got "0.5"'],
      [['--set', 'embedded=list'], 'switch embedded has no position "list": use array, rooms'],
      [['--public-key', 'package.json'], 'package.json is not a PEM file'],
      [['--colour'], "Unknown option '--colour'"],
    ] as const;
    const outcomes = await Promise.all(cases.map(([args]) => run(MEETINGS_API, ...args).ended));
    outcomes.forEach(({ code, output }, index) => {
      expect(output).toContain(cases[index]?.[1]);
      expect([code, output.trim().split('\n').length]).toEqual([1, 1]);
    });
    taken.close();
  });

  test('shows its options', async () => {
    const { code, output } = await run(MEETINGS_API, '--help').ended;
    expect(code).toBe(0);
    for (const option of ['--port', '--application', '--public-key', '--private-key', '--set', '--storm']) {
      expect(output).toContain(option);
    }
  });
});

describe('npm run emulate', () => {
  test.each([
    ['daily', '/rooms?limit=1'],
    ['whereby', '/meetings?limit=1'],
  ])('starts %s with a key that works, and stops at Ctrl-C', async (name, path) => {
    const { child, said, ended } = run(OTHERS, name, '--port', '0');
    const story = await said('Ctrl-C stops it');
    const [, key] = /API key +(\w+)/.exec(story) ?? [];
    const reply = await call(`${originOf(story)}/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
    expect(reply.status).toBe(200);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  test('starts zoom with a client that gets a token, and makes the meeting of its example', async () => {
    const { child, said, ended } = run(OTHERS, 'zoom', '--port', '0');
    const story = await said('Ctrl-C stops it');
    const [, client = '', form = ''] = /-u "(\S+)" -d '(\S+)'/.exec(story) ?? [];
    const headers = {
      authorization: `Basic ${btoa(client)}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const tokenUrl = `${originOf(story)}/oauth/token`;
    const { body } = await call(tokenUrl, { method: 'POST', headers, body: form });
    const [, address = '', example = ''] = /curl -s (\S+\/meetings) .*-d '(\{"topic".*\})'/.exec(story) ?? [];
    const authorization = `Bearer ${(body as { access_token: string }).access_token}`;
    const made = await call(address, { method: 'POST', headers: { authorization }, body: example });
    expect(made).toMatchObject({ status: 201, body: { topic: 'Board room', type: 3 } });
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  test('starts a CalDAV server with a login and a calendar that work', async () => {
    const { child, said, ended } = run(OTHERS, 'caldav', '--port', '0');
    const story = await said('Ctrl-C stops it');
    const [, login = ''] = /login +(\w+:\w+)/.exec(story) ?? [];
    const [, address = ''] = /calendars +(http\S+)/.exec(story) ?? [];
    const headers = { authorization: `Basic ${Buffer.from(login).toString('base64')}`, depth: '1' };
    expect((await call(address, { method: 'PROPFIND', headers })).status).toBe(207);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test('does not print a key that it was given, and turns switches', async () => {
    const { said } = run(
      OTHERS,
      'daily',
      '--port',
      '0',
      '--api-key',
      'hush',
      '--set',
      'tooLargeLimit=refuse',
    );
    const story = await said('Ctrl-C stops it');
    expect(story).not.toContain('hush');
    const headers = { authorization: 'Bearer hush' };
    expect((await call(`${originOf(story)}/v1/rooms?limit=101`, { headers })).status).toBe(400);
  });

  test('starts a Google Calendar with a key for a client, and makes the event of its example', async () => {
    const file = join(folder, 'google.json');
    const { said } = run(OTHERS, 'google-calendar', '--port', '0', '--key', file);
    const story = await said('Ctrl-C stops it');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8')).token_uri).toBe(`${originOf(story)}/token`);
    const [, address = '', example = ''] = /curl -s (\S+) -d '(\{"summary".*\})'/.exec(story) ?? [];
    const { body } = await call(address, { method: 'POST', body: example });
    expect(body).toMatchObject({ kind: 'calendar#event', summary: 'Planning #room' });
  });

  test('names the providers it knows', async () => {
    const { code, output } = await run(OTHERS, 'jitsi').ended;
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('one of daily, whereby, zoom, caldav, google-calendar, graph, got "jitsi"'),
    ]);
    const help = await run(OTHERS, '--help').ended;
    expect([help.code, help.output]).toEqual([0, expect.stringContaining('daily|whereby')]);
  });
});

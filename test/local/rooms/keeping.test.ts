import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDataDirectory } from '../../../local/rooms/keeping.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kept-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const MEETINGS_API = { clockOffset: 5, provider: { applicationId: 'a', privateKey: 'k', rooms: [] } };

/** All that a directory holds, by name. */
function contents(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

test('a directory that a stack uses is not given to another one until the first has ended', () => {
  const path = directory();
  const first = openDataDirectory(path, { provider: 'daily' });
  expect(() => openDataDirectory(path, { provider: 'daily' })).toThrow(
    `--data ${path} cannot be used: process ${process.pid} uses it: stop that stack first, or delete`,
  );
  first.close();
  openDataDirectory(path, { provider: 'daily' }).close();
});

test('a stack that was killed leaves its directory to the next', () => {
  const path = directory();
  writeFileSync(join(path, 'process-id'), String(spawnSync('true').pid));
  expect(openDataDirectory(path, { provider: 'daily' }).kept).toBeUndefined();
});

test('a directory with the rooms of another provider is refused and left as it was', () => {
  const path = directory();
  const first = openDataDirectory(path, { provider: 'meetings-api' });
  first.save(MEETINGS_API);
  first.close();
  const before = contents(path);
  expect(() => openDataDirectory(path, { provider: 'daily' })).toThrow(
    `--data ${path} cannot be used: it holds the rooms of meetings-api, and the stack starts with daily: ` +
      'start with --provider meetings-api, or name another folder',
  );
  expect(contents(path)).toEqual(before);
  expect(openDataDirectory(path, { provider: 'meetings-api' }).kept).toMatchObject(MEETINGS_API);
});

test('a directory with a calendar is refused without it, and with another one', () => {
  const path = directory();
  const first = openDataDirectory(path, { provider: 'meetings-api', calendar: 'google' });
  first.save({ ...MEETINGS_API, calendar: { name: 'google', state: {} } });
  first.close();
  const before = contents(path);
  const open = (calendar?: string) => openDataDirectory(path, { provider: 'meetings-api', calendar });
  const advice = 'start with --calendar google, or name another folder';
  expect(() => open()).toThrow(`it holds a calendar of google, and the stack starts without it: ${advice}`);
  expect(() => open('caldav')).toThrow(`starts with one of caldav: ${advice}`);
  expect(contents(path)).toEqual(before);
  expect(open('google').kept?.calendar).toEqual({ name: 'google', state: {} });
});

test.each([
  ['the Meetings API', MEETINGS_API.provider, ['meetings-api'], ['daily', 'whereby']],
  ['an API key', { apiKey: 'k' }, ['daily', 'whereby'], ['meetings-api']],
])('what version 0.1.0 kept of %s is known by its shape', (_what, provider, taken, refused) => {
  const path = directory();
  writeFileSync(join(path, 'stack.json'), JSON.stringify({ clockOffset: 0, provider }));
  for (const name of refused)
    expect(() => openDataDirectory(path, { provider: name })).toThrow('it holds the rooms of');
  for (const name of taken) openDataDirectory(path, { provider: name }).close();
});

test('a file that is damaged is refused and left as it was', () => {
  const path = directory();
  writeFileSync(join(path, 'stack.json'), '{"clock');
  expect(() => openDataDirectory(path, { provider: 'daily' })).toThrow(
    `--data ${path} cannot be used: stack.json`,
  );
  expect(contents(path)).toEqual({ 'stack.json': '{"clock' });
});

test('folders are made as needed, and one that cannot be made is refused at once', () => {
  const path = join(directory(), 'a', 'b');
  openDataDirectory(path, { provider: 'daily' }).close();
  expect(contents(path)).toEqual({});
  const file = join(directory(), 'file');
  writeFileSync(file, '');
  expect(() => openDataDirectory(join(file, 'x'), { provider: 'daily' })).toThrow(
    `cannot be used: ${file} is a file: name a folder`,
  );
  expect(() => openDataDirectory(file, { provider: 'daily' })).toThrow(
    `cannot be used: ${file} is a file: name a folder`,
  );
});

// where there is no such file system, a folder of the root may be made by whoever is the root
test.runIf(existsSync('/proc/self'))('a folder of /proc is refused at once', () => {
  expect(() => openDataDirectory('/proc/x/y', { provider: 'daily' })).toThrow(
    '--data /proc/x/y cannot be used: ENOENT',
  );
});

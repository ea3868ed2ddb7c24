import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeAssemblyFolder } from '../../../local/rooms/assembly-folder.ts';

let temporary = '';

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'temporary-'));
  vi.stubEnv('TMPDIR', temporary);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

test('what a killed stack left is removed by the next start, and nothing else', () => {
  const killed = join(temporary, `evergreen-rooms-${spawnSync('true').pid}-Ab3_x9`);
  const others = [`evergreen-rooms-${process.ppid}-Ab3_x9`, 'evergreen-rooms-notes', 'another'];
  for (const name of others) mkdirSync(join(temporary, name));
  mkdirSync(killed);
  writeFileSync(join(killed, 'manifest.json'), '{}');

  const made = makeAssemblyFolder();

  expect(existsSync(killed)).toBe(false);
  expect(readdirSync(temporary).map((name) => join(temporary, name))).toEqual(
    [...others.map((name) => join(temporary, name)), made].toSorted(),
  );
});

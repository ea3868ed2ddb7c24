import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDataDirectory } from '../../../local/rooms/keeping.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kept-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('a directory that a stack uses is not given to another one until the first has ended', () => {
  const path = directory();
  const first = openDataDirectory(path);
  expect(() => openDataDirectory(path)).toThrow(
    `${path} cannot keep what a stack leaves: process ${process.pid} uses it: stop that stack first, or delete`,
  );
  first.close();
  openDataDirectory(path).close();
});

test('a stack that was killed leaves its directory to the next', () => {
  const path = directory();
  writeFileSync(join(path, 'process-id'), String(spawnSync('true').pid));
  expect(openDataDirectory(path).kept).toBeUndefined();
});

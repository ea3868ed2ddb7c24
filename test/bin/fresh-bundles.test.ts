import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** A copy of the project with one function and its bundle, to change its sources. */
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'fresh-'));
  const isOther = (path: string) =>
    dirname(path) === join(PROJECT, 'functions') &&
    path.endsWith('.ts') &&
    !path.endsWith('plan-rotation.ts');
  for (const part of ['bin', 'functions', 'package.json', 'package-lock.json']) {
    cpSync(join(PROJECT, part), join(copy, part), { recursive: true, filter: (path) => !isOther(path) });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  freshen();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function freshen(): void {
  const script = `await (await import('${copy}/bin/fresh-bundles.ts')).freshenBundles()`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script]);
}

const bundle = () => join(copy, 'dist', 'functions', 'plan-rotation', 'index.mjs');

test('bundles of sources that have not changed are not made again', () => {
  writeFileSync(bundle(), 'left alone');
  freshen();
  expect(readFileSync(bundle(), 'utf8')).toBe('left alone');
});

test('a source that has changed, or a bundle that is gone, has them made again', () => {
  writeFileSync(join(copy, 'functions', 'rooms', 'new.ts'), '');
  freshen();
  expect(statSync(bundle()).size).toBeGreaterThan(20_000);
  rmSync(bundle());
  freshen();
  expect(statSync(bundle()).size).toBeGreaterThan(20_000);
});

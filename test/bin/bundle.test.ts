import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleFunctions } from '../../bin/bundle.ts';

const FUNCTIONS = ['create-rooms', 'plan-rotation', 'reconcile-rooms', 'rotate-rooms'];

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  await bundleFunctions(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a bundle', () => {
  test('is made of every function, one file each', () => {
    expect(readdirSync(folder).sort()).toEqual(FUNCTIONS);
    for (const name of FUNCTIONS) expect(readdirSync(join(folder, name))).toEqual(['index.mjs']);
  });

  test.each(FUNCTIONS)('of %s needs nothing beside it, and has a handler', async (name) => {
    // Loaded from a folder that has no node_modules above it.
    const bundle = await import(join(folder, name, 'index.mjs'));
    expect(bundle.handler).toBeTypeOf('function');
  });

  test('that has not changed is left as it is, for whoever is reading it', async () => {
    const file = join(folder, 'create-rooms', 'index.mjs');
    const before = statSync(file).ino;
    await bundleFunctions(folder);
    expect(statSync(file).ino).toBe(before);
  });
});

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, bundleFunctions } from '../../bin/bundle.ts';

const HANDLER = fileURLToPath(new URL('../../functions/create-rooms.ts', import.meta.url));

const FUNCTIONS = [
  'create-rooms',
  'open-room',
  'plan-rotation',
  'read-calendars',
  'reconcile-rooms',
  'room-callbacks',
  'rotate-rooms',
  'write-calendars',
];

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  await bundleFunctions(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a bundle', () => {
  test('is made of every function: what is loaded at once, and what may be needed later', () => {
    expect(readdirSync(folder).sort()).toEqual(FUNCTIONS);
    for (const name of FUNCTIONS) {
      const [index, ...later] = readdirSync(join(folder, name)).sort();
      expect(index).toBe('index.mjs');
      for (const file of later) expect(file).toMatch(/^later-[A-Z0-9]{8}\.mjs$/);
    }
  });

  test('has nothing of an earlier bundle left in it', async () => {
    const leftover = join(folder, 'create-rooms', 'later-OLDCHUNK.mjs');
    writeFileSync(leftover, '');
    await bundle(HANDLER, join(folder, 'create-rooms'));
    expect(existsSync(leftover)).toBe(false);
  });

  test.each(FUNCTIONS)('of %s needs nothing beside it, and has a handler', async (name) => {
    // Loaded from a folder that has no node_modules above it.
    for (const file of readdirSync(join(folder, name))) {
      const loaded = await import(join(folder, name, file));
      if (file === 'index.mjs') expect(loaded.handler).toBeTypeOf('function');
    }
  });

  test('that has not changed is left as it is, for whoever is reading it', async () => {
    const file = join(folder, 'create-rooms', 'index.mjs');
    const before = statSync(file).ino;
    await bundle(HANDLER, join(folder, 'create-rooms'));
    expect(statSync(file).ino).toBe(before);
  });
});

import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLES, bundleFunctions, type Contents, functionNames } from './bundle.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** The files that determine the bundles: the sources, the lock file, and the bundler. */
const ORIGINS = ['functions/**/*.ts', 'package-lock.json', 'bin/bundle.ts', 'bin/builtin-modules.ts'];

/**
 * A note of what the current bundles were built from. It is next to their folder, which is deployed
 * unchanged.
 */
const NOTE = fileURLToPath(new URL('../dist/functions.json', import.meta.url));

interface Note {
  readonly digest: string;
  readonly contents: Contents;
}

/**
 * Bundles the functions, unless nothing has changed since the last time.
 *
 * @returns the contents of the bundles
 */
export async function freshenBundles(): Promise<Contents> {
  const digest = digestOfOrigins();
  const note = noted();
  const isThere = (name: string) => existsSync(join(BUNDLES, name, 'index.mjs'));
  if (note?.digest === digest && functionNames().every(isThere)) return note.contents;
  rmSync(NOTE, { force: true });
  const contents = await bundleFunctions();
  // written completely or not at all
  writeFileSync(`${NOTE}.${process.pid}`, JSON.stringify({ digest, contents } satisfies Note));
  renameSync(`${NOTE}.${process.pid}`, NOTE);
  return contents;
}

function digestOfOrigins(): string {
  const digest = createHash('sha256');
  for (const file of globSync(ORIGINS, { cwd: PROJECT }).sort()) {
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(PROJECT, file)))
      .update('\0');
  }
  return digest.digest('hex');
}

function noted(): Note | undefined {
  return existsSync(NOTE) ? (JSON.parse(readFileSync(NOTE, 'utf8')) as Note) : undefined;
}

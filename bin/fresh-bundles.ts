import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLES, bundleFunctions, type Contents, functionNames } from './bundle.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** All that a bundle can come from: the sources, the packages that are installed, and the way they are put together. */
const ORIGINS = ['functions/**/*.ts', 'package-lock.json', 'bin/bundle.ts', 'bin/builtin-modules.ts'];

/** What the bundles that lie there were made of. It lies beside their folder, which is deployed as it is. */
const NOTE = fileURLToPath(new URL('../dist/functions.json', import.meta.url));

interface Note {
  readonly digest: string;
  readonly contents: Contents;
}

/**
 * Bundles the functions, unless what they are made of has not changed since they were bundled last.
 *
 * @returns what they are made of
 */
export async function freshenBundles(): Promise<Contents> {
  const digest = digestOfOrigins();
  const note = noted();
  const isThere = (name: string) => existsSync(join(BUNDLES, name, 'index.mjs'));
  if (note?.digest === digest && functionNames().every(isThere)) return note.contents;
  rmSync(NOTE, { force: true });
  const contents = await bundleFunctions();
  // whole or not at all
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

import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLES, bundleFunctions, functionNames } from './bundle.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** All that a bundle can come from: the sources, the packages that are installed, and the way they are put together. */
const ORIGINS = ['functions/**/*.ts', 'package-lock.json', 'bin/bundle.ts', 'bin/builtin-modules.ts'];

/** What the bundles that lie there were made of. It lies beside their folder, which is deployed as it is. */
const NOTE = fileURLToPath(new URL('../dist/functions.digest', import.meta.url));

/** Bundles the functions, unless what they are made of has not changed since they were bundled last. */
export async function freshenBundles(): Promise<void> {
  const digest = digestOfOrigins();
  if (noted() === digest && functionNames().every((name) => existsSync(join(BUNDLES, name, 'index.mjs'))))
    return;
  rmSync(NOTE, { force: true });
  await bundleFunctions();
  writeFileSync(NOTE, digest);
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

function noted(): string | undefined {
  return existsSync(NOTE) ? readFileSync(NOTE, 'utf8') : undefined;
}

import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleFunctions } from './bundle.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const COMPILED = join(PROJECT, 'dist', 'npm');

/** Builds what `npm pack` packs: the construct, compiled, and the bundles of its functions. */
export async function buildPackage(): Promise<void> {
  rmSync(COMPILED, { recursive: true, force: true });
  execFileSync('tsc', ['-p', 'lib'], { cwd: PROJECT, stdio: 'inherit' });
  removeUnreachable();
  await Promise.all([bundleFunctions(), bundleCommand()]);
}

/** Bundles the operator's command with its dependencies: users of the package may have no SDK. */
export async function bundleCommand(
  outfile: string = join(COMPILED, 'bin', 'evergreen-rooms.mjs'),
): Promise<void> {
  await build({
    entryPoints: [join(PROJECT, 'cli', 'main.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    banner: {
      js: "#!/usr/bin/env node\nconst require=process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/**
 * Removes compiled files that the index does not import. The compiler writes every file that it reads,
 * including the functions' sources.
 */
function removeUnreachable(): void {
  const needed = new Set<string>();
  for (const entry of ['lib/index.js', 'lib/index.d.ts']) follow(join(COMPILED, entry), needed);
  for (const file of globSync('**/*.{js,d.ts}', { cwd: COMPILED })) {
    if (!needed.has(join(COMPILED, file))) rmSync(join(COMPILED, file));
  }
}

function follow(file: string, seen: Set<string>): void {
  if (seen.has(file)) return;
  seen.add(file);
  const types = file.endsWith('.d.ts');
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
    const target = resolve(dirname(file), types ? path.replace(/\.ts$/, '.d.ts') : path);
    if (!existsSync(target)) throw new Error(`${file} imports ${path}, which the compiler did not write`);
    follow(target, seen);
  }
}

if (import.meta.main) await buildPackage();

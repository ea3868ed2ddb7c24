import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const run = promisify(execFile);

/** SHA-256 in hexadecimal, by the path of the file. */
export type Digests = ReadonlyMap<string, string>;

/**
 * Builds the package and packs it. The same commit, Node.js and npm give the same bytes.
 *
 * @param folder gets the tarball
 * @returns the path of the tarball
 */
export async function pack(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  // prepack writes to the standard output too: the name of the tarball is the last line
  const { stdout } = await run('npm', ['pack', '--pack-destination', folder], { cwd: PROJECT });
  return join(folder, basename(stdout.trim().split('\n').at(-1) ?? ''));
}

/**
 * Installs the tarball into an empty folder, as a team does, but without a registry: the peer dependencies
 * are those of this checkout.
 *
 * @returns the folder of the installed package
 */
export async function installInto(folder: string, tarball: string): Promise<string> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const install = ['install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', tarball];
  await run('npm', install, { cwd: folder });
  return join(folder, 'node_modules', 'evergreen-rooms');
}

/** Links the package's peer dependencies, which a team installs itself, into the folder. */
export function lendPeers(folder: string): void {
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(PROJECT, 'node_modules', peer), join(folder, 'node_modules', peer));
  }
}

/** Returns the digests of the bundles in a checkout or in an installed package. */
export function bundlesIn(folder: string): Digests {
  const files = globSync('dist/functions/**/*.mjs', { cwd: folder }).toSorted();
  return new Map(files.map((file) => [file, sha256(join(folder, file))]));
}

/** Returns the differences, one line for each file. */
export function differences(tested: Digests, installed: Digests): readonly string[] {
  const files = [...new Set([...tested.keys(), ...installed.keys()])].toSorted();
  return files.flatMap((file) => {
    if (!installed.has(file)) return [`${file} was tested, and is not in the package`];
    if (!tested.has(file)) return [`${file} is in the package, and was not tested`];
    return tested.get(file) === installed.get(file) ? [] : [`${file} is not the one that was tested`];
  });
}

export function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { builtinModules } from './builtin-modules.ts';

const FUNCTIONS = fileURLToPath(new URL('../functions/', import.meta.url));

/** The folder of this checkout's bundles, which the construct uses. */
export const BUNDLES = fileURLToPath(new URL('../dist/functions/', import.meta.url));

/** The contents of each bundle, by the name of its function. */
export type Contents = Readonly<Record<string, Metafile['outputs']>>;

/** Returns the names of the functions: one file each at the top of `functions/`. */
export function functionNames(): string[] {
  return readdirSync(FUNCTIONS)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length));
}

/**
 * Writes `<outDir>/<function>/index.mjs` for every function: a minified ES module with all its dependencies.
 * It includes what it needs of the SDK, because loading the runtime's own copy is slower. Modules that are imported on demand
 * are in files next to it.
 *
 * @param outDir default: `dist/functions`
 */
export async function bundleFunctions(outDir: string = BUNDLES): Promise<Contents> {
  const bundles = functionNames().map(async (name) => {
    const outputs = await bundle(`${FUNCTIONS}${name}.ts`, join(outDir, name));
    return [name, outputs] as const;
  });
  return Object.fromEntries(await Promise.all(bundles));
}

/** Makes `folder` contain the bundle of one handler, and no other files. */
export async function bundle(handler: string, folder: string): Promise<Metafile['outputs']> {
  const { outputFiles, metafile } = await build({
    entryPoints: [{ in: handler, out: 'index' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'later-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [builtinModules],
    alias: { '@aws-sdk/credential-provider-node': CREDENTIALS },
    // CommonJS packages load Node's own modules with `require`.
    banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  mkdirSync(folder, { recursive: true });
  // write `index.mjs` last, when all files that it imports exist
  const files = outputFiles.sort((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)));
  for (const { path, contents } of files) replaceFile(path, contents);
  const names = new Set(files.map(({ path }) => basename(path)));
  for (const file of readdirSync(folder)) if (!names.has(file)) rmSync(join(folder, file));
  return metafile.outputs;
}

/** Replaces the SDK's providers of credentials with one that reads only the environment. */
const CREDENTIALS = fileURLToPath(new URL('../functions/runtime/credentials.ts', import.meta.url));

const isEntry = (path: string) => basename(path) === 'index.mjs';

/** A process that loads the bundle at this moment gets the old or the new file, never a part of one. */
function replaceFile(path: string, contents: Uint8Array): void {
  if (readIfThere(path)?.equals(contents)) return;
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, contents);
  renameSync(aside, path);
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

if (import.meta.main) await bundleFunctions();

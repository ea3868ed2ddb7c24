import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const FUNCTIONS = fileURLToPath(new URL('../functions/', import.meta.url));

/** Where the bundles of this checkout lie, and where the construct looks for them. */
export const BUNDLES = fileURLToPath(new URL('../dist/functions/', import.meta.url));

/** The functions there are: one file each at the top of `functions/`. */
export function functionNames(): string[] {
  return readdirSync(FUNCTIONS)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length));
}

/**
 * Writes `<outDir>/<function>/index.mjs` for every function: one minified ES module with everything in it, the SDK
 * too, since loading it from the runtime's own copy is slower.
 *
 * @param outDir default: `dist/functions`
 * @returns what each bundle is made of
 */
export async function bundleFunctions(outDir: string = BUNDLES): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    entryPoints: functionNames().map((name) => ({ in: `${FUNCTIONS}${name}.ts`, out: `${name}/index` })),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Packages that are still CommonJS ask for Node's own modules by `require`.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  return metafile;
}

/** A process that loads the bundle at this moment gets the old or the new one, never half of it. */
function replaceFile(path: string, contents: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
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

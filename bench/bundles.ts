import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundle } from '../bin/bundle.ts';

/**
 * The compared variants: the project's own functions, the floor, the floor with every call of the project's
 * functions, and the usual way.
 */
const VARIANTS = ['ours', 'floor', 'floor, all calls', 'usual way'] as const;
export type Variant = (typeof VARIANTS)[number];

type Source = 'ours' | 'floor' | 'usual';

const SOURCE: Record<Variant, Source> = {
  ours: 'ours',
  floor: 'floor',
  'floor, all calls': 'floor',
  'usual way': 'usual',
};

/** The planner makes no call that the floor leaves out. */
export function variantsOf(name: FunctionName): readonly Variant[] {
  return name === 'plan-rotation' ? VARIANTS.filter((variant) => variant !== 'floor, all calls') : VARIANTS;
}

/** The environment of a variant, in addition to the common one. */
export const SETTINGS: Record<Variant, Readonly<Record<string, string>>> = {
  ours: {},
  floor: {},
  'floor, all calls': { FLOOR_CALLS: 'all' },
  'usual way': {},
};

/** Inside the project, so that modules of the runtime are found as they would be in Lambda. */
const BUNDLES = fileURLToPath(new URL('../dist/bench/', import.meta.url));

const FOLDERS: Record<Source, string> = {
  ours: fileURLToPath(new URL('../functions/', import.meta.url)),
  floor: fileURLToPath(new URL('./floor/', import.meta.url)),
  usual: fileURLToPath(new URL('./usual/', import.meta.url)),
};

/** The functions that queues feed. */
export const FUNCTIONS = ['create-rooms', 'rotate-rooms', 'plan-rotation', 'reconcile-rooms'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export function bundleOf(variant: Variant, name: string): string {
  return join(BUNDLES, SOURCE[variant], name, 'index.mjs');
}

/** Returns the bytes of all files of a bundle, without source maps. */
export function bytesOf(variant: Variant, name: string): number {
  const folder = join(BUNDLES, SOURCE[variant], name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  return files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

/** Bundles every function in each variant, as it would be deployed. */
export async function bundleAll(): Promise<void> {
  for (const name of FUNCTIONS) await bundleEach(name);
}

/** Bundles one function in each variant. */
export async function bundleEach(name: string): Promise<void> {
  const out = (source: Source) => join(BUNDLES, source, name);
  await bundle(join(FOLDERS.ours, `${name}.ts`), out('ours'));
  await bundle(join(FOLDERS.floor, `${name}.ts`), out('floor'));
  await bundleAsUsual(join(FOLDERS.usual, `${name}.ts`), out('usual'));
}

/**
 * Bundles as Powertools' documentation says for the CDK's NodejsFunction, whose default leaves the SDK to the
 * runtime.
 */
async function bundleAsUsual(handler: string, folder: string): Promise<void> {
  await build({
    entryPoints: [{ in: handler, out: 'index' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['@aws-sdk/*', '@smithy/*'],
    banner: { js: "import { createRequire } from 'module';const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
}

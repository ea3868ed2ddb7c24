import { basename, join } from 'node:path';
import { BenchContainer } from '../../bench/world/container.ts';
import { BUNDLES, type Contents } from '../../bin/bundle.ts';
import { freshenBundles } from '../../bin/fresh-bundles.ts';
import type { Figures } from './figures.ts';

type Outputs = Contents[string];

/** What it takes to load each bundle. */
export async function bundleFigures(): Promise<Figures> {
  const bundles = Object.entries(await freshenBundles());
  const figures = bundles.map(async ([name, outputs]) => ({
    ...sizes(name, outputs),
    [`${name}: modules of Node loaded beside it`]: await builtinsOf(join(BUNDLES, name, 'index.mjs')),
  }));
  return Object.assign({}, ...(await Promise.all(figures)));
}

function sizes(name: string, outputs: Outputs): Figures {
  const files = Object.fromEntries(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const loaded = [...loadedFrom('index.mjs', files)].flatMap((file) => files[file] ?? []);
  const bytes = (some: readonly { bytes: number }[]) => some.reduce((sum, file) => sum + file.bytes, 0);
  return {
    [`${name}: bytes of its bundle`]: bytes(Object.values(files)),
    [`${name}: bytes loaded at import`]: bytes(loaded),
    [`${name}: files loaded at import`]: loaded.length,
    [`${name}: modules loaded at import`]: loaded.flatMap(({ inputs }) => Object.keys(inputs)).length,
  };
}

/** The file and all that it imports at once, and not later. */
function loadedFrom(file: string, files: Outputs, found: Set<string> = new Set()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const { path, kind, external } of files[file]?.imports ?? []) {
    if (kind === 'import-statement' && !external) loadedFrom(basename(path), files, found);
  }
  return found;
}

async function builtinsOf(bundle: string): Promise<number> {
  const container = new BenchContainer({ bundle, environment: {} });
  const { builtins } = await container.load();
  await container.stop();
  return builtins.length;
}

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchContainer } from '../../bench/world/container.ts';
import { bundleFunctions, functionNames } from '../../bin/bundle.ts';
import type { Figures } from './figures.ts';

/** What it takes to load each bundle. */
export async function bundleFigures(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'budgets-'));
  try {
    const { outputs } = await bundleFunctions(folder);
    const figures: Record<string, number> = {};
    for (const name of functionNames()) {
      const bundle = join(folder, name, 'index.mjs');
      const [, output] = Object.entries(outputs).find(([path]) => path.endsWith(`${name}/index.mjs`)) ?? [];
      const container = new BenchContainer({ bundle, environment: {} });
      const { builtins } = await container.load();
      await container.stop();
      figures[`${name}: bytes of its bundle`] = statSync(bundle).size;
      figures[`${name}: modules loaded from its bundle`] = Object.keys(output?.inputs ?? {}).length;
      figures[`${name}: modules of Node loaded beside it`] = builtins.length;
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { bundleOf, bytesOf, type FunctionName, SETTINGS, VARIANTS, type Variant } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** Of each round, in order. */
export interface ColdRuns {
  /** Bytes of the bundle. */
  readonly bytes: number;
  /** Milliseconds to import the bundle. */
  readonly load: number[];
  /** Milliseconds of the first message. */
  readonly first: number[];
  /** Both together. */
  readonly total: number[];
  /** Milliseconds of CPU of both. */
  readonly cpu: number[];
}

/** A fresh process imports the bundle and does its first message. Node's own start is not counted: it is everybody's. */
export async function measureCold(name: FunctionName, rounds: number): Promise<Record<Variant, ColdRuns>> {
  const world = await startWorld();
  const work = new Assignments(name, world);
  await work.prepare(VARIANTS.length * (rounds + 1));
  const runs = Object.fromEntries(
    VARIANTS.map((variant) => [
      variant,
      { bytes: bytesOf(variant, name), load: [], first: [], total: [], cpu: [] },
    ]),
  ) as unknown as Record<Variant, ColdRuns>;
  // the first round fills the file system's cache
  for (let round = -1; round < rounds; round += 1) {
    for (const variant of VARIANTS) {
      const environment = { ...world.environment(), ...SETTINGS[variant] };
      const container = new BenchContainer({ bundle: bundleOf(variant, name), environment });
      const load = await container.load();
      const first = await container.run(work.take(1));
      await container.stop();
      if (round < 0) continue;
      runs[variant].load.push(load.milliseconds);
      runs[variant].first.push(first.milliseconds);
      runs[variant].total.push(load.milliseconds + first.milliseconds);
      runs[variant].cpu.push(load.cpu + first.cpu);
    }
  }
  await world.stop();
  return runs;
}

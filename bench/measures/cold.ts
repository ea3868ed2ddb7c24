import { bundleOf, bytesOf, type FunctionName, SETTINGS, type Variant, variantsOf } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** The values of each round, in order. */
export interface ColdRuns {
  readonly variant: Variant;
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

/**
 * Measures a fresh process that imports the bundle and processes its first message. Node's own start is not
 * counted, because it is the same for all variants.
 *
 * @returns the project's own variant first
 */
export async function measureCold(name: FunctionName, rounds: number): Promise<readonly ColdRuns[]> {
  const world = await startWorld();
  const work = new Assignments(name, world);
  const runs = variantsOf(name).map(
    (variant): ColdRuns => ({
      variant,
      bytes: bytesOf(variant, name),
      load: [],
      first: [],
      total: [],
      cpu: [],
    }),
  );
  await work.prepare(runs.length * (rounds + 1));
  // the first round fills the file system's cache
  for (let round = -1; round < rounds; round += 1) {
    for (const { variant, ...taken } of round % 2 === 0 ? runs : runs.toReversed()) {
      const environment = { ...world.environment(), ...SETTINGS[variant] };
      const container = new BenchContainer({ bundle: bundleOf(variant, name), environment });
      const { loaded, ran } = await container.start(work.take(1));
      await container.stop();
      if (round < 0) continue;
      taken.load.push(loaded.milliseconds);
      taken.first.push(ran.milliseconds);
      taken.total.push(loaded.milliseconds + ran.milliseconds);
      taken.cpu.push(loaded.cpu + ran.cpu);
    }
  }
  await world.stop();
  return runs;
}

import { bundleOf, type FunctionName, SETTINGS, type Variant, variantsOf } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** The values of each round, in order. */
export interface WarmRuns {
  readonly variant: Variant;
  /** Messages a second of one process. */
  readonly rate: number[];
  /** Milliseconds of CPU a message. */
  readonly cpu: number[];
}

export interface WarmEffort {
  readonly rounds: number;
  /** Messages in a round. */
  readonly messages: number;
}

/** Rounds that are not counted, until the compiler has settled. */
const WARM_UP = 3;

/**
 * Measures one process of each kind, warmed up. They alternate, so that a busy minute affects all of them.
 *
 * @returns the project's own variant first
 */
export async function measureWarm(
  name: FunctionName,
  { rounds, messages }: WarmEffort,
): Promise<readonly WarmRuns[]> {
  const world = await startWorld();
  const work = new Assignments(name, world);
  const variants = variantsOf(name);
  await work.prepare(variants.length * (WARM_UP + rounds) * messages);
  const lanes = variants.map((variant) => {
    const environment = { ...world.environment(), ...SETTINGS[variant] };
    const container = new BenchContainer({ bundle: bundleOf(variant, name), environment });
    const runs: WarmRuns = { variant, rate: [], cpu: [] };
    return { container, runs };
  });
  for (const { container } of lanes) {
    await container.load();
    await container.run(work.take(WARM_UP * messages));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { container, runs } of round % 2 === 0 ? lanes : lanes.toReversed()) {
      const { milliseconds, cpu } = await container.run(work.take(messages));
      runs.rate.push((messages / milliseconds) * 1000);
      runs.cpu.push(cpu / messages);
    }
  }
  for (const { container } of lanes) await container.stop();
  await world.stop();
  return lanes.map(({ runs }) => runs);
}

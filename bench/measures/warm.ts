import { bundleOf, type FunctionName, SETTINGS, VARIANTS, type Variant } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** Of each round, in order. */
export interface WarmRuns {
  /** Messages a second of one process. */
  readonly rate: number[];
  /** Milliseconds of CPU a message. */
  readonly cpu: number[];
}

/** One process of each kind, warmed up; they take turns, so that a busy minute weighs on all. */
export async function measureWarm(
  name: FunctionName,
  {
    rounds,
    messages,
    warmUp,
  }: { readonly rounds: number; readonly messages: number; readonly warmUp: number },
): Promise<Record<Variant, WarmRuns>> {
  const world = await startWorld();
  const work = new Assignments(name, world);
  await work.prepare(VARIANTS.length * (warmUp + rounds * messages));
  const runs = Object.fromEntries(
    VARIANTS.map((variant) => [variant, { rate: [], cpu: [] }]),
  ) as unknown as Record<Variant, WarmRuns>;
  const containers = new Map<Variant, BenchContainer>();
  for (const variant of VARIANTS) {
    const environment = { ...world.environment(), ...SETTINGS[variant] };
    const container = new BenchContainer({ bundle: bundleOf(variant, name), environment });
    containers.set(variant, container);
    await container.load();
    await container.run(work.take(warmUp));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [variant, container] of containers) {
      const { milliseconds, cpu } = await container.run(work.take(messages));
      runs[variant].rate.push((messages / milliseconds) * 1000);
      runs[variant].cpu.push(cpu / messages);
    }
  }
  for (const container of containers.values()) await container.stop();
  await world.stop();
  return runs;
}

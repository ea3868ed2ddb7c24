import { bundleOf, type FunctionName } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** Megabytes. */
export interface MemoryRuns {
  /** The most memory that the process ever used. */
  readonly peak: number;
  /** The memory after a garbage collection, after each part of the messages. */
  readonly used: readonly number[];
}

const PARTS = 10;
const MEGABYTE = 1_000_000;

export async function measureMemory(name: FunctionName, messages: number): Promise<MemoryRuns> {
  const world = await startWorld();
  const work = new Assignments(name, world);
  await work.prepare(messages);
  const environment = world.environment();
  const container = new BenchContainer({ bundle: bundleOf('ours', name), environment, collect: true });
  await container.load();
  const used: number[] = [];
  let peak = 0;
  for (let part = 0; part < PARTS; part += 1) {
    const { memory } = await container.run(work.take(messages / PARTS));
    used.push(memory.heapUsed / MEGABYTE);
    peak = memory.peak / MEGABYTE;
  }
  await container.stop();
  await world.stop();
  return { peak, used };
}

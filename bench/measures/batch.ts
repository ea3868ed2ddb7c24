import { bundleOf } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** Milliseconds of an invocation, for each round. */
export interface BatchRuns {
  readonly single: number[];
  readonly ten: number[];
}

/** The duration of a provider that is not on loopback, in milliseconds. */
const PROVIDER_TIME = 200;

/** Measures one message and a batch of ten, with a provider of realistic duration. */
export async function measureBatch(rounds: number): Promise<BatchRuns> {
  const world = await startWorld();
  const work = new Assignments('create-rooms', world);
  const container = new BenchContainer({
    bundle: bundleOf('ours', 'create-rooms'),
    environment: world.environment(),
  });
  await container.load();
  await container.run(work.take(100));
  world.provider.faults.add({ fault: 'delay', delay: PROVIDER_TIME, on: 'POST /rooms', times: 'always' });
  const runs: BatchRuns = { single: [], ten: [] };
  for (let round = 0; round < rounds; round += 1) {
    runs.single.push((await container.run(work.take(1))).milliseconds);
    runs.ten.push((await container.run(work.take(10))).milliseconds);
  }
  await container.stop();
  await world.stop();
  return runs;
}

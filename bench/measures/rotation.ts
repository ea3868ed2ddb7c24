import { bundleOf } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** A night's rotation. */
export interface Night {
  readonly rooms: number;
  readonly concurrency: number;
  /** Milliseconds that the provider takes for a room. */
  readonly providerTime: number;
}

export const NIGHT: Night = { rooms: 1000, concurrency: 10, providerTime: 50 };

/** What it would take if nothing but the provider took time. */
export function arithmeticLimit({ rooms, concurrency, providerTime }: Night): number {
  return (rooms / concurrency) * providerTime;
}

/** Milliseconds to rotate every room, by as many processes as rooms may be worked on at once, all warm. */
export async function measureRotation(night: Night): Promise<number> {
  const { rooms, concurrency, providerTime } = night;
  const world = await startWorld();
  const work = new Assignments('rotate-rooms', world);
  const warmUp = 40 * concurrency;
  await work.prepare(rooms + warmUp);
  const containers = Array.from(
    { length: concurrency },
    () => new BenchContainer({ bundle: bundleOf('ours', 'rotate-rooms'), environment: world.environment() }),
  );
  for (const container of containers) {
    await container.load();
    await container.run(work.take(warmUp / concurrency));
  }
  world.provider.faults.add({ fault: 'delay', delay: providerTime, on: 'POST /rooms', times: 'always' });
  const start = performance.now();
  await Promise.all(containers.map((container) => container.run(work.take(rooms / concurrency, 1))));
  const milliseconds = performance.now() - start;
  await Promise.all(containers.map((container) => container.stop()));
  await world.stop();
  return milliseconds;
}

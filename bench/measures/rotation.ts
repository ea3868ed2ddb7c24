import { availableParallelism, cpus } from 'node:os';
import { bundleOf, SETTINGS, type Variant } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** The rotation of one night. */
export interface Night {
  readonly rooms: number;
  /** Rooms that are processed at the same time. */
  readonly concurrency: number;
  /** The duration of the provider's call for a room, in milliseconds. */
  readonly providerTime: number;
}

export const NIGHT: Night = { rooms: 1000, concurrency: 10, providerTime: 50 };

export interface NightRun {
  readonly milliseconds: number;
  /** CPU time of the functions for a room, in milliseconds. */
  readonly cpu: number;
  /**
   * CPU time of everything on this machine for a room, including the provider and the tables, in
   * milliseconds.
   */
  readonly machine: number;
}

/** Returns the duration if only the provider took time. */
export function arithmeticLimit({ rooms, concurrency, providerTime }: Night): number {
  return (rooms / concurrency) * providerTime;
}

/** Returns the CPU time of this machine for each room in that duration, in milliseconds. */
export function cpuAtLimit(night: Night): number {
  return (arithmeticLimit(night) * availableParallelism()) / night.rooms;
}

/** Messages that a container processes before the measurement, until its compiler has settled. */
const WARM_UP = 200;

/**
 * Rotates every room, with one container for each room that is processed at the same time. Each processes one
 * message at a time, because the planner spreads a night's rotations and batches are rarely full. The work of
 * one container runs while the others wait, as it does when each has its own CPU.
 */
export async function measureRotation(variant: Variant, night: Night): Promise<NightRun> {
  const { rooms, concurrency, providerTime } = night;
  const world = await startWorld();
  const work = new Assignments('rotate-rooms', world);
  await work.prepare(rooms + concurrency * WARM_UP);
  const environment = { ...world.environment(), ...SETTINGS[variant] };
  const containers = Array.from(
    { length: concurrency },
    () => new BenchContainer({ bundle: bundleOf(variant, 'rotate-rooms'), environment }),
  );
  const run = (messages: number) =>
    Promise.all(containers.map((container) => container.run(work.take(messages, 1))));
  await Promise.all(containers.map((container) => container.load()));
  await run(WARM_UP);
  world.provider.faults.add({ fault: 'delay', delay: providerTime, on: 'POST /rooms', times: 'always' });
  const before = busy();
  const start = performance.now();
  const runs = await run(rooms / concurrency);
  const milliseconds = performance.now() - start;
  const machine = (busy() - before) / rooms;
  await Promise.all(containers.map((container) => container.stop()));
  await world.stop();
  return { milliseconds, cpu: runs.reduce((sum, { cpu }) => sum + cpu, 0) / rooms, machine };
}

/** Returns how long all processors have worked since the machine was started, in milliseconds. */
function busy(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}

import { availableParallelism, cpus } from 'node:os';
import { bundleOf, SETTINGS, type Variant } from '../bundles.ts';
import { Assignments } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { startWorld } from '../world/world.ts';

/** A night's rotation. */
export interface Night {
  readonly rooms: number;
  /** Rooms that are worked on at once. */
  readonly concurrency: number;
  /** Milliseconds that the provider takes for a room. */
  readonly providerTime: number;
}

export const NIGHT: Night = { rooms: 1000, concurrency: 10, providerTime: 50 };

export interface NightRun {
  readonly milliseconds: number;
  /** Milliseconds of CPU that the functions took for a room. */
  readonly cpu: number;
  /** Milliseconds of CPU that everything on this machine took for a room: the provider and the tables too. */
  readonly machine: number;
}

/** What it would take if nothing but the provider took time. */
export function arithmeticLimit({ rooms, concurrency, providerTime }: Night): number {
  return (rooms / concurrency) * providerTime;
}

/** Milliseconds of CPU that this machine has for each room in that time. */
export function cpuAtLimit(night: Night): number {
  return (arithmeticLimit(night) * availableParallelism()) / night.rooms;
}

/** Messages that a container does first, until its compiler has settled. */
const WARM_UP = 200;

/**
 * Rotates every room, by as many containers as rooms are worked on at once, each with one at a time: the planner spreads
 * a night's rotations, so that batches seldom fill. What one container has to do falls into the others' waiting, as it
 * does where each has a CPU of its own.
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

/** Milliseconds that all processors were at work since the machine was started. */
function busy(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}

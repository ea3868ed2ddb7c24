import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { tapped } from './tap.ts';

/** The process has crashed: calls after that have no effect. */
export class Death extends Error {
  constructor(step: string) {
    super(`the process died at ${step}`);
  }
}

export interface Fate {
  /** The number of the last call to a port, counted from 1. */
  readonly dieAt: number;
  /** Whether the last call still has its effect. */
  readonly when: 'before' | 'after';
}

export interface Mortal<T> {
  readonly ports: T;
  /** The names of all calls so far. */
  readonly steps: readonly string[];
  readonly dead: boolean;
}

/**
 * Returns the same ports for a process that crashes at one of its calls. Catching the error does not help:
 * every later call throws as well.
 */
export function mortal<T extends Partial<RoomContext>>(ports: T, fate?: Fate): Mortal<T> {
  const steps: string[] = [];
  let dead = false;

  async function live(name: string, call: () => Promise<unknown>): Promise<unknown> {
    if (dead) throw new Death(`${name}, again`);
    steps.push(name);
    const last = steps.length === fate?.dieAt;
    dead ||= last;
    if (last && fate.when === 'before') throw new Death(`${name}, before its effect`);
    const result = await call();
    if (last) throw new Death(`${name}, after its effect`);
    return result;
  }

  return {
    ports: tapped(ports, live),
    steps,
    get dead() {
      return dead;
    },
  };
}

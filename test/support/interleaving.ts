import type { Random } from '../../emulators/http/random.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { tapped } from './tap.ts';

/**
 * Decides which of the workers' pending calls continues next: one draw lets a call have its effect, another
 * lets its answer arrive. The same draws make the same run.
 */
export interface Interleaving {
  /** Returns the same ports for one worker, whose every call waits for its turns. */
  portsOf<T extends Partial<RoomContext>>(worker: number, ports: T): T;
  /** Draws until every worker is done or dead. `between` runs before each draw. */
  run(workers: readonly Promise<unknown>[], between?: () => void): Promise<void>;
  /** Stops all work of a worker. */
  kill(worker: number): void;
  /** The workers' calls in the order in which they continued. */
  readonly trace: readonly string[];
}

interface Turn {
  readonly worker: number;
  readonly call: string;
  readonly take: () => void;
}

export function interleaving(random: Random): Interleaving {
  const dead = new Set<number>();
  const trace: string[] = [];
  let waiting: Turn[] = [];

  const turn = (worker: number, call: string) =>
    new Promise<void>((take) => {
      if (!dead.has(worker)) waiting.push({ worker, call, take });
    });

  return {
    trace,
    portsOf: (worker, ports) =>
      tapped(ports, async (name, call) => {
        await turn(worker, name);
        const [result] = await Promise.allSettled([call()]);
        await turn(worker, `${name}'s answer`);
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      }),
    async run(workers, between = () => {}) {
      let busy = workers.length;
      const leave = () => {
        busy -= 1;
      };
      for (const worker of workers) worker.then(leave, leave);
      while (busy > dead.size) {
        await settled();
        between();
        const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
        if (!next) continue;
        trace.push(`${next.worker} ${next.call}`);
        next.take();
      }
    },
    kill(worker) {
      dead.add(worker);
      waiting = waiting.filter((other) => other.worker !== worker);
    },
  };
}

/** Resolves when all code that needs no further turn has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import type { Keeping } from '../../functions/rooms/keeping.ts';
import type { Random } from '../../local/emulators/http/random.ts';

/**
 * Decides which of the calls that workers have under way goes on next: one draw lets a call have its effect, another
 * lets its answer arrive. The same draws make the same run.
 */
export interface Interleaving {
  /** The same ports for one worker, whose every call waits for its turns. */
  portsOf<T extends Keeping>(worker: number, ports: T): T;
  /** Draws until every worker is done or dead. `between` runs before each draw. */
  run(workers: readonly Promise<unknown>[], between?: () => void): Promise<void>;
  /** Nothing of a worker goes on any more. */
  kill(worker: number): void;
  /** Which workers' calls went on, in order. */
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

  const wrap = <P extends object>(worker: number, prefix: string, port: P): P =>
    new Proxy(port, {
      get(target, property) {
        const member = Reflect.get(target, property);
        const name = String(property);
        if (typeof member !== 'function' || SYNCHRONOUS.has(name)) return member;
        const call = `${prefix}.${name}`;
        if (name === 'list') return () => pages(worker, call, member.call(target));
        return async (...args: unknown[]) => {
          await turn(worker, call);
          const outcome = Promise.allSettled([member.apply(target, args)]);
          await outcome;
          await turn(worker, `${call}'s answer`);
          const [result] = await outcome;
          if (result.status === 'rejected') throw result.reason;
          return result.value;
        };
      },
    });

  async function* pages(worker: number, call: string, list: AsyncIterable<unknown>) {
    for await (const page of list) {
      await turn(worker, call);
      yield page;
    }
  }

  return {
    trace,
    portsOf(worker, ports) {
      const { rooms, events, pool } = ports;
      const provider = (name: string) => wrap(worker, 'provider', pool.provider(name));
      const wrapped = {
        ...ports,
        rooms: wrap(worker, 'rooms', rooms),
        events: wrap(worker, 'events', events),
        pool: { ...pool, provider },
      };
      if (!('rotations' in ports)) return wrapped;
      return { ...wrapped, rotations: wrap(worker, 'rotations', ports.rotations as object) };
    },
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

const SYNCHRONOUS = new Set(['bookmark', 'limitations']);

/** Whatever can go on without another turn has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import type { Random } from '../../emulators/http/random.ts';
import { AmbiguousOutcomeError, ThrottledError } from '../../functions/rooms/model/errors.ts';
import type { EventBus, Pool, RoomProvider } from '../../functions/rooms/model/ports.ts';
import { SECOND } from '../../functions/rooms/model/time.ts';

export interface Faults {
  readonly random: Random;
  /** The share of calls that fail, 0 to 1. */
  readonly share: number;
  /** Whether all calls fail at this moment. */
  readonly down: () => boolean;
}

/** The calls that a fault may affect; the adapter answers the others without a request. */
const CALLS = [
  'create',
  'find',
  'get',
  'change',
  'retire',
] as const satisfies readonly (keyof RoomProvider)[];

/** Returns the same pool with realistic failures: some calls fail, with or without their effect. */
export function unreliablePool(pool: Pool, faults: Faults): Pool {
  const providers = new Map<string, RoomProvider>();
  return {
    ...pool,
    provider(name) {
      const provider = providers.get(name) ?? unreliable(pool.provider(name), CALLS, faults);
      providers.set(name, provider);
      return provider;
    },
  };
}

export function unreliableBus(bus: EventBus, faults: Faults): EventBus {
  return unreliable(bus, ['announce'], faults);
}

function unreliable<P extends object>(port: P, calls: readonly (keyof P)[], faults: Faults): P {
  const call = (name: keyof P) => {
    const original = port[name] as (...args: unknown[]) => Promise<unknown>;
    return (...args: unknown[]) => endure(String(name), () => original.apply(port, args), faults);
  };
  return { ...port, ...Object.fromEntries(calls.map((name) => [name, call(name)])) };
}

async function endure(name: string, call: () => Promise<unknown>, { random, share, down }: Faults) {
  if (down()) throw new AmbiguousOutcomeError(`${name} timed out, since nothing answers`);
  if (random() >= share) return call();
  const kind = random();
  if (kind < 1 / 3) {
    throw new ThrottledError(`${name} met a limit`, { retryAfter: 7 * SECOND, ambiguous: false });
  }
  if (kind < 2 / 3) throw new AmbiguousOutcomeError(`${name} was cut off before it had its effect`);
  await call();
  throw new AmbiguousOutcomeError(`the answer of ${name} was lost`);
}

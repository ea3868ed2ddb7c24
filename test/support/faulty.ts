import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import type { RoomProvider } from '../../functions/rooms/model/ports.ts';
import type { MemoryProvider } from './memory-provider.ts';
import type { World } from './world.ts';

/** Returns the only provider of a small world. */
export function providerOf({ providers }: World): MemoryProvider {
  const [provider] = Object.values(providers);
  if (!provider) throw new Error('the world has no provider');
  return provider;
}

type Call = 'create' | 'find' | 'get' | 'change' | 'retire';

/** Makes the next call of a kind fail, before or after its effect. */
export function failNext(world: World, call: Call, error: Error, when: 'before' | 'after' = 'before'): void {
  const provider = providerOf(world);
  const healthy = provider[call] as (...args: unknown[]) => Promise<unknown>;
  const failing = async (...args: unknown[]) => {
    Object.assign(provider, { [call]: healthy });
    if (when === 'after') await healthy.apply(provider, args);
    throw error;
  };
  Object.assign(provider, { [call]: failing });
}

/** Returns the same ports for a worker with a different provider. */
export function withProvider(
  { context }: World,
  change: (provider: RoomProvider) => Partial<RoomProvider>,
): RoomContext {
  const { pool } = context;
  const provider = (name: string): RoomProvider => {
    const real = pool.provider(name);
    return { ...real, ...change(real) };
  };
  return { ...context, pool: { ...pool, provider } };
}

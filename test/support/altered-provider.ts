import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import type { RoomProvider } from '../../functions/rooms/model/ports.ts';

/** Returns the same ports, with a provider that answers as `change` says. */
export function alteredProvider<T extends Pick<RoomContext, 'pool'>>(
  ports: T,
  change: (provider: RoomProvider) => Partial<RoomProvider>,
): T {
  const provider = (name: string) => {
    const real = ports.pool.provider(name);
    const changed = change(real);
    return new Proxy(real, {
      get(target, property) {
        if (property in changed) return Reflect.get(changed, property);
        const member = Reflect.get(target, property);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  };
  return { ...ports, pool: { ...ports.pool, provider } };
}

/** The list is empty, and no room is found by its id, as with the key of another account. */
export const withOtherAccount = <T extends Pick<RoomContext, 'pool'>>(ports: T): T =>
  alteredProvider(ports, () => ({ get: async () => undefined, list: async function* () {} }));

/** The list is empty, but each room can be read, as with a fault of the list alone. */
export const withEmptyList = <T extends Pick<RoomContext, 'pool'>>(ports: T): T =>
  alteredProvider(ports, () => ({ list: async function* () {} }));

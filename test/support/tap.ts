import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';

/** Intercepts every call of a port: it decides whether the call happens, and what the caller gets. */
export type Tap = (name: string, call: () => Promise<unknown>) => Promise<unknown>;

/** The calls that a port answers without a request. */
const SYNCHRONOUS = new Set(['bookmark', 'limitations', 'newSlug', 'siblings']);

/** Ports of functions that have no context of a room. */
const OTHERS = ['rotations', 'queue', 'system', 'records', 'meetings', 'memory', 'outbox'] as const;

/**
 * Returns the same ports with an interceptor around every call: `rooms.write`, `provider.create`,
 * `events.announce`, ...
 */
export function tapped<T extends Partial<RoomContext>>(ports: T, tap: Tap): T {
  const wrap = <P extends object>(prefix: string, port: P): P =>
    new Proxy(port, {
      get(target, property) {
        const member = Reflect.get(target, property);
        const name = String(property);
        if (typeof member !== 'function' || SYNCHRONOUS.has(name)) return member;
        const call = member.bind(target);
        if (name === 'list') return () => pages(`${prefix}.list`, call());
        return (...args: unknown[]) => tap(`${prefix}.${name}`, () => call(...args));
      },
    });

  async function* pages(name: string, list: AsyncIterable<unknown>) {
    for await (const page of list) yield await tap(name, async () => page);
  }

  const { rooms, events, pool, links } = ports;
  return {
    ...ports,
    ...(rooms && { rooms: wrap('rooms', rooms) }),
    ...(events && { events: wrap('events', events) }),
    ...(links && { links: wrap('links', links) }),
    ...(pool && { pool: { ...pool, provider: (name: string) => wrap('provider', pool.provider(name)) } }),
    ...Object.fromEntries(
      OTHERS.flatMap((name) => {
        const port: unknown = Reflect.get(ports, name);
        return typeof port === 'object' && port !== null ? [[name, wrap(name, port)]] : [];
      }),
    ),
  };
}

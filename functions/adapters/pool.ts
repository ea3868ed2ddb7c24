import { UnknownApplicationError } from '../rooms/model/errors.ts';
import type { Pool, RoomProvider } from '../rooms/model/ports.ts';

/**
 * The accounts in which rooms are created. A provider's adapter is created at its first use: most invocations
 * need one or two of a long pool.
 */
export function pool<Entry extends { readonly name: string; readonly provider: string }>(
  entries: readonly Entry[],
  makeProvider: (entry: Entry) => RoomProvider,
): Pool {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const providers = new Map<string, RoomProvider>();
  if (byName.size < entries.length) {
    const names = entries.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    throw new TypeError(`two applications of the pool are named ${twice}: give each a name of its own`);
  }

  function provider(name: string): RoomProvider {
    const known = providers.get(name);
    if (known) return known;
    const entry = byName.get(name);
    if (!entry) throw unknown(name, [...byName.keys()]);
    const made = makeProvider(entry);
    providers.set(name, made);
    return made;
  }

  function siblings(name: string): readonly string[] {
    const kind = byName.get(name)?.provider;
    return entries.filter((entry) => entry.provider === kind).map((entry) => entry.name);
  }

  return { names: [...byName.keys()], siblings, provider };
}

function unknown(name: string, names: readonly string[]): Error {
  return new UnknownApplicationError(
    `application ${name} is not in the pool (${names.join(', ') || 'which is empty'}), yet a room lives in it: put it ` +
      'back until its rooms have moved or ended',
  );
}

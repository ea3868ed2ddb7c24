import { fraction } from './digest.ts';

/**
 * The order in which a key asks the applications of the pool for a room: rendezvous hashing, so that adding or
 * removing an application changes the home of no key but its own. `first` goes ahead: a room stays where it lives.
 */
export function placementOrder(
  key: string,
  applications: readonly string[],
  first?: string,
): readonly string[] {
  const score = new Map(applications.map((name) => [name, fraction(`${name} ${key}`)]));
  const rank = (name: string) => (name === first ? 2 : (score.get(name) ?? 0));
  return [...applications].sort((a, b) => rank(b) - rank(a));
}

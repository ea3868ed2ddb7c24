import { fraction } from './digest.ts';

/**
 * Returns the order in which a key asks the applications of the pool for a room. It uses rendezvous hashing:
 * adding or removing an application affects only the keys of that application. `first` comes first, because a
 * room stays in its application.
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

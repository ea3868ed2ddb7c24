import { fraction } from './digest.ts';

/** Returns what is wrong with the name of an application that the pool does not have, for the field that has it. */
export function notOfPool(names: readonly string[], got?: string): string {
  return `must be an application of the pool (${names.join(', ')})${got === undefined ? '' : `, got ${got}`}`;
}

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

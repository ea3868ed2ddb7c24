/**
 * Returns the known name that needs the fewest changes of one letter, if they are at most a third of its
 * letters.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  return nearestOf(name, known, 1)[0];
}

/** Returns the known names that need the fewest changes, at most `most`, the nearest first. */
export function nearestOf(name: string, known: readonly string[], most: number): readonly string[] {
  return known
    .map((each) => ({ each, changes: distance(name.toLowerCase(), each.toLowerCase()) }))
    .filter(({ each, changes }) => changes <= Math.ceil(each.length / 3))
    .sort((a, b) => a.changes - b.changes)
    .slice(0, most)
    .map(({ each }) => each);
}

/** Returns the number of letters to insert, delete, replace or exchange with their neighbour. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, i) => i)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const exchanged =
        from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
          ? at(i - 2, j - 2) + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, exchanged, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(from.length, to.length);
}

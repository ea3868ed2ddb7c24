import type { PastGeneration, Room } from './room.ts';

/**
 * Returns each past generation of a key once, the oldest first. A generation can have an entry although it is on
 * the row too, or is still the current one there: the entry is written first, and the worker may have crashed
 * before it wrote the row. The row is right.
 *
 * @param entries those of the row last
 */
export function historyOf(entries: readonly PastGeneration[], row: Room | undefined): PastGeneration[] {
  const isCurrent = ({ generation, roomId }: PastGeneration) =>
    generation === row?.generation && roomId === row.current?.id;
  const past = entries.filter((entry) => !isCurrent(entry));
  const byGeneration = new Map(past.map((entry) => [entry.generation, entry]));
  return [...byGeneration.values()].sort((a, b) => a.generation - b.generation);
}

import { RoomChangedError } from '../../functions/rooms/model/errors.ts';
import type { SeriesMemory, SeriesStore } from '../../functions/rooms/series/update.ts';

/** Series in memory. It passes the same tests as the real table (`test/adapters/tables/series-table.test.ts`). */
export function memorySeries(): SeriesStore {
  const rows = new Map<string, SeriesMemory>();
  return {
    async read(key) {
      return rows.get(key);
    },
    async write(memory) {
      if ((rows.get(memory.key)?.revision ?? 0) !== memory.revision) {
        throw new RoomChangedError(`series ${memory.key} was changed by another worker meanwhile`);
      }
      const written = { ...memory, revision: memory.revision + 1 };
      rows.set(memory.key, written);
      return written;
    },
    async *due(before) {
      const due = [...rows.values()].filter(({ next }) => next && next.at <= before);
      yield due.sort((a, b) => (a.next?.at ?? 0) - (b.next?.at ?? 0));
    },
  };
}

import type { WriteBackRecord, WriteBackRecords } from '../../functions/connections/write-back/record.ts';
import { RoomChangedError } from '../../functions/rooms/model/errors.ts';

/** Records in memory. They pass the same tests as the real ones (`test/adapters/tables/write-back-records.test.ts`). */
export function memoryWriteBackRecords(): WriteBackRecords {
  const items = new Map<string, WriteBackRecord>();
  return {
    async read(key) {
      return items.get(key);
    },
    async write(record) {
      if ((items.get(record.key)?.version ?? 0) !== record.version) {
        throw new RoomChangedError(`the event of room ${record.key} is written by another worker too`);
      }
      const written = { ...record, version: record.version + 1 };
      items.set(record.key, written);
      return written;
    },
  };
}

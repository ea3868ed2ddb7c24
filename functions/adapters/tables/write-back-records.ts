import type { WriteBackRecord, WriteBackRecords } from '../../connections/write-back/record.ts';
import { SECOND } from '../../rooms/model/time.ts';
import type { DynamoDb } from '../aws/operations.ts';
import { timeToLive } from './time-to-live.ts';
import { VersionedRows } from './versioned-rows.ts';

/** The same table has rows of other kinds. */
const PREFIX = 'written:';

/** The links that were written into events, one row for each key, in the table of calendars. */
export function writeBackRecords(dynamoDb: DynamoDb, TableName: string): WriteBackRecords {
  const rows = new VersionedRows(dynamoDb, TableName, 'version');
  return {
    async read(key) {
      const item = await rows.read(PREFIX + key);
      if (!item) return undefined;
      // as `write` wrote it
      const { id: _id, ttl, ...record } = item as Stored;
      return { ...record, key, forgetAt: ttl * SECOND };
    },
    async write({ key, forgetAt, ...record }: WriteBackRecord) {
      const write = rows.prepare(
        { ...record, id: PREFIX + key, ttl: timeToLive(forgetAt) },
        `the event of room ${key} is written by another worker too; trying again`,
      );
      await write();
      return { ...record, key, forgetAt, version: record.version + 1 };
    },
  };
}

type Stored = Omit<WriteBackRecord, 'key' | 'forgetAt'> & { readonly id: string; readonly ttl: number };

import type { Meeting, Meetings } from '../../connections/meetings.ts';
import { SECOND } from '../../rooms/model/time.ts';
import type { DynamoDb } from '../aws/operations.ts';
import { timeToLive } from './time-to-live.ts';
import { VersionedRows } from './versioned-rows.ts';

/** The same table has rows of other kinds. */
const PREFIX = 'meeting:';

/** The connected calendars that contain a meeting, one row for each meeting, in the table of calendars. */
export function meetingsTable(dynamoDb: DynamoDb, TableName: string): Meetings {
  const rows = new VersionedRows(dynamoDb, TableName, 'version');
  return {
    async read(id) {
      const item = await rows.read(PREFIX + id);
      if (!item) return undefined;
      // as `write` wrote it
      const { ttl, ...meeting } = item as Stored;
      return { ...meeting, id, ...(ttl !== undefined && { forgetAt: ttl * SECOND }) };
    },
    async write({ id, forgetAt, ...meeting }: Meeting) {
      const ttl = forgetAt === undefined ? undefined : timeToLive(forgetAt);
      await rows.prepare(
        { ...meeting, id: PREFIX + id, ttl },
        'the copies of a meeting are written by another worker too; trying again',
      )();
    },
  };
}

type Stored = Omit<Meeting, 'forgetAt'> & { readonly ttl?: number };

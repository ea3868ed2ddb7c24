import { type Instant, SECOND } from '../../rooms/model/time.ts';
import type { SeriesMemory, SeriesStore } from '../../rooms/series/update.ts';
import type { DynamoDb } from '../aws/operations.ts';
import { compressed, decompressed } from './compression.ts';
import { timeToLive } from './time-to-live.ts';
import { type Item, VersionedRows } from './versioned-rows.ts';

const PREFIX = 'series:';

/** All series that must be read again have this one value in the index. */
const WAITING = 'waiting';

/**
 * Series, one row for each, in the table of calendars. The waiting updates are compressed, to keep the row
 * small.
 */
export function seriesTable(dynamoDb: DynamoDb, TableName: string): SeriesStore {
  const rows = new VersionedRows(dynamoDb, TableName, 'revision');
  return {
    async read(key) {
      const item = await rows.read(PREFIX + key);
      return item && fromItem(item);
    },
    async write(memory) {
      const conflict = `series ${memory.key} was changed by another worker meanwhile`;
      await rows.prepare(toItem(memory), conflict)();
      return { ...memory, revision: memory.revision + 1 };
    },
    async *due(before) {
      let start: Item | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await dynamoDb('Query', {
          TableName,
          IndexName: 'waiting',
          KeyConditionExpression: 'waiting = :waiting AND lookAt <= :before',
          ExpressionAttributeValues: { ':waiting': WAITING, ':before': iso(before) },
          ExclusiveStartKey: start,
        });
        yield Items.map(fromItem);
        start = LastEvaluatedKey;
      } while (start);
    },
  };
}

function toItem({ key, next, nextAt, forgetAt, rooms, waiting, ...memory }: SeriesMemory) {
  return {
    id: PREFIX + key,
    ...memory,
    rooms: rooms.map(({ start, until, ...room }) => ({ ...room, start: iso(start), until: iso(until) })),
    ...(waiting.length > 0 && { exceptions: compressed(waiting) }),
    ...(nextAt !== undefined && { nextAt: iso(nextAt) }),
    ...(next && { waiting: WAITING, lookAt: iso(next.at), body: compressed(next.body) }),
    ...(forgetAt !== undefined && { ttl: timeToLive(forgetAt) }),
  };
}

function fromItem(item: Item): SeriesMemory {
  // as `toItem` wrote it
  const stored = item as unknown as StoredSeries;
  const { id, rooms, exceptions, waiting: _waiting, nextAt, lookAt = '', body, ttl, ...memory } = stored;
  return {
    ...memory,
    key: id.slice(PREFIX.length),
    rooms: rooms.map(({ start, until, ...room }) => ({
      ...room,
      start: Date.parse(start),
      until: Date.parse(until),
    })),
    waiting: exceptions === undefined ? [] : decompressed(exceptions),
    ...(nextAt !== undefined && { nextAt: Date.parse(nextAt) }),
    ...(body !== undefined && { next: { at: Date.parse(lookAt), body: decompressed(body) } }),
    ...(ttl !== undefined && { forgetAt: ttl * SECOND }),
  };
}

interface StoredSeries extends Pick<SeriesMemory, 'revision' | 'at' | 'cancelled' | 'floor'> {
  readonly id: string;
  readonly rooms: readonly StoredRoom[];
  readonly exceptions?: Uint8Array;
  readonly nextAt?: string;
  readonly waiting?: string;
  readonly lookAt?: string;
  readonly body?: Uint8Array;
  readonly ttl?: number;
}

interface StoredRoom {
  readonly key: string;
  readonly start: string;
  readonly until: string;
  readonly planned: boolean;
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}

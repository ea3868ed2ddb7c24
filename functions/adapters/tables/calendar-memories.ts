import type { CalendarMemories, CalendarMemory, KnownEvent } from '../../connections/memory.ts';
import { CalendarUnreadableError } from '../../connections/system.ts';
import type { DynamoDb } from '../aws/operations.ts';
import { compressed, decompressed } from './compression.ts';
import { VersionedRows } from './versioned-rows.ts';

/** The limit of a row is 400 KB; the rest is for the cursor, which has up to 50 KB within a reading. */
const MOST_BYTES = 345 * 1024;

/**
 * The last known events of connected calendars, one row for each calendar, in the table of calendars. The
 * events are compressed.
 */
export function calendarMemories(dynamoDb: DynamoDb, TableName: string): CalendarMemories {
  const rows = new VersionedRows(dynamoDb, TableName, 'revision');
  return {
    async read(calendar) {
      const item = await rows.read(idOf(calendar));
      if (!item) return undefined;
      const { id: _id, events, ...memory } = item;
      // as `prepare` wrote it
      return { ...(memory as Omit<CalendarMemory, 'events'>), events: fromRows(decompressed(events)) };
    },
    prepare(calendar, { revision, at, cursor, choice, events, timeZone, rest }) {
      const packed = mustFit(calendar, compressed(events.map(toRow)));
      return rows.prepare(
        { id: idOf(calendar), revision, at, cursor, choice, events: packed, timeZone, rest },
        `calendar ${calendar} was read by another worker meanwhile`,
      );
    },
  };
}

/** @throws CalendarUnreadableError */
function mustFit(calendar: string, events: Uint8Array): Uint8Array {
  if (events.length <= MOST_BYTES) return events;
  throw new CalendarUnreadableError(
    calendar,
    `too many events with long ids get a room: packed they have ${events.length} bytes, and ${MOST_BYTES} can be remembered`,
  );
}

/** The same table has rows of other kinds. */
function idOf(calendar: string): string {
  return `connection:${calendar}`;
}

/** Bits of the third field of a row. */
const REPEATS = 1;
const MISSING = 2;

type Row = readonly [
  id: string,
  digest: string,
  flags?: number,
  seriesId?: string,
  uid?: string,
  meeting?: string,
];

function toRow({ id, digest, seriesId, uid, meeting, repeats, missing }: KnownEvent): Row {
  const flags = (repeats ? REPEATS : 0) + (missing ? MISSING : 0);
  if (meeting !== undefined) return [id, digest, flags, seriesId ?? '', uid ?? '', meeting];
  if (uid !== undefined) return [id, digest, flags, seriesId ?? '', uid];
  if (seriesId !== undefined) return [id, digest, flags, seriesId];
  return flags === 0 ? [id, digest] : [id, digest, flags];
}

function fromRows(rows: readonly Row[]): readonly KnownEvent[] {
  return rows.map(([id, digest, flags = 0, seriesId = '', uid = '', meeting]) => ({
    id,
    digest,
    ...(seriesId !== '' && { seriesId }),
    ...(uid !== '' && { uid }),
    ...(meeting !== undefined && { meeting }),
    ...((flags & REPEATS) > 0 && { repeats: true }),
    ...((flags & MISSING) > 0 && { missing: true }),
  }));
}

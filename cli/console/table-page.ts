import type { Room } from '../../functions/rooms/model/room.ts';
import type { RoomReader } from '../deployment/deployment.ts';
import type { RoomsFilter, RoomsPage } from './pages/rooms.ts';

/** Rooms that a page shows. */
const SHOWN = 50;

/** Rows that are read for one page at most, so that a filter that fits nothing answers too. */
const MOST_READ = 5000;

/** The next rooms of the table that fit. */
export async function tablePage(reader: RoomReader, filter: RoomsFilter, from?: string): Promise<RoomsPage> {
  const rooms: Room[] = [];
  let read = 0;
  let cursor = from;
  do {
    const page = await reader.scan(cursor, SHOWN);
    read += page.items.length;
    cursor = page.cursor;
    for (const entry of page.items) if ('revision' in entry && fits(entry, filter)) rooms.push(entry);
  } while (cursor !== undefined && rooms.length < SHOWN && read < MOST_READ);
  return { rooms, read, cursor };
}

function fits(
  { key, state, current, claim }: Room,
  { state: wanted, prefix, application }: RoomsFilter,
): boolean {
  if (wanted !== undefined && state !== wanted) return false;
  if (prefix !== undefined && !key.startsWith(prefix)) return false;
  return application === undefined || (current ?? claim)?.application === application;
}

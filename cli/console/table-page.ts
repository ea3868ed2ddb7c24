import type { Room } from '../../functions/rooms/model/room.ts';
import type { RoomReader } from '../deployment/deployment.ts';
import { fits, type RoomFilter } from '../pages/room-filter.ts';
import type { RoomsPage } from './pages/rooms.ts';

/** Rooms on a page. */
const SHOWN = 50;

/** Rows of each further call, for a filter that left out most of the first ones. */
const FURTHER = 250;

/** No further call is made after this many rows, so that a filter without matches answers too. */
const MOST_READ = 2500;

/** Returns the next matching rooms of the table. */
export async function tablePage(
  reader: Pick<RoomReader, 'scan'>,
  filter: RoomFilter,
  from?: string,
): Promise<RoomsPage> {
  const rooms: Room[] = [];
  let read = 0;
  let cursor = from;
  do {
    const page = await reader.scan(cursor, read === 0 ? SHOWN : FURTHER);
    read += page.items.length;
    cursor = page.cursor;
    for (const entry of page.items) if ('revision' in entry && fits(entry, filter)) rooms.push(entry);
  } while (cursor !== undefined && rooms.length < SHOWN && read < MOST_READ);
  return { rooms, read, cursor };
}

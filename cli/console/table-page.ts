import type { Room } from '../../functions/rooms/model/room.ts';
import type { RoomReader } from '../deployment/deployment.ts';
import { fits, type RoomFilter } from '../pages/room-filter.ts';
import type { RoomsPage } from './pages/rooms.ts';

/** Rooms on a page. */
const SHOWN = 50;

/** The most rows that are read for one page, so that a filter without matches answers too. */
const MOST_READ = 5000;

/** Returns the next matching rooms of the table. */
export async function tablePage(reader: RoomReader, filter: RoomFilter, from?: string): Promise<RoomsPage> {
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

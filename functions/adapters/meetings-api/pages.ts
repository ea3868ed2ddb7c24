import type * as z from 'zod/mini';
import type { ListOptions } from '../../rooms/model/ports.ts';
import type { pageReply, RoomReply } from './schema.ts';

/** Fetches the page after a room's serial number; from the start without one. */
export type FetchPage = (startId: string | undefined) => Promise<RoomsPage>;

/** A page whose entries were read. */
export interface RoomsPage extends Omit<z.infer<typeof pageReply>, '_embedded'> {
  readonly rooms: readonly RoomReply[];
  /** How many entries it has, those that could not be read among them. */
  readonly entries: number;
}

/**
 * Every page of the list, each with the serial number of its last room.
 *
 * The list has traps: `next` is there on the last page too, its links have no scheme, and the size of a page may be
 * less than was asked for. Rooms that are overlooked here are made twice elsewhere, so the end is believed only
 * where the list cannot go on: an empty page, a link that leads nowhere new, or a short page once as many rooms as
 * the account has were seen. Of a link only the serial number is taken, so that no link can lead a token astray.
 */
export async function* pages(fetchPage: FetchPage, since?: string, reached?: ListOptions['reached']) {
  const seen = new Set<string>();
  let passedOver = 0;
  let startId = since;
  while (true) {
    const page = await fetchPage(startId);
    const rooms = page.rooms.filter(({ id }) => !seen.has(id));
    const skipped = page.entries - page.rooms.length;
    if (rooms.length + skipped === 0) return;
    passedOver += skipped;
    for (const { id } of rooms) seen.add(id);
    const next = serialOf(page._links?.next?.href);
    const isEnd = next === undefined || next === startId || isLast(page, seen.size + passedOver);
    if (!isEnd) reached?.(next);
    yield { rooms, last: next };
    if (isEnd) return;
    startId = next;
  }
}

/** Short by its own account, and the rooms are all there. What a page does not tell does not end the list. */
function isLast(page: RoomsPage, seen: number): boolean {
  const isShort = page.entries < Number(page.page_size ?? 0);
  return isShort && seen >= Number(page.total_items ?? 0);
}

/** The `start_id` of a link, whose rest is not trusted. */
function serialOf(href: string | null | undefined): string | undefined {
  const query = href?.split('?', 2)[1];
  const serial = new URLSearchParams(query ?? '').get('start_id');
  return serial !== null && /^\d+$/.test(serial) ? serial : undefined;
}

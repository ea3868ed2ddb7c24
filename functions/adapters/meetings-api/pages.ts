import type * as z from 'zod/mini';
import type { ListOptions } from '../../rooms/model/ports.ts';
import type { pageReply, RoomReply } from './schema.ts';

/**
 * Fetches the page after a room's serial number; without one, the first page.
 *
 * @param listed the number of entries before this page, if known
 */
export type FetchPage = (startId: string | undefined, listed: number | undefined) => Promise<RoomsPage>;

/** A page with parsed entries. */
export interface RoomsPage extends Omit<z.infer<typeof pageReply>, '_embedded'> {
  readonly rooms: readonly RoomReply[];
  /** The number of its entries, including unreadable ones. */
  readonly entries: number;
}

/**
 * Reads every page of the list, each with the serial number of its last room.
 *
 * The list has traps: the last page has `next` too, the links have no scheme, and a page may be smaller than
 * requested. A room that is missed here is created a second time elsewhere. So the list ends only in three
 * cases: an empty page, a link that leads to no new page, or a short page after as many rooms as the account
 * has. Only the serial number of a link is used, so that no link can send a token to another server.
 */
export async function* pages(fetchPage: FetchPage, since?: string, reached?: ListOptions['reached']) {
  const seen = new Set<string>();
  let passedOver = 0;
  let startId = since;
  while (true) {
    const page = await fetchPage(startId, since === undefined ? seen.size + passedOver : undefined);
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

/**
 * Whether the page itself says that it is short, and all rooms were seen. A field that the page omits does
 * not end the list.
 */
function isLast(page: RoomsPage, seen: number): boolean {
  const isShort = page.entries < Number(page.page_size ?? 0);
  return isShort && seen >= Number(page.total_items ?? 0);
}

/** Returns the `start_id` of a link, whose other parts are not trusted. */
function serialOf(href: string | null | undefined): string | undefined {
  const query = href?.split('?', 2)[1];
  const serial = new URLSearchParams(query ?? '').get('start_id');
  return serial !== null && /^\d+$/.test(serial) ? serial : undefined;
}

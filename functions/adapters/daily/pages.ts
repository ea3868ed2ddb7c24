import * as z from 'zod/mini';
import type { ListOptions } from '../../rooms/model/ports.ts';
import { answered, readableEntries } from '../provider/answer.ts';
import type { Reply } from '../provider/connection.ts';
import { isSuccess, unreadable } from '../provider/failures.ts';
import { type DailyCalls, isRefused } from './calls.ts';
import { identified, pageReply, type RoomReply, roomReply } from './schema.ts';

/** The largest page size. */
const PAGE_SIZE = 100;

/** How many rooms of a page are tried as the cursor to the next. */
const CURSORS = 5;

/**
 * Reads every page of the list, the newest rooms first. A room that is created meanwhile comes before the
 * first page. A cursor is a room, which may be deleted while the list is read; then an earlier room is used.
 * So the position has the ids of several rooms.
 */
export async function* pages(
  { call, failure }: DailyCalls,
  skipped: (count: number) => void,
  { from, reached }: ListOptions = {},
): AsyncGenerator<readonly RoomReply[]> {
  const fetchPage = (after?: string): Promise<Reply> =>
    call(
      {
        method: 'GET',
        route: '/rooms',
        query: { limit: PAGE_SIZE, starting_after: after },
        background: true,
      },
      isRefused,
    );

  /** Fetches the page after the first of these rooms that still exists. */
  async function fetchAfter(cursors: readonly string[]): Promise<Reply> {
    let reply = await fetchPage(cursors[0]);
    for (const id of cursors.slice(1)) {
      if (isSuccess(reply)) break;
      reply = await fetchPage(id);
    }
    return reply;
  }

  let listed = 0;
  let reply = await fetchAfter(from?.split(',') ?? []);
  while (isSuccess(reply)) {
    const { data, total } = pageOf(reply, from === undefined ? listed : undefined);
    if (data.length === 0) return;
    listed += data.length;
    const isLast = data.length < PAGE_SIZE && listed >= total;
    const cursors = data.map(idOf).filter(isPresent).slice(-CURSORS).reverse();
    if (!isLast) reached?.(cursors.join(','));
    yield readableEntries(reply, data, roomReply, skipped);
    if (isLast) return;
    if (cursors.length === 0)
      throw unreadable(reply, 'no room of a page has an id, so the list cannot go on');
    reply = await fetchAfter(cursors);
  }
  throw failure(reply);
}

/**
 * A page may omit an empty list, but not one whose count is above zero: its rooms would count as lost.
 * Without a count, an empty page ends the list.
 *
 * @param listed the rooms before this page, if known
 */
function pageOf(reply: Reply, listed: number | undefined) {
  const { data, total_count: total } = answered(reply, pageReply);
  if (!data && listed !== undefined && (total ?? 0) > listed)
    throw unreadable(reply, `it counts ${total} rooms and has no list of them`);
  return { data: data ?? [], total: total ?? Number.POSITIVE_INFINITY };
}

/** Returns the id of an entry that may otherwise be unreadable. */
function idOf(entry: unknown): string | undefined {
  return z.safeParse(identified, entry).data?.id;
}

function isPresent(id: string | undefined): id is string {
  return id !== undefined;
}

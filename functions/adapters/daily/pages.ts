import * as z from 'zod/mini';
import { answered, readableEntries } from '../provider/answer.ts';
import type { Reply } from '../provider/connection.ts';
import { isSuccess } from '../provider/failures.ts';
import { type DailyCalls, isRefused } from './calls.ts';
import { identified, pageReply, type RoomReply, roomReply } from './schema.ts';

/** The largest page that there is. */
const PAGE_SIZE = 100;

/** How many rooms of a page are tried as the cursor to the next. */
const CURSORS = 5;

/**
 * Every page of the list, the newest rooms first. A room that is made meanwhile comes before the first page. A cursor
 * is a room, which may be deleted while the list is read: then the one before it serves.
 */
export async function* pages(
  { call, failure }: DailyCalls,
  skipped: (count: number) => void,
): AsyncGenerator<readonly RoomReply[]> {
  const fetchPage = (after?: string): Promise<Reply> =>
    call({ method: 'GET', route: '/rooms', query: { limit: PAGE_SIZE, starting_after: after } }, isRefused);

  let listed = 0;
  let reply = await fetchPage();
  while (isSuccess(reply)) {
    const { data, total_count: total } = answered(reply, pageReply);
    if (data.length === 0) return;
    listed += data.length;
    yield readableEntries(reply, data, roomReply, skipped);
    if (data.length < PAGE_SIZE && listed >= total) return;
    for (const id of data.map(idOf).filter(isPresent).slice(-CURSORS).reverse()) {
      reply = await fetchPage(id);
      if (isSuccess(reply)) break;
    }
  }
  throw failure(reply);
}

/** Of an entry that may be unreadable otherwise. */
function idOf(entry: unknown): string | undefined {
  return z.safeParse(identified, entry).data?.id;
}

function isPresent(id: string | undefined): id is string {
  return id !== undefined;
}

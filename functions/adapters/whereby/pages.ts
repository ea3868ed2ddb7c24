import type { ListOptions } from '../../rooms/model/ports.ts';
import { answered, readableEntries } from '../provider/answer.ts';
import type { Call } from '../provider/caller.ts';
import { isSuccess } from '../provider/failures.ts';
import { type MeetingReply, meetingReply, pageReply } from './schema.ts';

/** The largest page size. */
const PAGE_SIZE = 100;

interface MeetingsPage {
  readonly meetings: readonly MeetingReply[];
  readonly cursor?: string | null;
}

/**
 * Reads the list page by page.
 *
 * The filter by name is documented in only one of two places. A server that ignores it sends all rooms, so
 * the caller must filter again. If a server refuses it, later calls do not use it.
 */
export function pageReader(call: Call, skipped: (count: number) => void) {
  let filters = true;

  async function fetchPage(cursor: string | undefined, prefix: string | undefined): Promise<MeetingsPage> {
    const filter = filters && prefix !== undefined ? `/${prefix}` : undefined;
    const query = { limit: PAGE_SIZE, cursor, 'roomName[startsWith]': filter };
    const reply = await call(
      { method: 'GET', route: '/meetings', query, background: prefix === undefined },
      ({ status }) => status === 400 && filter !== undefined,
    );
    if (isSuccess(reply)) {
      const { results, cursor } = answered(reply, pageReply);
      return { meetings: readableEntries(reply, results ?? [], meetingReply, skipped), cursor };
    }
    filters = false;
    return fetchPage(cursor, prefix);
  }

  return async function* pages(
    prefix?: string,
    { from, reached }: ListOptions = {},
  ): AsyncGenerator<readonly MeetingReply[]> {
    const seen = new Set<string>();
    const followed = new Set<string>();
    let cursor = from;
    do {
      const page: MeetingsPage = await fetchPage(cursor, prefix);
      const fresh = page.meetings.filter(({ meetingId }) => !seen.has(meetingId));
      for (const { meetingId } of fresh) seen.add(meetingId);
      cursor = page.cursor && !followed.has(page.cursor) ? page.cursor : undefined;
      if (cursor) {
        followed.add(cursor);
        reached?.(cursor);
      }
      if (fresh.length > 0) yield fresh;
    } while (cursor);
  };
}

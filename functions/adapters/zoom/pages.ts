import { answered, readableEntries } from '../provider/answer.ts';
import type { Call } from '../provider/caller.ts';
import type { Reply } from '../provider/connection.ts';
import { isSuccess, unreadable } from '../provider/failures.ts';
import { saysNoHost, saysRefused } from './calls.ts';
import { type ListedReply, listedReply, pageReply } from './schema.ts';

/** The largest page size. */
const PAGE_SIZE = 300;

export interface Reading {
  /** The list is not urgent. */
  readonly background?: boolean;
  /** The meetings to list: all that can be started, or those with people in them. */
  readonly type?: 'scheduled' | 'live';
  /** A failed page is not requested again, because another call is waiting. */
  readonly once?: boolean;
}

/** Meetings of a host, and the position after them. */
export interface HostPage {
  readonly meetings: readonly ListedReply[];
  readonly next?: string;
}

/** Reads the meetings of hosts, page by page. */
export function pageReader(call: Call, skipped: (count: number) => void) {
  /** @returns the answer of a page, or that there is no such host */
  async function fetchPage(host: string, pageToken: string | undefined, reading: Reading): Promise<Reply> {
    const { background, type = 'scheduled', once = false } = reading;
    const query = { type, page_size: PAGE_SIZE, next_page_token: pageToken };
    const reply = await call(
      { method: 'GET', route: '/users/{id}/meetings', id: host, query, background, page: !once },
      (refusal) => saysNoHost(refusal) || (pageToken !== undefined && saysRefused(refusal)),
    );
    const isOver = !isSuccess(reply) && !saysNoHost(reply);
    return isOver ? fetchPage(host, undefined, reading) : reply;
  }

  /**
   * @param from a position in the list. It is valid for 15 minutes: after that the list is read from its
   * beginning
   * @returns pages; none if there is no such host
   */
  return async function* pagesOf(
    host: string,
    reading: Reading = {},
    from?: string,
  ): AsyncGenerator<HostPage, 'read' | 'no-host'> {
    const seen = new Set<number>();
    const followed = new Set<string | undefined>();
    let listed = 0;
    for (let place = from; !followed.has(place); ) {
      followed.add(place);
      const reply = await fetchPage(host, place, reading);
      if (!isSuccess(reply)) return 'no-host';
      const page = answered(reply, pageReply);
      const entries = page.meetings ?? [];
      // a page may omit an empty list, but not one whose count is above zero: its rooms would count as lost
      if (!page.meetings && from === undefined && (page.total_records ?? 0) > listed)
        throw unreadable(reply, `it counts ${page.total_records} meetings and has no list of them`);
      listed += entries.length;
      const read = readableEntries(reply, entries, listedReply, skipped);
      // an occurrence may represent its whole series
      const meetings = read.filter(({ id }) => !seen.has(id) && seen.add(id));
      place = page.next_page_token || undefined;
      yield { meetings, next: place };
      if (place === undefined) break;
    }
    return 'read';
  };
}

import { answered, readableEntries } from '../provider/answer.ts';
import type { Call } from '../provider/caller.ts';
import type { Reply } from '../provider/connection.ts';
import { isSuccess } from '../provider/failures.ts';
import { saysNoHost, saysRefused } from './calls.ts';
import { type ListedReply, listedReply, pageReply } from './schema.ts';

/** The largest page that there is. */
const PAGE_SIZE = 300;

export interface Reading {
  /** Nobody waits for the list. */
  readonly background?: boolean;
  /** Which meetings: all that can be started, or those that people are in. */
  readonly type?: 'scheduled' | 'live';
  /** A page that fails is not asked for again: somebody waits for something else. */
  readonly once?: boolean;
}

/** Meetings of a host, and where its list goes on. */
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
   * @param from a place in the list. It is good for a quarter of an hour: then the list is read from its beginning
   * @returns pages; none where there is no such host
   */
  return async function* pagesOf(
    host: string,
    reading: Reading = {},
    from?: string,
  ): AsyncGenerator<HostPage, 'read' | 'no-host'> {
    const seen = new Set<number>();
    const followed = new Set<string | undefined>();
    for (let place = from; !followed.has(place); ) {
      followed.add(place);
      const reply = await fetchPage(host, place, reading);
      if (!isSuccess(reply)) return 'no-host';
      const page = answered(reply, pageReply);
      const read = readableEntries(reply, page.meetings ?? [], listedReply, skipped);
      // an occurrence may stand for its whole series
      const meetings = read.filter(({ id }) => !seen.has(id) && seen.add(id));
      place = page.next_page_token || undefined;
      yield { meetings, next: place };
      if (place === undefined) break;
    }
    return 'read';
  };
}

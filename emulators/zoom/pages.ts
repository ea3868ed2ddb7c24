import { randomBytes } from 'node:crypto';
import { CHOICES, type Switches } from './choices.ts';
import { badPageToken, invalidField } from './errors.ts';
import type { MeetingRecord } from './meetings.ts';

const LARGEST = 300;

interface Place {
  /** The last meeting of the previous page. */
  readonly after: string;
  readonly until: number;
}

/** Lists in pages. A page is named by a token that is valid for 15 minutes. */
export class Pages {
  readonly #places = new Map<string, Place>();
  readonly #switches: Switches;

  constructor(switches: Switches) {
    this.#switches = switches;
  }

  cut(
    list: readonly MeetingRecord[],
    query: URLSearchParams,
    now: number,
    show: (meeting: MeetingRecord) => object,
  ): object {
    const size = this.#size(query.get('page_size'));
    const start = this.#start(list, query.get('next_page_token') ?? '', now);
    const meetings = list.slice(start, start + size);
    const isLast = start + size >= list.length;
    return {
      page_size: size,
      page_number: 1,
      page_count: Math.ceil(list.length / size),
      total_records: list.length,
      next_page_token: isLast ? '' : this.#tokenAfter(meetings.at(-1), now),
      meetings: meetings.map(show),
    };
  }

  #size(text: string | null): number {
    if (text === null) return 30;
    const size = Number(text);
    if (!/^\d+$/.test(text) || size < 1) throw invalidField('page_size');
    if (size > LARGEST && this.#switches.tooLargePage === 'refuse') throw invalidField('page_size');
    return Math.min(size, LARGEST);
  }

  #start(list: readonly MeetingRecord[], token: string, now: number): number {
    if (token === '') return 0;
    const place = this.#places.get(token);
    if (!place || place.until <= now) throw badPageToken();
    return list.findIndex(({ id }) => id === place.after) + 1;
  }

  #tokenAfter(last: MeetingRecord | undefined, now: number): string {
    const token = randomBytes(16).toString('base64url');
    if (last) this.#places.set(token, { after: last.id, until: now + CHOICES.pageTokenLife });
    return token;
  }
}

import type { EmulatorRequest } from '../http/requests.ts';
import { CHOICES, type Switches } from './choices.ts';
import { badRequest, staleLink } from './errors.ts';
import type { Fields, Mailbox } from './mailboxes.ts';
import { instantOf } from './occurrences.ts';
import { happening, occurrenceId, shown, shownOccurrence } from './shown.ts';

/** The items that a reading has seen: the count of each item's last change. */
type Seen = ReadonlyMap<string, number>;

interface Window {
  readonly from: number;
  readonly until: number;
}

/** The state behind a delta link or a next link. */
interface Link {
  readonly mailbox: string;
  readonly generation: number;
  readonly window: Window;
  readonly seen: Seen;
  /** The ids that are left, on a page that is not the last. */
  readonly left?: readonly string[];
}

/** Parameters that are not allowed in the query of a delta. */
const REFUSED = ['$select', '$expand', '$filter', '$orderby', '$search'];

interface Item {
  readonly change: number;
  readonly show: () => Fields;
}

/** Deltas of calendar views. */
export class Deltas {
  readonly #links = new Map<string, Link>();
  readonly #switches: Switches;

  constructor(switches: Switches) {
    this.#switches = switches;
  }

  /** Answers `GET /users/:id/calendarView/delta`. @throws Refusal */
  page(mailbox: Mailbox, request: EmulatorRequest, url: string): Fields {
    const { query } = request;
    const refused = REFUSED.find((name) => query.has(name));
    if (refused) throw badRequest(`The query parameter ${refused} is not supported.`);
    const token = query.get('$deltatoken') ?? query.get('$skiptoken');
    const link = token === null ? startOf(mailbox, query) : this.#links.get(token);
    if (!link || link.mailbox !== mailbox.address || link.generation !== mailbox.generation)
      throw staleLink(this.#switches.staleLink);
    const items = this.#items(mailbox, link.window);
    const left = link.left ?? differences(items, link.seen);
    const seen = link.left ? link.seen : new Map([...items].map(([id, { change }]) => [id, change]));
    const size = sizeOf(request);
    const value = left.slice(0, size).map((id) => items.get(id)?.show() ?? removed(id));
    const rest = left.slice(size);
    // a spread of the two kinds of a link is one of them, which TypeScript does not see
    const next = this.#give({
      ...link,
      seen,
      ...(rest.length > 0 ? { left: rest } : { left: undefined }),
    } as Link);
    const name = rest.length > 0 ? '@odata.nextLink' : '@odata.deltaLink';
    const parameter = rest.length > 0 ? '$skiptoken' : '$deltatoken';
    return {
      '@odata.context': `${url}/$metadata#Collection(event)`,
      [name]: `${url}?${parameter}=${next}`,
      value,
    };
  }

  #give(link: Link): string {
    const token = `t${this.#links.size}-${link.generation}`;
    this.#links.set(token, link);
    return token;
  }

  /** Returns the items of a window: events, series, and each of their occurrences. */
  #items(mailbox: Mailbox, { from, until }: Window): ReadonlyMap<string, Item> {
    const items = new Map<string, Item>();
    for (const record of mailbox.events.values()) {
      if (!record.fields.recurrence) {
        const isInside = instantOf(record.fields.start) < until && instantOf(record.fields.end) > from;
        if (isInside) items.set(record.id, { change: record.change, show: () => shown(record, mailbox) });
        continue;
      }
      const originals = happening(record, from, until);
      if (originals.length > 0 && this.#switches.mastersInDelta)
        items.set(record.id, { change: record.change, show: () => shown(record, mailbox) });
      for (const original of originals) {
        const exception = record.exceptions.get(original);
        items.set(occurrenceId(record, original), {
          change: exception?.change ?? record.change,
          show: () => this.#shown(shownOccurrence(record, mailbox, original)),
        });
      }
    }
    return items;
  }

  #shown(occurrence: Fields): Fields {
    if (occurrence.type === 'exception' || this.#switches.plainOccurrences === 'full') return occurrence;
    const { id, type, seriesMasterId, start, end } = occurrence;
    return { '@odata.etag': occurrence['@odata.etag'], id, type, seriesMasterId, start, end };
  }
}

function startOf(mailbox: Mailbox, query: URLSearchParams): Link {
  const from = Date.parse(query.get('startDateTime') ?? '');
  const until = Date.parse(query.get('endDateTime') ?? '');
  if (Number.isNaN(from) || Number.isNaN(until))
    throw badRequest('This request requires a time window specified by startDateTime and endDateTime.');
  return {
    mailbox: mailbox.address,
    generation: mailbox.generation,
    window: { from, until },
    seen: new Map(),
  };
}

/** Returns new and changed items first, then those that are gone or have left the window. */
function differences(items: ReadonlyMap<string, Item>, seen: Seen): readonly string[] {
  const news = [...items].filter(([id, { change }]) => seen.get(id) !== change).map(([id]) => id);
  return [...news, ...[...seen.keys()].filter((id) => !items.has(id))];
}

function removed(id: string): Fields {
  return { id, '@removed': { reason: 'deleted' } };
}

function sizeOf({ headers }: EmulatorRequest): number {
  const [, asked] = /odata\.maxpagesize=(\d+)/.exec(String(headers.prefer ?? '')) ?? [];
  return Math.min(Number(asked ?? CHOICES.pageSize), CHOICES.largestPage);
}

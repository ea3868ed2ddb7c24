import {
  type CalendarSystem,
  CalendarUnreadableError,
  type ChangesPage,
  type StoredEvent,
  type WriteOutcome,
} from '../../../connections/system.ts';
import { type CaldavOptions, caldavConnection, type DavCalendar, type DavReply } from './connection.ts';
import { type List, list } from './list.ts';
import { mayWrite } from './rights.ts';
import { type Found, textByItself, texts } from './texts.ts';

const PAGE = 100;

export interface CaldavSystemOptions extends CaldavOptions {
  /** The number of texts per request. @default 100 */
  readonly pageSize?: number;
}

/**
 * The position of a reading. A long list is read in pages, and another container may read the next page on
 * another day. It lists again from the same token, and continues after the last name. The next reading starts
 * with the token of the first list, so it gets all changes in between.
 */
interface Position {
  /** The token with which the list starts; absent for everything. */
  readonly since?: string;
  /** The position in a list: the list's own token, and the last name that was read. */
  readonly within?: { readonly token: string; readonly after: string };
}

/** The unread part of a list. */
interface Rest extends List {
  readonly since?: string | undefined;
  readonly names: readonly string[];
  /** The cursor of this position: a page from there need not list again. */
  readonly cursor?: string;
}

/** Calendars on a CalDAV server (RFC 4791), read with `sync-collection` (RFC 6578). */
export function caldavSystem({ pageSize = PAGE, ...options }: CaldavSystemOptions): CalendarSystem {
  const calendarOf = caldavConnection(options);
  const rests = new Map<string, Rest>();

  /** Returns the list from a cursor on. */
  async function restFrom(calendar: string, cursor: string | undefined): Promise<Rest | undefined> {
    const known = rests.get(calendar);
    rests.delete(calendar);
    if (known && known.cursor === cursor) return known;
    const { since, within } = readPosition(cursor);
    const found = await list(calendarOf(calendar), since);
    if (!found) return undefined;
    const after = within?.after ?? '';
    const names = [...found.members.keys()].filter((name) => name > after).sort(byCode);
    return { since, token: within?.token ?? found.token, names, members: found.members };
  }

  return {
    async changes(calendar, cursor) {
      const rest = await restFrom(calendar, cursor);
      if (!rest) return undefined;
      const { since, token, members } = rest;
      const page = rest.names.slice(0, pageSize);
      const names = rest.names.slice(pageSize);
      const present = page.filter((name) => members.get(name));
      const found = await texts(calendarOf(calendar), present);
      const events = page.flatMap((name) => changeOf(name, found.get(name) ?? 'gone'));
      const after = page.at(-1) ?? '';
      if (names.length === 0) return { events, cursor: writePosition({ since: token }), hasMore: false };
      const next = writePosition({ ...(since && { since }), within: { token, after } });
      rests.set(calendar, { ...rest, names, cursor: next });
      return { events, cursor: next, hasMore: true };
    },

    mayWrite: (calendar) => mayWrite(calendarOf(calendar)),

    admit: (calendar, hasWaited) => calendarOf(calendar).admit(hasWaited),

    async read(calendar, id) {
      const at = calendarOf(calendar);
      const found = await textByItself(at, id);
      if (found === 'hidden') throw at.hidden();
      return typeof found === 'string' ? [] : [found];
    },

    async write(name, event, change) {
      if (change.format !== 'icalendar') throw new TypeError('a CalDAV server takes iCalendar alone');
      const calendar = calendarOf(name);
      // never without a condition: another person's change would be lost
      if (event.version === '') return 'refused';
      const reply = await calendar.send({
        method: 'PUT',
        url: calendar.memberUrl(event.id),
        headers: { 'content-type': 'text/calendar; charset=utf-8', 'if-match': strong(event.version) },
        body: change.text,
      });
      const outcome = outcomeOf(calendar, reply);
      return outcome === 'written' ? lookAgain(calendar, event) : outcome;
    },
  };
}

function changeOf(id: string, found: Found): ChangesPage['events'] {
  if (found === 'gone') return [{ id, removed: true }];
  // events that this user must not see have no effect on rooms
  return typeof found === 'string' ? [] : [found];
}

/** A proxy that compresses answers makes their etags weak, and a weak etag never matches. */
function strong(version: string): string {
  return version.replace(/^W\//, '');
}

const WRITTEN = new Set([200, 201, 204]);
const CONFLICT = new Set([404, 410, 412]);

/** @throws Error for an outage */
function outcomeOf(calendar: DavCalendar, reply: DavReply): WriteOutcome {
  const { status } = reply;
  if (WRITTEN.has(status)) return 'written';
  if (CONFLICT.has(status)) return 'conflict';
  const failure = calendar.failure(reply);
  if (!(failure instanceof CalendarUnreadableError)) throw failure;
  // 207 too: Xandikos uses it to say what is wrong with the text
  return 'refused';
}

/** A server may answer with success but keep the old text. */
async function lookAgain(calendar: DavCalendar, { id, version }: Pick<StoredEvent, 'id' | 'version'>) {
  const found = await textByItself(calendar, id);
  if (typeof found === 'string') return 'conflict';
  return strong(found.version) === strong(version) ? 'ignored' : 'written';
}

function byCode(one: string, other: string): number {
  return Number(one > other) - Number(one < other);
}

function writePosition({ since, within }: Position): string {
  return JSON.stringify([since ?? null, ...(within ? [within.token, within.after] : [])]);
}

/** Reads a cursor that this adapter wrote. */
function readPosition(cursor: string | undefined): Position {
  if (cursor === undefined) return {};
  const [since, token, after] = JSON.parse(cursor) as [string | null, string?, string?];
  return {
    ...(since !== null && { since }),
    ...(token !== undefined && after !== undefined && { within: { token, after } }),
  };
}

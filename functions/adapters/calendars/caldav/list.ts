import type { DavCalendar, DavReply } from './connection.ts';
import { type DavResponse, type Multistatus, readMultistatus, UnreadableXmlError } from './multistatus.ts';
import { CALENDAR_TAG, ETAGS, syncCollection } from './reports.ts';

/** The members of a calendar that changed since a token, or all of them. */
export interface List {
  /** Whether each member still exists, by its name. */
  readonly members: ReadonlyMap<string, boolean>;
  /** The token of this list. */
  readonly token: string;
}

/** A server that returns more pages than this has a fault. */
const MOST_PAGES = 1000;

/** The kinds of tokens in cursors: of the server's reports, or of its tag for the whole calendar. */
const SYNC = 'sync ';
const TAG = 'tag ';

/**
 * Lists with `sync-collection`. If a server does not support it, lists everything whenever its tag for the
 * calendar has changed.
 *
 * @param since the token of an earlier list; absent: everything
 * @returns undefined if the token is no longer valid
 * @throws CalendarUnreadableError if a page is incomplete
 */
export function list(calendar: DavCalendar, since?: string): Promise<List | undefined> {
  if (since === undefined) return listAll(calendar);
  return since.startsWith(SYNC)
    ? listSince(calendar, since.slice(SYNC.length))
    : listByTag(calendar, since.slice(TAG.length));
}

async function listAll(calendar: DavCalendar): Promise<List> {
  const reply = await report(calendar, '');
  if (reply.status === 207) return collect(calendar, reply, '');
  const isOutage = reply.status === 429 || reply.status >= 500;
  const found = isOutage && reply.status !== 501 ? undefined : await listByDepth(calendar);
  if (!found) throw calendar.failure(reply);
  return found;
}

/**
 * An unknown token is a 403 by the RFC, a 500 in Xandikos, and 409 or 410 elsewhere. If the real cause is an
 * outage, the full list fails too.
 */
async function listSince(calendar: DavCalendar, token: string): Promise<List | undefined> {
  const reply = await report(calendar, token);
  if (reply.status === 207) return collect(calendar, reply, token);
  if ([403, 409, 410].includes(reply.status) || reply.status >= 500) return undefined;
  throw calendar.failure(reply);
}

function report(calendar: DavCalendar, token: string): Promise<DavReply> {
  const headers = { 'content-type': 'application/xml; charset=utf-8', depth: '0' };
  return calendar.send({ method: 'REPORT', url: calendar.url, headers, body: syncCollection(token) });
}

/**
 * Continues if the server has cut the list (RFC 6578, 3.6): then the list contains the calendar itself, with
 * a 507.
 */
async function collect(calendar: DavCalendar, first: DavReply, since: string): Promise<List> {
  const members = new Map<string, boolean>();
  let reply = first;
  let token = since;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { responses, syncToken } = readPage(calendar, reply);
    if (!syncToken) throw calendar.unreadable('its server gives no sync token');
    for (const response of responses) note(members, calendar, response);
    const isCut = responses.some(({ href, status }) => status === 507 && calendar.nameOf(href) === undefined);
    if (!isCut) return { members, token: SYNC + syncToken };
    if (syncToken === token) break;
    token = syncToken;
    reply = await report(calendar, token);
    if (reply.status !== 207) throw calendar.failure(reply);
  }
  throw calendar.unreadable('its server gives pages without an end');
}

function note(members: Map<string, boolean>, calendar: DavCalendar, { href, status }: DavResponse): void {
  const name = calendar.nameOf(href);
  // a member without an etag, or with another status, is read later
  if (name !== undefined) members.set(name, status !== 404 && status !== 410);
}

/** @throws CalendarUnreadableError */
export function readPage(calendar: DavCalendar, { text }: DavReply): Multistatus {
  try {
    return readMultistatus(text);
  } catch (error) {
    if (!(error instanceof UnreadableXmlError)) throw error;
    throw calendar.unreadable('its server gives an answer that is not whole, or not WebDAV');
  }
}

/** @returns undefined if the server does not support this way of listing either */
async function listByDepth(calendar: DavCalendar): Promise<List | undefined> {
  const reply = await propfind(calendar, '1');
  if (reply.status !== 207) return undefined;
  const { responses } = readPage(calendar, reply);
  const members = new Map<string, boolean>();
  for (const response of responses) note(members, calendar, response);
  return { members, token: TAG + tagOf(calendar, responses) };
}

async function listByTag(calendar: DavCalendar, tag: string): Promise<List | undefined> {
  const reply = await propfind(calendar, '0');
  if (reply.status !== 207) throw calendar.failure(reply);
  const found = tagOf(calendar, readPage(calendar, reply).responses);
  return found !== '' && found === tag ? { members: new Map(), token: TAG + tag } : undefined;
}

function propfind(calendar: DavCalendar, depth: '0' | '1'): Promise<DavReply> {
  const headers = { 'content-type': 'application/xml; charset=utf-8', depth };
  return calendar.send({ method: 'PROPFIND', url: calendar.url, headers, body: ETAGS });
}

function tagOf(calendar: DavCalendar, responses: readonly DavResponse[]): string {
  const itself = responses.find(({ href }) => calendar.nameOf(href) === undefined);
  return itself?.properties.get(CALENDAR_TAG) ?? '';
}

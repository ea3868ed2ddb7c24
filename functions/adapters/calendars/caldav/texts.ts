import { CalendarUnreadableError, type StoredEvent } from '../../../connections/system.ts';
import { textOf } from '../../../feeds/bytes.ts';
import type { DavCalendar } from './connection.ts';
import { readPage } from './list.ts';
import type { DavResponse } from './multistatus.ts';
import { CALENDAR_DATA, calendarMultiget, ETAG } from './reports.ts';

/** What a member became: an event, gone, hidden from the connection's user, or a task. */
export type Found = StoredEvent | 'gone' | 'hidden' | 'task';

/**
 * The texts of members, by their names. An answer that is too large or not whole is asked for in halves, and a member that
 * stands in none is asked for by itself: one text that XML cannot hold does not keep the others from being read.
 */
export async function texts(
  calendar: DavCalendar,
  names: readonly string[],
): Promise<ReadonlyMap<string, Found>> {
  if (names.length < 2) return byThemselves(calendar, names);
  const answered = await multiget(calendar, names);
  if (answered) {
    const left = names.filter((name) => !answered.has(name));
    return new Map([...answered, ...(await byThemselves(calendar, left))]);
  }
  const middle = Math.ceil(names.length / 2);
  const [first, second] = [names.slice(0, middle), names.slice(middle)];
  return new Map([...(await texts(calendar, first)), ...(await texts(calendar, second))]);
}

/** @returns undefined where the answer is too large or not whole; nothing where the server does not answer so */
async function multiget(
  calendar: DavCalendar,
  names: readonly string[],
): Promise<ReadonlyMap<string, Found> | undefined> {
  const paths = names.map((name) => calendar.memberUrl(name).pathname);
  const headers = { 'content-type': 'application/xml; charset=utf-8', depth: '1' };
  try {
    const reply = await calendar.send({
      method: 'REPORT',
      url: calendar.url,
      headers,
      body: calendarMultiget(paths),
    });
    if (reply.status === 429 || reply.status >= 500) throw calendar.failure(reply);
    const { responses } = reply.status === 207 ? readPage(calendar, reply) : { responses: [] };
    return new Map(responses.flatMap((response) => answeredBy(calendar, response)));
  } catch (error) {
    if (error instanceof CalendarUnreadableError) return undefined;
    throw error;
  }
}

function answeredBy(
  calendar: DavCalendar,
  { href, status, properties }: DavResponse,
): (readonly [string, Found])[] {
  const name = calendar.nameOf(href);
  const text = properties.get(CALENDAR_DATA);
  const version = properties.get(ETAG)?.trim();
  if (name === undefined) return [];
  if (isGone(status)) return [[name, 'gone']];
  return text && version ? [[name, eventOf(name, version, text)]] : [];
}

async function byThemselves(
  calendar: DavCalendar,
  names: readonly string[],
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  for (const name of names) found.set(name, await textByItself(calendar, name));
  return found;
}

/** A member as it is now. */
export async function textByItself(calendar: DavCalendar, name: string): Promise<Found> {
  // a proxy that compresses an answer makes its etag a weak one
  const headers = { accept: 'text/calendar', 'accept-encoding': 'identity' };
  const reply = await calendar.send({ method: 'GET', url: calendar.memberUrl(name), headers });
  if (isGone(reply.status)) return 'gone';
  if (reply.status === 403) return 'hidden';
  if (reply.status !== 200) throw calendar.failure(reply);
  const folded = reply.bytes.toString('utf8');
  // a fold may be within a character; else lines that are not ours to change keep theirs
  const text = folded.includes('\uFFFD') ? textOf(reply.bytes) : folded;
  // what was no UTF-8 must not be written back: without a version nothing is
  const isUtf8 = !text.includes('\uFFFD');
  return eventOf(name, isUtf8 ? (reply.headers.etag ?? '') : '', text);
}

function eventOf(id: string, version: string, text: string): Found {
  if (!/^BEGIN:VEVENT\r?$/im.test(text)) return 'task';
  return { id, version, content: { format: 'icalendar', text } };
}

const isGone = (status?: number) => status === 404 || status === 410;

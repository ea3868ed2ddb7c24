import { CalendarUnreadableError, type StoredEvent } from '../../../connections/system.ts';
import { textOf } from '../../../feeds/bytes.ts';
import type { DavCalendar } from './connection.ts';
import { readPage } from './list.ts';
import type { DavResponse } from './multistatus.ts';
import { CALENDAR_DATA, calendarMultiget, ETAG } from './reports.ts';

/** The result for a member: an event, gone, hidden from the connection's user, or a task. */
export type Found = StoredEvent | 'gone' | 'hidden' | 'task';

/**
 * Returns the texts of members, by their names. If an answer is too large or incomplete, the request is split
 * into halves. A member that is in no answer is requested by itself. So one text that XML cannot contain does
 * not prevent reading the others.
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

/**
 * @returns undefined if the answer is too large or incomplete; nothing if the server does not support the
 * report
 */
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

/** Reads one member. */
export async function textByItself(calendar: DavCalendar, name: string): Promise<Found> {
  // a proxy that compresses an answer makes its etag weak
  const headers = { accept: 'text/calendar', 'accept-encoding': 'identity' };
  const reply = await calendar.send({ method: 'GET', url: calendar.memberUrl(name), headers });
  if (isGone(reply.status)) return 'gone';
  if (reply.status === 403) return 'hidden';
  if (reply.status !== 200) throw calendar.failure(reply);
  const folded = reply.bytes.toString('utf8');
  // a fold may split a character: only then is the text unfolded, because unchanged lines must keep their
  // folds
  const text = folded.includes('\uFFFD') ? textOf(reply.bytes) : folded;
  // text that was not UTF-8 must not be written back: without a version it is never written
  const isUtf8 = !text.includes('\uFFFD');
  return eventOf(name, isUtf8 ? (reply.headers.etag ?? '') : '', text);
}

function eventOf(id: string, version: string, text: string): Found {
  if (!/^BEGIN:VEVENT\r?$/im.test(text)) return 'task';
  return { id, version, content: { format: 'icalendar', text } };
}

const isGone = (status?: number) => status === 404 || status === 410;

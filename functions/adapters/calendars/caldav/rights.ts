import type { DavCalendar } from './connection.ts';
import { readPage } from './list.ts';
import { PRIVILEGES } from './reports.ts';

/** The privileges with which an event is changed (RFC 3744, 3). */
const WRITING = ['DAV: all', 'DAV: write', 'DAV: write-content'];

/**
 * Whether the connection's user may change events.
 *
 * @returns undefined if the server does not say so: not every server has access control
 */
export async function mayWrite(calendar: DavCalendar): Promise<boolean | undefined> {
  const headers = { 'content-type': 'application/xml; charset=utf-8', depth: '0' };
  const reply = await calendar.send({ method: 'PROPFIND', url: calendar.url, headers, body: PRIVILEGES });
  if (reply.status !== 207) return undefined;
  const { responses } = readPage(calendar, reply);
  const itself = responses.find(({ href }) => calendar.nameOf(href) === undefined);
  return itself?.privileges && WRITING.some((name) => itself.privileges?.includes(name));
}

import ICAL from 'ical.js';
import {
  type CaldavSystemOptions,
  caldavSystem,
} from '../../../functions/adapters/calendars/caldav/system.ts';
import type { CaldavConnection } from '../../../functions/connections/connection.ts';
import type { EventContent } from '../../../functions/connections/system.ts';
import type { CalendarHarness } from '../calendar-system-contract.ts';

/** A CalDAV server: where it is, and who may come in. */
export interface CaldavServer {
  readonly url: string;
  /** `user:password` */
  readonly login: string;
  /** Calendars are made below it. */
  readonly home: string;
}

export const connectionTo = (url: string, calendars: readonly string[]): CaldavConnection => ({
  kind: 'caldav',
  name: 'team',
  secret: 'caldav-login',
  url,
  calendars,
  which: 'all',
  writeBack: 'full',
});

export const systemOf = (
  connection: CaldavConnection,
  login: string,
  more: Partial<CaldavSystemOptions> = {},
) =>
  caldavSystem({
    connection,
    secrets: { read: async () => login },
    now: () => Date.now(),
    reach: 'this-machine',
    ...more,
  });

/** Calls a server as a program of calendars does, by `fetch` alone. */
export async function dav(
  { url, login }: Pick<CaldavServer, 'url' | 'login'>,
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: string; readonly headers?: Record<string, string> } = {},
): Promise<{ readonly status: number; readonly text: string; readonly etag: string }> {
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const reply = await fetch(`${url}/${path}`, {
    method,
    headers: { authorization, ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: reply.status, text: await reply.text(), etag: reply.headers.get('etag') ?? '' };
}

/** As a program of calendars writes it: folded lines, a zone, an alarm, things of its own. */
export const eventText = (uid: string, title: string, ...lines: string[]) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example//calendar//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20270101T000000Z',
    'DTSTART:20270301T090000Z',
    'DTEND:20270301T100000Z',
    `SUMMARY:${title}`,
    'DESCRIPTION:Agenda: eins\\, zwei\\; drei\\nMit Grüßen aus dem Süden und noch viel mehr Text',
    'ORGANIZER;CN=Ann:mailto:ann@example.org',
    'ATTENDEE;CN="Bob; Builder";PARTSTAT=ACCEPTED:mailto:bob@example.org',
    'X-COLOUR;X-OF=mine:red',
    ...lines,
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT10M',
    'DESCRIPTION:Soon',
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const textIn = (content: EventContent): string => {
  if (content.format !== 'icalendar') throw new Error('not iCalendar');
  return content.text;
};
const componentOf = (content: EventContent) => new ICAL.Component(ICAL.parse(textIn(content)));
const propertyOf = (content: EventContent, name: string) =>
  String(componentOf(content).getFirstSubcomponent('vevent')?.getFirstPropertyValue(name) ?? '');

/** Values, in any order: servers write the text anew. */
function valuesOf(component: ICAL.Component, without: readonly string[]): unknown {
  const properties = component
    .getAllProperties()
    .filter(({ name }) => !without.includes(name))
    .map((property) => JSON.stringify(property.toJSON()));
  const components = component.getAllSubcomponents().map((each) => valuesOf(each, without));
  return [component.name, properties.toSorted(), components];
}

let calendars = 0;

/** An empty calendar on a server. */
export async function caldavHarness(server: CaldavServer, close = async () => {}): Promise<CalendarHarness> {
  calendars += 1;
  const [calendar, other] = [`${server.home}/c${calendars}`, `${server.home}/c${calendars}-other`];
  for (const path of [calendar, other]) {
    const { status } = await dav(server, 'MKCALENDAR', `${path}/`);
    if (status !== 201) throw new Error(`MKCALENDAR of ${path} came to ${status}`);
  }
  const connection = connectionTo(server.url, [calendar, other]);
  const put = async (path: string, name: string, text: string, headers: Record<string, string>) => {
    const { status } = await dav(server, 'PUT', `${path}/${name}`, {
      body: text,
      headers: { 'content-type': 'text/calendar; charset=utf-8', ...headers },
    });
    if (status >= 300) throw new Error(`PUT of ${name} came to ${status}`);
  };
  let events = 0;
  return {
    calendar,
    system: () => systemOf(connection, server.login, { pageSize: 3 }),
    async add(title) {
      events += 1;
      // a name that has to be escaped, and may be escaped in several ways
      const name = events % 2 === 1 ? `e${events}.ics` : `e%20${events}@example.org.ics`;
      await put(calendar, name, eventText(`uid-${events}`, title), { 'if-none-match': '*' });
      return name;
    },
    async retitle(id, title) {
      const { text, etag } = await dav(server, 'GET', `${calendar}/${id}`);
      await put(calendar, id, text.replace(/^SUMMARY:.*$/m, `SUMMARY:${title}`), { 'if-match': etag });
    },
    async remove(id) {
      const { status } = await dav(server, 'DELETE', `${calendar}/${id}`);
      if (status >= 300) throw new Error(`DELETE of ${id} came to ${status}`);
    },
    titleOf: (content) => propertyOf(content, 'summary'),
    placeOf: (content) => propertyOf(content, 'location'),
    withPlace({ content }, place) {
      const component = componentOf(content);
      component.getFirstSubcomponent('vevent')?.updatePropertyWithValue('location', place);
      return { format: 'icalendar', text: component.toString() };
    },
    restOf: (content) => valuesOf(componentOf(content), ['location', 'dtstamp', 'last-modified']),
    async unknownCursor() {
      await put(other, 'o.ics', eventText('other', 'Other'), {});
      const page = await systemOf(connection, server.login).changes(other);
      return page?.cursor ?? '';
    },
    moreThanAPage: 7,
    close,
  };
}

import { randomBytes, randomUUID } from 'node:crypto';
import { startCaldav } from '../../emulators/caldav/caldav.ts';
import type { KeptCalendar } from '../../emulators/caldav/calendars.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { BY_HAND, type CalendarParts, type LocalCalendar, MARKED, type Meeting } from './calendar.ts';

export interface CaldavCalendarOptions extends CalendarParts {
  /** The URL of a calendar on any server. Absent: a server is started with the stack. */
  readonly url?: string | undefined;
  /** `user:password`, or a bearer token. */
  readonly login?: string | undefined;
}

interface CaldavState {
  readonly password: string;
  readonly calendars: readonly KeptCalendar[];
}

/** @throws Error if the URL is invalid, or has no login */
export async function caldavCalendar({
  url,
  login,
  ...parts
}: CaldavCalendarOptions): Promise<LocalCalendar> {
  if (url === undefined) return ownCalendar(parts);
  const address = URL.parse(url);
  const path = address?.pathname.replace(/\/+$/, '') ?? '';
  const [, parent = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  if (!address || name === '') {
    throw new Error(
      `--url must be the URL of a calendar, like https://caldav.example.com/ann/team/, got ${url}`,
    );
  }
  if (!login)
    throw new Error('--url needs the login of the calendar: set CALDAV_LOGIN to user:password or a token');
  return calendarAt(`${address.origin}${parent}`, decodeURIComponent(name), {
    title: 'a CalDAV server',
    login,
    close: async () => {},
  });
}

const newState = (): CaldavState => ({ password: randomBytes(12).toString('hex'), calendars: [] });

async function ownCalendar({ now, kept, onChange }: CalendarParts): Promise<LocalCalendar> {
  // as `state` returns it
  const { password, calendars } = (kept as CaldavState) ?? newState();
  const server = await startCaldav({
    users: [{ name: 'ann', passwords: [password] }],
    calendars: ['ann/team'],
    now,
    kept: calendars,
    ...(onChange && { onChange }),
  });
  const login = `ann:${password}`;
  const calendar = calendarAt(`${server.url}/ann`, 'team', {
    title: 'a small CalDAV server',
    login,
    close: () => server.close(),
  });
  return {
    ...calendar,
    state: (): CaldavState => ({ password, calendars: server.kept() }),
    byHand(start) {
      const text = textFor('by-hand', { title: BY_HAND, description: '', start, end: start + HOUR });
      const written = text.replaceAll('\r\n', '\\r\\n');
      return `printf '${written}' | curl -s -u ${login} -H 'content-type: text/calendar' -T - ${calendar.address}by-hand.ics`;
    },
  };
}

interface Access extends Pick<LocalCalendar, 'title' | 'close'> {
  readonly login: string;
}

function calendarAt(base: string, name: string, { title, login, close }: Access): LocalCalendar {
  const address = `${base}/${encodeURIComponent(name)}/`;
  const authorization = login.includes(':')
    ? `Basic ${Buffer.from(login).toString('base64')}`
    : `Bearer ${login}`;
  const call = async (method: string, event: string, init: { readonly body?: string } = {}) => {
    const headers = { authorization, ...(init.body && { 'content-type': 'text/calendar; charset=utf-8' }) };
    const reply = await fetch(`${address}${event}`, { ...init, method, headers }).catch((cause: unknown) => {
      throw new Error(`${address} gives no answer: check --url, and whether its server runs`, { cause });
    });
    if (reply.ok) return reply.text();
    const advice = ADVICE[reply.status] ?? '';
    throw new Error(`${address} answers ${reply.status} to the ${method} of an event${advice}`);
  };
  return {
    title,
    address,
    connection: { name: 'caldav', kind: 'caldav', baseUrl: base, calendars: [name], ...MARKED },
    credential: login,
    async add(meeting) {
      const uid = randomUUID();
      await call('PUT', `${uid}.ics`, { body: textFor(uid, meeting) });
      return `${uid}.ics`;
    },
    async show(event) {
      const text = await call('GET', event);
      return { place: valueIn(text, 'LOCATION'), description: valueIn(text, 'DESCRIPTION') };
    },
    remove: async (event) => void (await call('DELETE', event)),
    close,
  };
}

const ADVICE: Readonly<Record<number, string>> = {
  401: ': check CALDAV_LOGIN',
  403: ': give the user of CALDAV_LOGIN the right to write',
  404: ': check --url, and make the calendar if there is none',
  409: ': check --url, and make the calendar if there is none',
};

function valueIn(text: string, name: string): string {
  const line = text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .find((each) => each.startsWith(`${name}:`) || each.startsWith(`${name};`));
  const value = line?.slice(line.indexOf(':') + 1) ?? '';
  return value.replace(/\\([\\;,nN])/g, (_, sign: string) => (/n/i.test(sign) ? '\n' : sign));
}

const stamp = (instant: number) => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');

function textFor(uid: string, { title, description, start, end }: Meeting): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Evergreen Rooms//local//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${stamp(start)}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(end)}`,
    `SUMMARY:${title}`,
    `DESCRIPTION:${description}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}

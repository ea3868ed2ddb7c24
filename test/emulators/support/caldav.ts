import { type Caldav, type CaldavOptions, startCaldav } from '../../../emulators/caldav/caldav.ts';
import { call } from './calling.ts';
import { standingClock } from './clock.ts';

export let caldav: Caldav;
export let clock: ReturnType<typeof standingClock>;

/** Starts a server with a standing clock, in the place of the one before. */
export const start = async (options: Partial<CaldavOptions> = {}) => {
  await caldav?.close();
  clock = standingClock();
  caldav = await startCaldav({
    users: [
      { name: 'ann', passwords: ['first'], tokens: ['bearer-of-ann'] },
      { name: 'bob', passwords: ['second'] },
    ],
    calendars: ['ann/team', 'bob/own'],
    now: clock.now,
    ...options,
  });
};

export const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;

/** Calls below the base URL as Ann. */
export const ask = (
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: string; readonly headers?: Record<string, string> } = {},
) =>
  call(`${caldav.url}${path}`, {
    method,
    ...(body !== undefined && { body }),
    headers: { authorization: basic('ann:first'), ...headers },
  });

export const event = (uid: string, ...lines: string[]) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20270101T000000Z',
    'DTSTART:20270301T090000Z',
    'DTEND:20270301T100000Z',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

export const put = (name: string, body: string, headers: Record<string, string> = {}) =>
  ask('PUT', `/ann/team/${name}`, { body, headers });

export const sync = (token = '', more = '') =>
  ask('REPORT', '/ann/team/', {
    body:
      `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level>${more}` +
      '<prop><getetag/></prop></sync-collection>',
  });

export const tokenOf = (xml: string) => /sync-token>([^<]*)</.exec(xml)?.[1] ?? '';

/** What a multistatus says of each member: its name, and whether it is there. */
export const namesOf = (xml: string) =>
  [...xml.matchAll(/<response><href>([^<]*)<\/href>(.*?)<\/response>/g)].map(
    ([, href = '', rest = '']) => `${href.split('/').at(-1)} ${/ (\d{3}) /.exec(rest)?.[1]}`,
  );

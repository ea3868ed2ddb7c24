import type { CalendarRecord, Member } from './calendars.ts';
import type { Switches } from './choices.ts';
import { CDATA, type Part } from './xml.ts';

const CALDAV = 'urn:ietf:params:xml:ns:caldav';

/** Properties by name, with a function that returns the content. */
export type Properties = Readonly<Record<string, () => Part[1][]>>;

const text = (value: string) => () => [value];
const parts =
  (...names: string[]) =>
  () =>
    names.map((name): Part => [name]);

export function ofMember(member: Member, { calendarData }: Switches): Properties {
  return {
    'DAV: resourcetype': () => [],
    'DAV: getetag': text(member.etag),
    'DAV: getcontenttype': text('text/calendar; charset=utf-8; component=vevent'),
    [`${CALDAV} calendar-data`]: () => (calendarData === 'cdata' ? [CDATA, member.text] : [member.text]),
  };
}

export function ofCalendar(calendar: CalendarRecord, now: number, { sync }: Switches): Properties {
  const token = calendar.token(calendar.latestChange, now);
  const reports = [`${CALDAV} calendar-multiget`, ...(sync === 'supported' ? ['DAV: sync-collection'] : [])];
  const rights = ['DAV: read', ...(calendar.readOnly ? [] : ['DAV: write', 'DAV: write-content'])];
  return {
    'DAV: resourcetype': parts('DAV: collection', `${CALDAV} calendar`),
    'DAV: displayname': text(calendar.path),
    ...(sync === 'supported' && { 'DAV: sync-token': text(token) }),
    'http://calendarserver.org/ns/ getctag': text(`"${calendar.latestChange}"`),
    'DAV: supported-report-set': () =>
      reports.map((name): Part => ['DAV: supported-report', ['DAV: report', [name]]]),
    'DAV: current-user-privilege-set': () => rights.map((name): Part => ['DAV: privilege', [name]]),
  };
}

/** Returns the answer for one resource: the requested properties, and those that it does not have. */
export function propstats(asked: readonly string[], properties: Properties): Part[] {
  const found = asked.flatMap((name): Part[] => {
    const value = properties[name];
    return value ? [[name, ...value()]] : [];
  });
  const missing = asked.filter((name) => !properties[name]).map((name): Part => [name]);
  return [
    ...(found.length > 0 || missing.length === 0 ? [propstat(found, '200 OK')] : []),
    ...(missing.length > 0 ? [propstat(missing, '404 Not Found')] : []),
  ];
}

function propstat(properties: Part[], status: string): Part {
  return ['DAV: propstat', ['DAV: prop', ...properties], ['DAV: status', `HTTP/1.1 ${status}`]];
}

import { escapeXml } from './multistatus.ts';

const CALDAV = 'urn:ietf:params:xml:ns:caldav';

/** The names of properties in answers. */
export const ETAG = 'DAV: getetag';
export const CALENDAR_DATA = `${CALDAV} calendar-data`;
export const CALENDAR_TAG = 'http://calendarserver.org/ns/ getctag';

const XML = '<?xml version="1.0" encoding="utf-8"?>\n';

/** Asks for the changes since a token; without one, for all members (RFC 6578). */
export function syncCollection(token = ''): string {
  return (
    `${XML}<sync-collection xmlns="DAV:"><sync-token>${escapeXml(token)}</sync-token><sync-level>1</sync-level>` +
    '<prop><getetag/></prop></sync-collection>'
  );
}

/** Asks for the texts of members (RFC 4791, 7.9). */
export function calendarMultiget(paths: readonly string[]): string {
  const hrefs = paths.map((path) => `<href>${escapeXml(path)}</href>`).join('');
  return (
    `${XML}<C:calendar-multiget xmlns="DAV:" xmlns:C="${CALDAV}"><prop><getetag/><C:calendar-data/></prop>` +
    `${hrefs}</C:calendar-multiget>`
  );
}

/** Asks for the privileges of the user (RFC 3744, 5.4). */
export const PRIVILEGES = `${XML}<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>`;

/** Asks for the etags of all members, and for the tag that changes with them. */
export const ETAGS =
  `${XML}<propfind xmlns="DAV:" xmlns:CS="http://calendarserver.org/ns/"><prop><getetag/><CS:getctag/></prop>` +
  '</propfind>';

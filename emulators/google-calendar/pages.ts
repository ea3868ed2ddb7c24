import type { Calendar, EventRecord, Fields } from './calendars.ts';
import { CHOICES, type Switches } from './choices.ts';
import { badRequest, invalid, staleSyncToken } from './errors.ts';
import { listed } from './shown.ts';

/** Parameters that are not allowed with a sync token. */
const NOT_WITH_TOKEN = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];

/** Parameters that must be the same in every call with a token. */
const SAME = ['singleEvents', 'eventTypes', 'maxAttendees'];

/**
 * The position in a list: changes after `since`, up to `upTo`. An event that changes between two pages leaves the list,
 * so a page begins after the last change that was shown, and not after a number of events.
 */
interface Place {
  readonly calendar: string;
  readonly since: number;
  readonly upTo: number;
  /** The change of the last event that was shown. */
  readonly shown?: number | undefined;
  readonly full: boolean;
  readonly same: string;
}

/** Answers `GET /calendars/:id/events`. @throws Refusal */
export function eventsPage(
  calendar: Calendar,
  query: URLSearchParams,
  role: string,
  switches: Switches,
): Fields {
  const { since, upTo, shown, full, same } = placeOf(calendar, query);
  const size = sizeOf(query);
  const isReversed = switches.listOrder === 'newest-change-first';
  const showDeleted = !full || query.get('showDeleted') === 'true';
  const uid = query.get('iCalUID');
  const found = [...calendar.events.values()]
    .filter(({ change }) => change > since && change <= upTo)
    .filter(({ change }) => shown === undefined || (isReversed ? change < shown : change > shown))
    .filter(
      (record) => showDeleted || record.fields.status !== 'cancelled' || isOfLivingSeries(record, calendar),
    )
    .filter((record) => uid === null || (record.fields.iCalUID ?? `${record.id}@google.com`) === uid)
    .sort((a, b) => a.change - b.change);
  if (isReversed) found.reverse();
  const page = found.slice(0, size);
  const items = page.map((record) => listed(record, calendar, switches));
  const next: Place = { calendar: calendar.id, since, upTo, shown: page.at(-1)?.change, full, same };
  const isLast = found.length <= size;
  return {
    kind: 'calendar#events',
    etag: `"p${upTo}"`,
    summary: calendar.id,
    timeZone: calendar.timeZone,
    accessRole: role,
    defaultReminders: [],
    ...(isLast
      ? uid === null && { nextSyncToken: written({ ...next, since: upTo, shown: undefined, full: false }) }
      : { nextPageToken: written(next) }),
    items,
  };
}

function placeOf(calendar: Calendar, query: URLSearchParams): Place {
  const same = SAME.map((name) => query.get(name) ?? '').join(' ');
  const [pageToken, syncToken] = [query.get('pageToken'), query.get('syncToken')];
  if (syncToken !== null) {
    const refused = NOT_WITH_TOKEN.find((name) => query.has(name));
    if (refused) throw badRequest(`Sync token cannot be used with request restrictions: ${refused}.`);
    if (query.get('showDeleted') === 'false')
      throw badRequest('showDeleted cannot be false with a sync token.');
  }
  const token = pageToken ?? syncToken;
  if (token === null) {
    return { calendar: calendar.id, since: 0, upTo: calendar.change, full: true, same };
  }
  const place = read(token);
  if (place?.calendar !== calendar.id) throw invalid('Invalid sync token value.');
  if (place.same !== same) throw badRequest('The request does not match the one that the token is from.');
  if (!place.full && place.since < calendar.oldestToken) throw staleSyncToken();
  return pageToken === null ? { ...place, upTo: calendar.change } : place;
}

function sizeOf(query: URLSearchParams): number {
  const typed = query.get('maxResults');
  if (typed === null) return CHOICES.pageSize;
  if (!/^[1-9]\d*$/.test(typed)) throw invalid(`Invalid value '${typed}' for maxResults.`);
  return Math.min(Number(typed), CHOICES.largestPage);
}

/** Cancelled exceptions of a series that is not cancelled are in every list. */
function isOfLivingSeries({ fields }: EventRecord, { events }: Calendar): boolean {
  const series = events.get(String(fields.recurringEventId));
  return series !== undefined && series.fields.status !== 'cancelled';
}

function written(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function read(token: string): Place | undefined {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as Place;
  } catch {
    return undefined;
  }
}

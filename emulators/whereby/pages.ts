import { type Switches, TEXTS } from './choices.ts';
import type { Errors } from './errors.ts';
import type { MeetingRecord, Meetings } from './meetings.ts';

const LARGEST = 100;
const DEFAULT = 50;
const FILTER = 'roomName[startsWith]';

/** Returns a page of `GET /meetings`. A cursor contains the place of the last meeting on the page. */
export function meetingsPage(
  meetings: Meetings,
  query: URLSearchParams,
  {
    now,
    switches,
    errors,
    show,
  }: { now: number; switches: Switches; errors: Errors; show: (meeting: MeetingRecord) => object },
): object {
  const limit = readLimit(query.get('limit'), errors);
  const after = readCursor(query.get('cursor'), errors);
  const prefix = readFilter(query.get(FILTER), switches, errors);
  const left = meetings
    .listed(now)
    .filter(({ roomName }) => roomName.startsWith(prefix))
    .filter((meeting) => meetings.placeOf(meeting) > after);
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return {
    results: page.map(show),
    cursor: last && left.length > limit ? writeCursor(meetings.placeOf(last)) : null,
  };
}

function readLimit(text: string | null, errors: Errors): number {
  if (text === null) return DEFAULT;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > LARGEST) {
    throw errors.badRequest(TEXTS.invalid('limit', `1 to ${LARGEST}`));
  }
  return limit;
}

function readFilter(prefix: string | null, { listFilter }: Switches, errors: Errors): string {
  if (prefix === null || listFilter === 'ignored') return '';
  if (listFilter === 'refused') throw errors.badRequest(TEXTS.unknownField(FILTER));
  return prefix;
}

const writeCursor = (place: number) => Buffer.from(`place:${place}`).toString('base64url');

function readCursor(cursor: string | null, errors: Errors): number {
  if (cursor === null || cursor === '') return Number.NEGATIVE_INFINITY;
  const [, place] = /^place:(-?\d+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (place === undefined) throw errors.badRequest(TEXTS.invalid('cursor', 'one that a page returned'));
  return Number(place);
}

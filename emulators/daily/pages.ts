import { type Switches, TEXTS } from './choices.ts';
import { invalidRequest } from './errors.ts';
import type { RoomRecord, Rooms } from './rooms.ts';

const LARGEST = 100;

function readLimit(text: string | null, switches: Switches): number {
  if (text === null) return LARGEST;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1)
    throw invalidRequest(TEXTS.wrongType('limit', text, `1 to ${LARGEST}`));
  if (limit > LARGEST && switches.tooLargeLimit === 'refuse') {
    throw invalidRequest(TEXTS.wrongType('limit', text, `at most ${LARGEST}`));
  }
  return Math.min(limit, LARGEST);
}

/** Returns a page of `GET /rooms`: the newest room first; cursors are the ids of rooms. */
export function roomsPage(
  rooms: Rooms,
  query: URLSearchParams,
  { switches, now, show }: { switches: Switches; now: number; show: (room: RoomRecord) => object },
): object {
  const limit = readLimit(query.get('limit'), switches);
  const list = rooms.listed(now);
  const place = (id: string) => {
    const found = rooms.place(id, list);
    if (!found) throw invalidRequest(TEXTS.unknownCursor(id));
    return found;
  };
  const page = cut(
    list,
    limit,
    { after: query.get('starting_after'), before: query.get('ending_before') },
    place,
  );
  return { total_count: list.length, data: page.map(show) };
}

function cut(
  list: readonly RoomRecord[],
  limit: number,
  { after, before }: { after: string | null; before: string | null },
  place: (id: string) => { index: number; isListed: boolean },
): readonly RoomRecord[] {
  if (after !== null && before !== null)
    throw invalidRequest('use starting_after or ending_before, not both');
  if (after !== null) {
    const { index, isListed } = place(after);
    const start = isListed ? index + 1 : index;
    return list.slice(start, start + limit);
  }
  if (before !== null) {
    const end = before === 'OLDEST' ? list.length : place(before).index;
    return list.slice(Math.max(0, end - limit), end);
  }
  return list.slice(0, limit);
}

import { CHOICES, type Switches } from './choices.ts';
import { invalidInput } from './errors.ts';
import type { RoomRecord } from './room.ts';

interface PageQuery {
  readonly size: number;
  /** The original text; absent if the default is used. */
  readonly written?: string;
  readonly startId?: number;
  /** Exclusive. */
  readonly endId?: number;
}

const DEFAULT_SIZE = 20;

function readWhole(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^-?\d+$/.test(text)) throw invalidInput([`"${name}" must be a number`]);
  if (Number(text) < least) throw invalidInput([`"${name}" must be greater than or equal to ${least}`]);
  return Number(text);
}

function readQuery(query: URLSearchParams, switches: Switches): PageQuery {
  const asked = readWhole(query, 'page_size', 1);
  if (asked !== undefined && asked > switches.largestPage && switches.tooLargePage === 'refuse') {
    throw invalidInput([`"page_size" must be less than or equal to ${switches.largestPage}`]);
  }
  const size = Math.min(asked ?? DEFAULT_SIZE, switches.largestPage);
  const startId = readWhole(query, 'start_id', 0);
  const endId = readWhole(query, 'end_id', 0);
  return {
    size,
    ...(asked !== undefined && { written: String(size) }),
    ...(startId !== undefined && { startId }),
    ...(endId !== undefined && { endId }),
  };
}

/** Returns the index of the first room whose serial is not below this one. */
function indexOf(rooms: readonly RoomRecord[], serial: number): number {
  let [low, high] = [0, rooms.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rooms[middle]?.serial ?? 0) < serial) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `end_id` alone asks for the page before it; otherwise the page starts at `start_id`. */
function cut(rooms: readonly RoomRecord[], { size, startId, endId }: PageQuery): readonly RoomRecord[] {
  const end = endId === undefined ? rooms.length : indexOf(rooms, endId);
  if (startId === undefined && endId !== undefined) return rooms.slice(Math.max(0, end - size), end);
  const start = indexOf(rooms, startId ?? 0);
  return rooms.slice(start, Math.max(start, Math.min(start + size, end)));
}

/**
 * Returns a page of `GET /rooms`. Links have no scheme, and every page has a `next`, even the last one.
 *
 * @param rooms in the order of their serials
 */
export function roomsPage(
  rooms: readonly RoomRecord[],
  query: URLSearchParams,
  { host, switches, show }: { host: string; switches: Switches; show: (room: RoomRecord) => object },
): object {
  const asked = readQuery(query, switches);
  const page = cut(rooms, asked);
  const link = (cursor: object) => ({
    href: `${host}${CHOICES.linkPrefix}/rooms?${new URLSearchParams({ page_size: String(asked.size), ...cursor })}`,
  });
  const first = page.at(0)?.serial ?? asked.startId ?? asked.endId ?? 0;
  const next = (page.at(-1)?.serial ?? first - 1) + 1;
  const shown = page.map(show);
  return {
    page_size: switches.pageSizeEcho === 'string' && asked.written ? asked.written : asked.size,
    _embedded: switches.embedded === 'array' ? shown : { rooms: shown },
    _links: {
      first: link({}),
      self: link({
        ...(asked.startId !== undefined && { start_id: asked.startId }),
        ...(asked.endId !== undefined && { end_id: asked.endId }),
      }),
      prev: link({ end_id: first }),
      next: link({ start_id: next }),
    },
    total_items: rooms.length,
  };
}

import type { ShownRoom } from '../rooms/shown-room.ts';
import { isObject } from '../stack/template.ts';
import type { SeenEvent } from '../stand-ins/buses.ts';

const GAP = '  ';

/** Lines of columns, each as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** @param width how many characters a line may have; a key that does not fit is shortened in its middle */
export function roomsTable(rooms: readonly ShownRoom[], width: number): string[] {
  const heads = ['KEY', 'STATE', 'GEN', 'GUEST LINK', 'EXPIRES (UTC)', 'RENEWAL (UTC)'];
  const cells = rooms.map((room) => [
    room.key,
    room.state,
    String(room.generation),
    room.guestUrl ?? '-',
    moment(room.expiresAt),
    moment(room.renewAt),
  ]);
  const longest = Math.max(...columns([heads, ...cells]).map((line) => line.length));
  const keyWidth = Math.max(...cells.map(([key = '']) => key.length)) - Math.max(0, longest - width);
  return columns([
    heads,
    ...cells.map(([key = '', ...rest]) => [shortened(key, Math.max(keyWidth, 16)), ...rest]),
  ]);
}

/**
 * What was announced, a line each: when, what, of which room, which generation, its link and why; below it what the
 * caller asked for and does not get. News that is not of a single room is only counted.
 */
export function announcements(events: readonly SeenEvent[]): string[] {
  const ofRooms = events.filter(({ event }) => isObject(event.detail) && event.detail.key !== undefined);
  const others = new Map<string, number>();
  for (const { event } of events.filter((seen) => !ofRooms.includes(seen))) {
    const type = String(event['detail-type']);
    others.set(type, (others.get(type) ?? 0) + 1);
  }
  const counted = [...others].map(([type, count]) => `and ${type}${count > 1 ? `, ${count} times` : ''}`);
  const lines = columns(ofRooms.map(cells)).flatMap((line, index) => [
    line,
    ...warnings(ofRooms[index]).map((warning) => `  warning: ${warning}`),
  ]);
  return [...lines, ...counted];
}

function warnings(seen: SeenEvent | undefined): readonly string[] {
  return (seen?.event.detail as { warnings?: readonly string[] } | undefined)?.warnings ?? [];
}

function cells({ at, event }: SeenEvent): string[] {
  const {
    key = '',
    generation,
    reason = '',
    room,
  } = event.detail as {
    key?: string;
    generation?: number;
    reason?: string;
    room?: { guestUrl?: string };
  };
  return [
    moment(new Date(at).toISOString()),
    String(event['detail-type']),
    shortened(key, 44),
    generation ? `generation ${generation}` : '',
    room?.guestUrl ?? '-',
    reason,
  ];
}

/** To the minute, in UTC. */
export function moment(iso: string | undefined): string {
  return iso ? iso.slice(0, 16).replace('T', ' ') : '-';
}

export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = width - 1;
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
}

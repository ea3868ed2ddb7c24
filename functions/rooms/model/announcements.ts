import type { Announcement, Room } from './room.ts';

/**
 * What the bus is still to be told, with one more. Every event shows the row as it is when it is told, so the newest of
 * a type says all that an older one would: the list has one of a type at most, in the order of the newest.
 */
export function withAnnouncement({ unannounced = [] }: Room, news: Announcement): readonly Announcement[] {
  const before = news.type === 'Room Cancelled' ? withoutLinks(unannounced) : unannounced;
  return [...before.filter(({ type }) => type !== news.type), news];
}

/** Removes announcements of links that ended before they were announced. */
export function withoutLinks(unannounced: readonly Announcement[] = []): readonly Announcement[] {
  return unannounced.filter(({ type }) => type === 'Room Cancelled' || type === 'Room Rejected');
}

/**
 * The row as the event shows it that is told as number `index`. Each was written by a write of its own, so each has a
 * revision of its own, that of the last being the row's. A cancellation that was followed by a new room shows none.
 */
export function shownAt(room: Room, unannounced: readonly Announcement[], index: number): Room {
  const later = unannounced.length - 1 - index;
  if (later === 0) return room;
  const before = { ...room, revision: room.revision - later };
  return unannounced[index]?.type === 'Room Cancelled'
    ? { ...before, state: 'cancelled', current: undefined, previous: undefined, renewAt: undefined }
    : before;
}

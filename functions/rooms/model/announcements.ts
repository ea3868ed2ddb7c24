import type { Announcement, Room } from './room.ts';

/**
 * Returns the pending announcements with one more. Every event shows the row at the time of the announcement,
 * so the newest of a type replaces the older ones. The list has at most one of each type, in the order of the
 * newest.
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
 * Returns the row for the event number `index`. Each entry was added by a write of its own, so each has its
 * own revision; the last one has the row's. A cancellation that was followed by a new room shows no room.
 */
export function shownAt(room: Room, unannounced: readonly Announcement[], index: number): Room {
  const later = unannounced.length - 1 - index;
  if (later === 0) return room;
  const before = { ...room, revision: room.revision - later };
  return unannounced[index]?.type === 'Room Cancelled'
    ? { ...before, state: 'cancelled', current: undefined, previous: undefined, renewAt: undefined }
    : before;
}

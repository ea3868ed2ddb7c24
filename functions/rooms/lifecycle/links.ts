import { RoomChangedError } from '../model/errors.ts';
import { type Links, linkDigest, linkOf, type ShownLinks } from '../model/link.ts';
import type { RoomStore } from '../model/ports.ts';
import type { Room } from '../model/room.ts';
import type { RoomContext } from './context.ts';

/**
 * Wraps the store of rooms. A row gets a slug with its first write that has a spec. A write that changes the
 * content of the link also marks the links table as outdated, so that a crash between the two writes is
 * repaired later.
 */
export function withLinks<Store extends RoomStore>(store: Store, links: Links): Store {
  return { ...store, write: (room) => store.write(linked(room, links)) };
}

function linked(room: Room, links: Links): Room {
  if (!room.spec) return room;
  const named = room.slug === undefined ? { ...room, slug: links.newSlug() } : room;
  return isLinkShown(named, links) ? named : { ...named, shownLink: undefined };
}

/** Whether the links table has what the row says; true for a key that has no link. */
export function isLinkShown(room: Room, links: ShownLinks): boolean {
  if (!room.spec) return true;
  const link = linkOf(room, links);
  if (!link || room.withdrawnSlugs) return false;
  return room.shownLink === linkDigest(link, links.table);
}

/**
 * Writes the link of a row into the links table, before the row is announced. Replaced slugs are withdrawn
 * first.
 *
 * @returns the row with the note that this was done; the note is not written yet
 */
export async function showLink(room: Room, { rooms, links }: RoomContext): Promise<Room> {
  if (!links || isLinkShown(room, links)) return room;
  // rows from before links existed have no slug yet
  const named = room.slug === undefined ? await rooms.write(room) : room;
  if ((await put(named, links)) === 'written') return noted(named, links);
  // the link is newer than the row: the rooms table was restored, or another worker was faster
  const newer = await rooms.write(named);
  if ((await put(newer, links)) === 'written') return noted(newer, links);
  throw new RoomChangedError(`the link of room ${room.key} was changed by another worker`);
}

/**
 * Writes the link even if the row says that it is written, because the links table lost it or was restored.
 */
export async function rewriteLink(room: Room, context: RoomContext): Promise<Room> {
  if (!context.links || !isLinkShown(room, context.links)) return room;
  const shown = await showLink({ ...room, shownLink: undefined }, context);
  return shown.revision === room.revision ? room : context.rooms.write(shown);
}

async function put(room: Room, links: Links): Promise<'written' | 'newer-stands'> {
  const { key, revision, withdrawnSlugs = [], updatedAt } = room;
  for (const slug of withdrawnSlugs) {
    await links.write({ slug, key, state: 'withdrawn', revision, neededUntil: updatedAt });
  }
  const link = linkOf(room, links);
  return link ? links.write(link) : 'written';
}

function noted(room: Room, links: Links): Room {
  const link = linkOf(room, links);
  return { ...room, withdrawnSlugs: undefined, shownLink: link && linkDigest(link, links.table) };
}

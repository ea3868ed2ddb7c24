import type { Keeping } from './keeping.ts';
import type { Instant, Retiree, Room } from './room.ts';

/**
 * Does what the row says is still to be told: ends rooms at the provider that nobody has any more, and announces
 * what happened. Both may be done twice when a crash falls between the doing and the writing; neither is forgotten.
 */
export async function settle(room: Room, keeping: Keeping): Promise<Room> {
  const { rooms, events } = keeping;
  if (room.unannounced) await events.announce(room, room.unannounced);
  const retirees = await Promise.all(room.retirees.map((retiree) => retire(retiree, keeping)));
  const told = retirees.some((retiree, index) => retiree !== room.retirees[index]);
  if (!room.unannounced && !told) return room;
  return rooms.write({ ...room, unannounced: undefined, retirees, updatedAt: keeping.now() });
}

async function retire(retiree: Retiree, { pool }: Keeping): Promise<Retiree> {
  if (retiree.endsAt !== undefined) return retiree;
  const endsAt: Instant = await pool.provider(retiree.application).retire(retiree.id);
  return { ...retiree, endsAt };
}

import { HeldBackError, ProviderRefusedError, UnauthorizedError } from '../model/errors.ts';
import type { LiveRoom, Room } from '../model/room.ts';
import { MINUTE } from '../model/time.ts';
import type { RoomContext } from './context.ts';

/** How often the provider must say that a room is missing before the room counts as gone. */
const LOOKS = 2;

/**
 * Whether the provider says, each time it is asked by id, that a room is missing or has ended. The first sign
 * (a failed change, a list, a callback) does not count: a link is given up only after two answers to the
 * question itself. An unclear answer is an error, so it does not count. A room that the provider can restore
 * is not gone.
 */
export async function isGone(current: LiveRoom, { pool, now }: RoomContext): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const seen = await pool.provider(current.application).get(current.id);
    if (seen?.available && seen.expiresAt > now()) return false;
  }
  return !(await isRevived(current, { pool, now }));
}

/** Whether the provider restores a deleted room. Its link is worth more than a new one. */
async function isRevived(
  { application, id }: LiveRoom,
  { pool, now }: Pick<RoomContext, 'pool' | 'now'>,
): Promise<boolean> {
  try {
    const revived = await pool.provider(application).revive?.(id);
    return revived?.available === true && revived.expiresAt > now();
  } catch (error) {
    // without the permission to restore rooms, and during a long outage of it alone, a new one is created
    const unable = [UnauthorizedError, ProviderRefusedError, HeldBackError];
    if (unable.some((reason) => error instanceof reason)) return false;
    throw error;
  }
}

/**
 * Returns the row of a room that is over according to the row, with the provider's expiry. The expiry may
 * have been moved after the time to which the table was restored.
 *
 * @returns undefined if the room is over, ends so soon that it makes no difference, or the provider does not
 * answer
 */
export async function withMovedEnd(
  room: Room,
  { pool, now }: RoomContext,
): Promise<(Room & Required<Pick<Room, 'current'>>) | undefined> {
  const { current } = room;
  if (!current || !pool.names.includes(current.application)) return undefined;
  const provider = pool.provider(current.application);
  const seen = await provider.get(current.id).catch(() => undefined);
  const soon = now() + provider.capabilities.shortestLife + MINUTE;
  if (!seen?.available || seen.expiresAt <= soon) return undefined;
  return { ...room, current: { ...current, expiresAt: seen.expiresAt } };
}

import { ProviderRefusedError, UnauthorizedError } from '../model/errors.ts';
import type { LiveRoom, Room } from '../model/room.ts';
import { MINUTE } from '../model/time.ts';
import type { RoomContext } from './context.ts';

/** How often a provider is asked for a room by its id before the room is believed to be gone. */
const LOOKS = 2;

/**
 * Whether the provider says that a room is not there, or has ended, each time that it is asked for it. Whatever raised
 * the suspicion (a change that met nothing, a list, a callback) does not count: a link is given up only after two
 * answers to the question itself. An answer that is none is an error, so it is no answer here. A room that can be brought
 * back is.
 */
export async function isGone(current: LiveRoom, { pool, now }: RoomContext): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const seen = await pool.provider(current.application).get(current.id);
    if (seen?.available && seen.expiresAt > now()) return false;
  }
  return !(await isRevived(current, { pool, now }));
}

/** Whether the provider brings back a room that somebody has deleted: its link is worth more than a new one. */
async function isRevived(
  { application, id }: LiveRoom,
  { pool, now }: Pick<RoomContext, 'pool' | 'now'>,
): Promise<boolean> {
  try {
    const revived = await pool.provider(application).revive?.(id);
    return revived?.available === true && revived.expiresAt > now();
  } catch (error) {
    // whoever may not bring rooms back makes new ones
    if (error instanceof UnauthorizedError || error instanceof ProviderRefusedError) return false;
    throw error;
  }
}

/**
 * The row of a room that is over by what the row says, with the end that the provider has: it may have been moved since the
 * moment to which the table was restored.
 *
 * @returns undefined where it is over, or ends so soon that it makes no difference, or nobody answers
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

import type { LiveRoom } from '../model/room.ts';
import type { RoomContext } from './context.ts';

/** How often a provider is asked for a room by its id before the room is believed to be gone. */
const LOOKS = 2;

/**
 * Whether the provider says that a room is not there, or has ended, each time that it is asked for it. Whatever raised
 * the suspicion (a change that met nothing, a list, a callback) does not count: a link is given up only after two
 * answers to the question itself. An answer that is none is an error, so it is no answer here.
 */
export async function isGone(current: LiveRoom, { pool, now }: RoomContext): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const seen = await pool.provider(current.application).get(current.id);
    if (seen?.available && seen.expiresAt > now()) return false;
  }
  return true;
}

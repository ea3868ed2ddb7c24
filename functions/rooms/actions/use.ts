import type { RoomContext } from '../lifecycle/context.ts';
import type { KeptRoom } from '../lifecycle/recreate.ts';
import type { ProviderRoom } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import type { Room } from '../model/room.ts';
import { DAY, type Duration } from '../model/time.ts';
import { used } from '../model/transitions.ts';

/**
 * Shortest gain for which a use restarts a room's life: hourly restarts gain nothing for a life of a year.
 */
const WORTHWHILE: Duration = DAY;

/**
 * Restarts the life of a room that lives by its use, if people are in it. Asks the provider whether they are.
 */
export async function noteUse(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current } = kept;
  const isKnown = context.pool.names.includes(current.application);
  const seen = isKnown ? await context.pool.provider(current.application).get(current.id) : undefined;
  const after = afterUse(kept, seen, context);
  if (after === room) return { outcome: 'unchanged', reason: 'not in use', room };
  return { outcome: 'extended', reason: 'used', room: await context.rooms.write(after) };
}

/** @returns the row unchanged if the look shows no use, or the last use was recorded recently */
export function afterUse(
  { room, current, spec }: KeptRoom,
  seen: ProviderRoom | undefined,
  { pool, renewal, now }: RoomContext,
): Room {
  const life = seen && pool.provider(current.application).capabilities.livesByUse;
  const isUse = current.byUse && seen?.available && seen.inUse;
  if (!isUse || life === undefined || now() - current.renewedAt < WORTHWHILE) return room;
  return used(room, { current, spec, life }, renewal, now());
}

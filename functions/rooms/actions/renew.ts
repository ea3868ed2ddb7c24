import { capabilitiesOf } from '../lifecycle/candidates.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { type KeptRoom, recreate } from '../lifecycle/recreate.ts';
import { PoolFullError, RoomGoneError } from '../model/errors.ts';
import { renewalWindow } from '../model/renewal.ts';
import type { Result } from '../model/result.ts';
import type { LiveRoom } from '../model/room.ts';
import { isKeptPast, isOver, renewedExpiry } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';
import { MINUTE } from '../model/time.ts';
import { atRest, isAlive } from '../model/transitions.ts';
import { isLastResort, isOfTheProvider, prolong } from './prolong.ts';

/** Renews a room whose time has come, in the way that was asked for. */
export async function renewDue(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current, spec } = kept;
  const now = context.now();
  const { renewAt = Number.POSITIVE_INFINITY } = room;
  if (room.state !== 'active' || renewAt > now) return { outcome: 'unchanged', room };
  if (!isAlive(current, now)) {
    return isOver(spec, now)
      ? { outcome: 'over', room: await context.rooms.write({ ...atRest(room), updatedAt: now }) }
      : recreate(kept, 'expired', context);
  }
  return spec.renewal.mode === 'extend' ? extend(kept, context) : replace(kept, context);
}

/**
 * A new room in the place of a living one, unless people are in that at this moment and there is time to wait. Where no
 * new room can be had and there is no time to wait either, the living one is given a longer life.
 */
async function replace(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room } = kept;
  const { meetingSince, emergencyAt = 0 } = room;
  if (meetingSince !== undefined && context.now() < emergencyAt) {
    return { outcome: 'postponed', room: await context.rooms.write({ ...room, dueAt: emergencyAt }) };
  }
  try {
    return await recreate(kept, 'renewal', context);
  } catch (error) {
    const full = error instanceof PoolFullError && context.now() >= emergencyAt;
    if (full || (isOfTheProvider(error) && isLastResort(room, context.now()))) {
      return prolong(kept, error, context);
    }
    throw error;
  }
}

/**
 * Moves the expiry, the link staying. Where the provider cannot, has lost the room or has reached its limit, a new room
 * it is.
 */
async function extend(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current, spec } = kept;
  const capabilities = capabilitiesOf(current, context);
  const expiresAt = renewedExpiry(spec, context.now(), capabilities);
  if (!capabilities.movableExpiry || expiresAt <= current.expiresAt) return replace(kept, context);
  const announcement = { type: 'Room Updated', reason: 'renewal' } as const;
  try {
    const extended = await alterRoom(
      room,
      current,
      { spec, change: { expiresAt }, announcement },
      context,
      isLastResort(room, context.now()) ? 0 : Number.POSITIVE_INFINITY,
    );
    const after = { ...kept, room: extended, current: extended.current ?? current };
    return hasGained(current, expiresAt, after, context)
      ? { outcome: 'extended', room: extended }
      : replace(after, context);
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    const altered = { ...kept, room: error.room };
    return error.cause instanceof RoomGoneError
      ? recreate(altered, 'lost', context, { gone: true })
      : replace(altered, context);
  }
}

/** Not where a provider says yes and gives next to nothing: it has reached a limit that it does not speak of. */
function hasGained(
  before: LiveRoom,
  asked: Instant,
  { current, spec }: KeptRoom,
  context: RoomContext,
): boolean {
  const worthwhile = renewalWindow(asked - context.now(), context.renewal) ?? 0;
  const gained = current.expiresAt - before.expiresAt;
  return (
    gained >= Math.min(worthwhile, asked - before.expiresAt - MINUTE) || !isKeptPast(spec, current.expiresAt)
  );
}

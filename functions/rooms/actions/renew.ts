import { capabilitiesOf } from '../lifecycle/candidates.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import { PoolFullError, RoomGoneError } from '../model/errors.ts';
import type { Keeping } from '../lifecycle/context.ts';
import { type Kept, recreate } from '../lifecycle/recreate.ts';
import { isLastResort, isOfTheProvider, prolong } from './prolong.ts';
import { atRest, isAlive } from '../model/transitions.ts';
import { renewalWindow } from '../model/renewal.ts';
import type { Result } from '../model/result.ts';
import type { Instant, LiveRoom } from '../model/room.ts';
import { MINUTE } from '../model/room.ts';
import { isKeptPast, isOver, renewedExpiry } from '../model/spec.ts';

/** Renews a room whose time has come, in the way that was asked for. */
export async function renewDue(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room, current, spec } = kept;
  const now = keeping.now();
  const { renewAt = Number.POSITIVE_INFINITY } = room;
  if (room.state !== 'active' || renewAt > now) return { outcome: 'unchanged', room };
  if (!isAlive(current, now)) {
    return isOver(spec, now)
      ? { outcome: 'over', room: await keeping.rooms.write({ ...atRest(room), updatedAt: now }) }
      : recreate(kept, 'expired', keeping);
  }
  return spec.renewal.mode === 'extend' ? extend(kept, keeping) : replace(kept, keeping);
}

/**
 * A new room in the place of a living one, unless people are in that at this moment and there is time to wait. Where no
 * new room can be had and there is no time to wait either, the living one is given a longer life.
 */
async function replace(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room } = kept;
  const { meetingSince, emergencyAt = 0 } = room;
  if (meetingSince !== undefined && keeping.now() < emergencyAt) {
    return { outcome: 'postponed', room: await keeping.rooms.write({ ...room, dueAt: emergencyAt }) };
  }
  try {
    return await recreate(kept, 'renewal', keeping);
  } catch (error) {
    const full = error instanceof PoolFullError && keeping.now() >= emergencyAt;
    if (full || (isOfTheProvider(error) && isLastResort(room, keeping.now()))) {
      return prolong(kept, error, keeping);
    }
    throw error;
  }
}

/**
 * Moves the expiry, the link staying. Where the provider cannot, has lost the room or has reached its limit, a new room
 * it is.
 */
async function extend(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room, current, spec } = kept;
  const capabilities = capabilitiesOf(current, keeping);
  const expiresAt = renewedExpiry(spec, keeping.now(), capabilities);
  if (!capabilities.movableExpiry || expiresAt <= current.expiresAt) return replace(kept, keeping);
  const announcement = { type: 'Room Updated', reason: 'renewal' } as const;
  try {
    const extended = await alterRoom(
      room,
      current,
      { spec, change: { expiresAt }, announcement },
      keeping,
      isLastResort(room, keeping.now()) ? 0 : Number.POSITIVE_INFINITY,
    );
    const after = { ...kept, room: extended, current: extended.current ?? current };
    return hasGained(current, expiresAt, after, keeping)
      ? { outcome: 'extended', room: extended }
      : replace(after, keeping);
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    const altered = { ...kept, room: error.room };
    return error.cause instanceof RoomGoneError
      ? recreate(altered, 'lost', keeping, { gone: true })
      : replace(altered, keeping);
  }
}

/** Not where a provider says yes and gives next to nothing: it has reached a limit that it does not speak of. */
function hasGained(before: LiveRoom, asked: Instant, { current, spec }: Kept, keeping: Keeping): boolean {
  const worthwhile = renewalWindow(asked - keeping.now(), keeping.renewal) ?? 0;
  const gained = current.expiresAt - before.expiresAt;
  return (
    gained >= Math.min(worthwhile, asked - before.expiresAt - MINUTE) || !isKeptPast(spec, current.expiresAt)
  );
}

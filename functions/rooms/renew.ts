import { capabilitiesOf } from './candidates.ts';
import { alterRoom, NotAlteredError } from './change.ts';
import { RoomGoneError } from './errors.ts';
import type { Keeping } from './keeping.ts';
import { type Kept, recreate } from './kept.ts';
import { atRest, isAlive } from './record.ts';
import { renewalWindow } from './renewal.ts';
import type { Result } from './result.ts';
import type { Instant, LiveRoom, Room } from './room.ts';
import { MINUTE } from './room.ts';
import { isKeptPast, isOver, renewedExpiry } from './spec.ts';

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

/** A new room in the place of a living one, unless people are in that at this moment and there is time to wait. */
async function replace(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room } = kept;
  const { meetingSince, emergencyAt = 0 } = room;
  if (meetingSince === undefined || keeping.now() >= emergencyAt) return recreate(kept, 'renewal', keeping);
  return { outcome: 'postponed', room: await keeping.rooms.write({ ...room, dueAt: emergencyAt }) };
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

/** After how many failed attempts a room that is about to end is kept in whatever way there is. */
const ENOUGH_ATTEMPTS = 2;

/** Whether the way that was asked for has failed, and there may be no time for it to succeed. */
function isLastResort({ emergencyAt, attempts }: Room, now: Instant): boolean {
  return now >= (emergencyAt ?? 0) && attempts >= ENOUGH_ATTEMPTS;
}

/** Not where a provider says yes and gives next to nothing: it has reached a limit that it does not speak of. */
function hasGained(before: LiveRoom, asked: Instant, { current, spec }: Kept, keeping: Keeping): boolean {
  const worthwhile = renewalWindow(asked - keeping.now(), keeping.renewal) ?? 0;
  const gained = current.expiresAt - before.expiresAt;
  return (
    gained >= Math.min(worthwhile, asked - before.expiresAt - MINUTE) || !isKeptPast(spec, current.expiresAt)
  );
}

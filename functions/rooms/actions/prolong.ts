import { capabilitiesOf } from '../lifecycle/candidates.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import type { KeptRoom } from '../lifecycle/recreate.ts';
import {
  ClaimHeldError,
  ClaimLostError,
  OutOfTimeError,
  PoolFullError,
  RoomChangedError,
} from '../model/errors.ts';
import type { Result } from '../model/result.ts';
import type { Room } from '../model/room.ts';
import { renewedExpiry } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';
import { abandoned } from '../model/transitions.ts';

/** After this many failed attempts, a room that is about to end is kept in any way that works. */
const ENOUGH_ATTEMPTS = 2;

/** Whether the requested way has failed and may not succeed before the room ends. */
export function isLastResort({ emergencyAt, attempts }: Room, now: Instant): boolean {
  return now >= (emergencyAt ?? 0) && attempts >= ENOUGH_ATTEMPTS;
}

/** Whether the error comes from the provider, and not from another worker or a lack of time. */
export function isOfTheProvider(error: unknown): error is Error {
  const others = [ClaimHeldError, ClaimLostError, OutOfTimeError, RoomChangedError];
  return error instanceof Error && !others.some((other) => error instanceof other);
}

/**
 * Extends the life of the current room, with the same link, if it would end before a new room can be created.
 * The room stays due: the new room follows as soon as it can be created.
 *
 * @param cause why there is no new room
 * @throws cause if the provider cannot move an expiry, or the move fails
 */
export async function prolong(kept: KeptRoom, cause: Error, context: RoomContext): Promise<Result> {
  const { current, spec } = kept;
  const now = context.now();
  const capabilities = capabilitiesOf(current, context);
  const expiresAt = renewedExpiry(spec, now, capabilities);
  // the failed attempt has written the row
  const room = await context.rooms.read(kept.room.key);
  const isOurs = room?.current?.id === current.id && (room.claim?.leaseUntil ?? 0) <= now;
  if (!isOurs || !capabilities.movableExpiry || expiresAt <= current.expiresAt) throw cause;
  const announcement = { type: 'Room Updated', reason: 'renewal' } as const;
  const warnings = [
    `renewal: no new room could be created, so the end of this one was moved to ${new Date(expiresAt).toISOString()}, ` +
      `and the new one follows: ${cause.message}`,
  ];
  if (cause instanceof PoolFullError) context.notice?.('pool-full');
  try {
    const change = { spec, change: { expiresAt }, announcement, warnings };
    const altered = await alterRoom(abandoned(room), current, change, context);
    context.notice?.('prolonged');
    return { outcome: 'extended', room: await stillDue(altered, cause, context) };
  } catch (error) {
    throw error instanceof NotAlteredError ? cause : error;
  }
}

async function stillDue(room: Room, cause: Error, { rooms, now }: RoomContext): Promise<Room> {
  if (room.state !== 'active') return room;
  return rooms.write({ ...room, renewAt: now(), dueAt: now(), lastError: cause.message });
}

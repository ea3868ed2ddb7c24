import { limitationsOf } from '../lifecycle/candidates.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { withAnnouncement } from '../model/announcements.ts';
import { RequestRefusedError, UnknownRoomError } from '../model/errors.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { Room, RoomRequest } from '../model/room.ts';
import { sequenceOf, withSequence } from '../model/sequence.ts';
import { isAwaited, scheduled } from '../model/transitions.ts';

/**
 * Pauses the rotation of a room until it is released. If it is not released, the room's link stops working at
 * its expiry. If there is no room to pause yet, or the room ends anyway, the row remembers the hold.
 */
export async function holdRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  return setHold(request, { to: 'held', outcome: 'held', announced: 'Room Held' }, context);
}

export async function releaseRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  return setHold(request, { to: 'active', outcome: 'released', announced: 'Room Released' }, context);
}

interface Step {
  readonly to: 'held' | 'active';
  readonly outcome: 'held' | 'released';
  readonly announced: 'Room Held' | 'Room Released';
}

async function setHold(request: RoomRequest, step: Step, context: RoomContext): Promise<Result> {
  const sequence = sequenceOf(request);
  return onKey(request.key, context, async (found) => {
    if (!found) throw unknownRoom(request);
    const room = await recoverRoom(found, context);
    const known = alreadySeen(room, sequence);
    if (known) return known;
    assertWanted(room, request);
    const moved = step.to === 'held' ? held(room, context) : released(room, context);
    const sequences = withSequence(room.sequences, sequence);
    const isTold = hasEffect(room, moved);
    const unannounced = isTold
      ? withAnnouncement(room, { type: step.announced, reason: 'requested' })
      : room.unannounced;
    const written = await context.rooms.write({
      ...moved,
      sequences,
      unannounced,
      updatedAt: context.now(),
    });
    if (isTold) return { outcome: step.outcome, room: written };
    return { outcome: moved.toBeHeld === room.toBeHeld ? 'unchanged' : 'noted', room: written };
  });
}

/** A key on demand keeps its state. While it is held, visitors cannot open a room. */
function hasEffect(room: Room, moved: Room): boolean {
  return moved.state !== room.state || (room.state === 'on-demand' && moved.toBeHeld !== room.toBeHeld);
}

function held(room: Room, context: RoomContext): Room {
  if (room.state === 'held') return room;
  const paused = { ...room, toBeHeld: true };
  return room.state === 'active' ? rescheduled(paused, context) : paused;
}

function released(room: Room, context: RoomContext): Room {
  const free = { ...room, toBeHeld: undefined };
  return room.state === 'held' ? rescheduled({ ...free, state: 'active' }, context) : free;
}

function rescheduled(room: Room, context: RoomContext): Room {
  return room.spec ? scheduled(room, room.spec, context.renewal, limitationsOf(room, context)) : room;
}

/**
 * Returns the error for a key that no request has named. Its request may still arrive, so the message waits a
 * little.
 */
export function unknownRoom({ key, action }: RoomRequest): UnknownRoomError {
  return new UnknownRoomError(`key: no room ${key} was ever asked for, so there is nothing to ${action}`);
}

/**
 * @throws UnknownRoomError if the key is cancelled: a request may still ask for it again
 * @throws RequestRefusedError if the room was refused
 */
export function assertWanted(room: Room, { key, action }: RoomRequest): void {
  if (isAwaited(room) || room.current || room.state === 'on-demand') return;
  if (room.state === 'cancelled') {
    throw new UnknownRoomError(
      `key: room ${key} is cancelled, so there is nothing to ${action}; ask for it again`,
    );
  }
  throw new RequestRefusedError(
    `key: room ${key} was refused, so there is nothing to ${action}; ask for it in another way: ${room.lastError ?? ''}`,
  );
}

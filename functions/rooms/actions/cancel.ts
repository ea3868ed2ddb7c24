import type { RoomContext } from '../lifecycle/context.ts';
import { flushAll, onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { withAnnouncement } from '../model/announcements.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { Announcement, Retiree, Room, RoomRequest } from '../model/room.ts';
import { sequenceOf, withSequence } from '../model/sequence.ts';
import { archived, blankRoom, isAlive, withRetirees } from '../model/transitions.ts';

const CANCELLED: Announcement = { type: 'Room Cancelled', reason: 'requested' };

/**
 * Ends every living room of a key as early as the provider allows. The row stays as a tombstone, also for a
 * key that was never seen: a late request then finds that it is outdated.
 */
export async function cancelRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  return onKey(request.key, context, async (found) => {
    const room = await recoverRoom(found ?? blankRoom(request.key, context.now()), context);
    return cancelOn(room, request, context);
  });
}

/** The same for a row that was read and has no open claim. */
export async function cancelOn(room: Room, request: RoomRequest, context: RoomContext): Promise<Result> {
  const { origin } = request;
  const sequence = sequenceOf(request);
  const known = alreadySeen(room, sequence);
  // the row has seen the request, but the request may not have ended all rooms yet
  if (known) return { ...known, room: await flushAll(room, context) };
  const sequences = withSequence(room.sequences, sequence);
  if (room.state === 'cancelled') {
    // forget the attempts and the pending hold of the cancelled request
    const quiet = { attempts: 0, lastError: undefined, toBeHeld: undefined };
    const again = await context.rooms.write({ ...room, ...quiet, sequences, updatedAt: context.now() });
    return { outcome: 'unchanged', room: await flushAll(again, context) };
  }
  const stone = await tombstone(room, context);
  const retired = await context.rooms.write({
    ...(room.revision === 0 && !request.news ? neverAsked(stone) : stone),
    sequences,
    origin: origin ?? room.origin,
  });
  return { outcome: 'cancelled', room: await flushAll(retired, context) };
}

/** Warns the caller that the key had no room and may be misspelled. */
function neverAsked(stone: Room): Room {
  const { key } = stone;
  return {
    ...stone,
    unannounced: withAnnouncement(stone, CANCELLED),
    warnings: [
      `key: room ${key} was cancelled before any request for it; if no request follows, check the spelling`,
    ],
  };
}

/**
 * Returns the tombstone of a row, not yet written: its living rooms are retired, its last generation is
 * archived.
 */
export async function tombstone(room: Room, context: RoomContext): Promise<Room> {
  const now = context.now();
  const living = await livingRooms(room, context);
  return {
    ...room,
    state: 'cancelled',
    current: undefined,
    previous: undefined,
    past: archived(room, { reason: 'cancelled', ends: true }, now),
    retirees: withRetirees(room, living, now),
    unannounced: room.current ? withAnnouncement(room, CANCELLED) : room.unannounced,
    unclear: undefined,
    toBeHeld: undefined,
    renewAt: undefined,
    dueAt: undefined,
    emergencyAt: undefined,
    meetingSince: undefined,
    warnings: [],
    attempts: 0,
    lastError: undefined,
    updatedAt: now,
  };
}

/** Returns every room of the key whose links work. */
export async function livingRooms(room: Room, { rooms, now }: RoomContext): Promise<readonly Retiree[]> {
  const living = [room.current, room.previous].filter((live) => isAlive(live, now()));
  // after several changes in a short time, generations before the previous one may still be alive
  const past = room.generation > 2 ? [...(room.past ?? []), ...(await rooms.history(room.key))] : [];
  return [
    ...living.map(({ application, id }) => ({ application, id })),
    ...past
      .filter(({ expiresAt }) => expiresAt > now())
      .map(({ application, roomId }) => ({ application, id: roomId })),
  ];
}

import { archiveCurrent } from '../lifecycle/archive.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { flushAll, onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { withAnnouncement } from '../model/announcements.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { Announcement, Retiree, Room, RoomRequest } from '../model/room.ts';
import { sequenceOf, withSequence } from '../model/sequence.ts';
import { blankRoom, isAlive, withRetirees } from '../model/transitions.ts';

const CANCELLED: Announcement = { type: 'Room Cancelled', reason: 'requested' };

/**
 * Ends every living room of a key as early as the provider allows. The row stays as a tombstone, also for a key
 * that was never seen: its request may be on its way and must find that it is outdated.
 */
export async function cancelRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  return onKey(request.key, context, async (found) => {
    const room = await recoverRoom(found ?? blankRoom(request.key, context.now()), context);
    return cancelOn(room, request, context);
  });
}

/** The same for a row that was read, and on which nothing is under way. */
export async function cancelOn(room: Room, request: RoomRequest, context: RoomContext): Promise<Result> {
  const { origin } = request;
  const sequence = sequenceOf(request);
  const known = alreadySeen(room, sequence);
  // that it was seen does not mean that its rooms could be ended
  if (known) return { ...known, room: await flushAll(room, context) };
  const sequences = withSequence(room.sequences, sequence);
  if (room.state === 'cancelled') {
    // what was asked for in between is not on its way any more
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

/** Whoever cancels a room by a request hears of it also where there was none, and that the key may be misspelled. */
function neverAsked(stone: Room): Room {
  const { key } = stone;
  return {
    ...stone,
    unannounced: withAnnouncement(stone, CANCELLED),
    warnings: [
      `key: nobody had asked for room ${key} when it was cancelled; if it is not on its way, check the spelling`,
    ],
  };
}

/** The tombstone of a row, not written yet: its living rooms are to be retired, its last generation is history. */
export async function tombstone(room: Room, context: RoomContext): Promise<Room> {
  const now = context.now();
  await archiveCurrent(room, { reason: 'cancelled', ends: true }, context);
  const living = await livingRooms(room, context);
  return {
    ...room,
    state: 'cancelled',
    current: undefined,
    previous: undefined,
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

/** Every room of the key whose links work. */
export async function livingRooms(room: Room, { rooms, now }: RoomContext): Promise<readonly Retiree[]> {
  const living = [room.current, room.previous].filter((live) => isAlive(live, now()));
  // generations before the previous one may still be alive when a room was changed several times in a short while
  const past = room.generation > 2 ? await rooms.history(room.key) : [];
  return [
    ...living.map(({ application, id }) => ({ application, id })),
    ...past
      .filter(({ expiresAt }) => expiresAt > now())
      .map(({ application, roomId }) => ({ application, id: roomId })),
  ];
}

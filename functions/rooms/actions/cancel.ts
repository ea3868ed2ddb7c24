import { archiveCurrent } from '../lifecycle/archive.ts';
import { finishRoom } from '../lifecycle/recover.ts';
import type { Keeping } from '../lifecycle/context.ts';
import { withNews } from '../lifecycle/announcements.ts';
import { blankRoom, isAlive, withRetirees } from '../model/transitions.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { Retiree, Room, RoomRequest } from '../model/room.ts';
import { sequenceOf, withSequence } from '../model/sequence.ts';
import { onKey, settleFully } from '../lifecycle/pending.ts';

/**
 * Ends every living room of a key as early as the provider allows. The row stays as a tombstone, also for a key
 * that was never seen: its request may be on its way and must find that it is outdated.
 */
export async function cancelRoom(request: RoomRequest, keeping: Keeping): Promise<Result> {
  return onKey(request.key, keeping, async (found) => {
    const room = await finishRoom(found ?? blankRoom(request.key, keeping.now()), keeping);
    return cancelOn(room, request, keeping);
  });
}

/** The same for a row that was read, and on which nothing is under way. */
export async function cancelOn(room: Room, request: RoomRequest, keeping: Keeping): Promise<Result> {
  const { origin } = request;
  const sequence = sequenceOf(request);
  const known = alreadySeen(room, sequence);
  // that it was seen does not mean that its rooms could be ended
  if (known) return { ...known, room: await settleFully(room, keeping) };
  const sequences = withSequence(room.sequences, sequence);
  if (room.state === 'cancelled') {
    // what was asked for in between is not on its way any more
    const quiet = { attempts: 0, lastError: undefined, toBeHeld: undefined };
    const again = await keeping.rooms.write({ ...room, ...quiet, sequences });
    return { outcome: 'unchanged', room: await settleFully(again, keeping) };
  }
  const retired = await keeping.rooms.write({
    ...(await buried(room, keeping)),
    sequences,
    origin: origin ?? room.origin,
    warnings: room.revision === 0 && !request.news ? [neverAsked(request)] : [],
  });
  return { outcome: 'cancelled', room: await settleFully(retired, keeping) };
}

function neverAsked({ key }: RoomRequest): string {
  return `key: nobody had asked for room ${key} when it was cancelled; if it is not on its way, check the spelling`;
}

/** The tombstone of a row, not written yet: its living rooms are to be retired, its last generation is history. */
export async function buried(room: Room, keeping: Keeping): Promise<Room> {
  const now = keeping.now();
  await archiveCurrent(room, { reason: 'cancelled', ends: true }, keeping);
  const living = await livingRooms(room, keeping);
  return {
    ...room,
    state: 'cancelled',
    current: undefined,
    previous: undefined,
    retirees: withRetirees(room, living, now),
    unannounced: room.current
      ? withNews(room, { type: 'Room Cancelled', reason: 'requested' })
      : room.unannounced,
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
export async function livingRooms(room: Room, { rooms, now }: Keeping): Promise<readonly Retiree[]> {
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

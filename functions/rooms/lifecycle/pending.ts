import { ClaimHeldError, ClaimLostError, RoomChangedError } from '../model/errors.ts';
import { type Keeping, onRoom } from './context.ts';
import { shownAt } from './announcements.ts';
import type { Result } from '../model/result.ts';
import type { Instant, Retiree, Room } from '../model/room.ts';

/**
 * Runs an operation on the row of a key, and does then what the row says is still to be done. A room is kept first and
 * told of afterwards, so that an outage of the bus keeps no room from being renewed; the caller hears of it, so that
 * the message comes back until everything is told.
 */
export function onKey(
  key: string,
  keeping: Keeping,
  operation: (found: Room | undefined) => Promise<Result>,
): Promise<Result> {
  return onRoom(key, keeping, async (found) => {
    const { outcome, room } = await keptOrTold(key, keeping, () => operation(found));
    return { outcome, room: room && (await settle(room, keeping)) };
  });
}

/** An operation that fails is no reason to leave untold what happened before it, or to let end what is to end. */
async function keptOrTold(key: string, keeping: Keeping, operate: () => Promise<Result>): Promise<Result> {
  try {
    return await operate();
  } catch (failure) {
    const others = [ClaimHeldError, ClaimLostError, RoomChangedError];
    if (!others.some((other) => failure instanceof other)) await settleLeft(key, keeping);
    throw failure;
  }
}

async function settleLeft(key: string, keeping: Keeping): Promise<void> {
  try {
    const room = await keeping.rooms.read(key);
    if (room && (room.claim?.leaseUntil ?? 0) <= keeping.now()) await settle(room, keeping);
  } catch (unsettled) {
    // it stays on the row; what failed first is what the caller must hear of
    if (!(unsettled instanceof Error)) throw unsettled;
  }
}

/**
 * Does what the row says is still to be done: announces what happened, and ends rooms at the provider that nobody
 * has any more. Both may be done twice when a crash falls between the doing and the writing; neither is forgotten.
 *
 * A room that cannot be ended at this moment stays on the row and stands in nobody's way: keeping a room goes before
 * tidying up after one.
 */
export async function settle(room: Room, keeping: Keeping): Promise<Room> {
  return (await tell(room, keeping)).told;
}

/** As `settle`, where the ending is the work: fails if a room could not be ended, once all else is done. */
export async function settleFully(room: Room, keeping: Keeping): Promise<Room> {
  const { told, failure } = await tell(room, keeping);
  if (failure) throw failure.reason;
  return told;
}

async function tell(room: Room, keeping: Keeping) {
  const { rooms, events, now } = keeping;
  const { unannounced = [] } = room;
  try {
    for (const [index, news] of unannounced.entries()) {
      await events.announce(shownAt(room, unannounced, index), news);
    }
  } catch (unheard) {
    await endUrgent(room, keeping);
    throw unheard;
  }
  const endings = await Promise.allSettled(room.retirees.map((retiree) => retire(retiree, keeping)));
  const retirees = endings.map((ending, index) =>
    ending.status === 'fulfilled' ? ending.value : (room.retirees[index] as Retiree),
  );
  const changed =
    unannounced.length > 0 || retirees.some((retiree, index) => retiree !== room.retirees[index]);
  const told = changed
    ? await rooms.write({ ...room, unannounced: undefined, retirees, updatedAt: now() })
    : room;
  return { told, failure: endings.find((ending) => ending.status === 'rejected') };
}

async function endUrgent(room: Room, keeping: Keeping): Promise<void> {
  if (!room.retirees.some(({ urgent, endsAt }) => urgent && endsAt === undefined)) return;
  const retirees = await Promise.all(
    room.retirees.map((retiree) => (retiree.urgent ? retire(retiree, keeping) : retiree)),
  );
  await keeping.rooms.write({ ...room, retirees });
}

async function retire(retiree: Retiree, { pool }: Keeping): Promise<Retiree> {
  if (retiree.endsAt !== undefined) return retiree;
  const endsAt: Instant = await pool.provider(retiree.application).retire(retiree.id);
  return { ...retiree, endsAt };
}

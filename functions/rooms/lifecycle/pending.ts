import { shownAt } from '../model/announcements.ts';
import { ClaimHeldError, ClaimLostError, RoomChangedError } from '../model/errors.ts';
import type { Result } from '../model/result.ts';
import type { Retiree, Room } from '../model/room.ts';
import type { Instant } from '../model/time.ts';
import { type RoomContext, withRoom } from './context.ts';
import { showLink } from './links.ts';

/**
 * Runs an operation on the row of a key, and does then what the row says is still to be done. A room is kept first and
 * told of afterwards, so that an outage of the bus keeps no room from being renewed; the caller hears of it, so that
 * the message comes back until everything is told.
 */
export function onKey(
  key: string,
  context: RoomContext,
  operation: (found: Room | undefined) => Promise<Result>,
): Promise<Result> {
  return withRoom(key, context, async (found) => {
    const result = await keptOrTold(key, context, () => operation(found));
    return { ...result, room: result.room && (await flushPending(result.room, context)) };
  });
}

/** An operation that fails is no reason to leave untold what happened before it, or to let end what is to end. */
async function keptOrTold(
  key: string,
  context: RoomContext,
  operate: () => Promise<Result>,
): Promise<Result> {
  try {
    return await operate();
  } catch (failure) {
    const others = [ClaimHeldError, ClaimLostError, RoomChangedError];
    if (!others.some((other) => failure instanceof other)) await settleLeft(key, context);
    throw failure;
  }
}

async function settleLeft(key: string, context: RoomContext): Promise<void> {
  try {
    const room = await context.rooms.read(key);
    if (room && (room.claim?.leaseUntil ?? 0) <= context.now()) await flushPending(room, context);
  } catch (unsettled) {
    // it stays on the row; what failed first is what the caller must hear of
    if (!(unsettled instanceof Error)) throw unsettled;
  }
}

/**
 * Does what the row says is still to be done: writes the link of the key where it shows something else, announces what
 * happened, and ends rooms at the provider that nobody has any more. Each may be done twice when a crash falls between
 * the doing and the writing; none is forgotten.
 *
 * A room that cannot be ended at this moment stays on the row and stands in nobody's way: keeping a room goes before
 * tidying up after one.
 */
export async function flushPending(room: Room, context: RoomContext): Promise<Room> {
  return (await flush(room, context)).told;
}

/** As `settle`, where the ending is the work: fails if a room could not be ended, once all else is done. */
export async function flushAll(room: Room, context: RoomContext): Promise<Room> {
  const { told, failure } = await flush(room, context);
  if (failure) throw failure.reason;
  return told;
}

async function flush(found: Room, context: RoomContext) {
  const { rooms, events, now } = context;
  let room = found;
  const { unannounced = [] } = found;
  try {
    room = await showLink(found, context);
    for (const [index, news] of unannounced.entries()) {
      await events.announce(shownAt(room, unannounced, index), news);
    }
  } catch (unheard) {
    await endUrgent(room, context);
    throw unheard;
  }
  const endings = await Promise.allSettled(room.retirees.map((retiree) => retire(retiree, context)));
  const retirees = room.retirees.map((retiree, index) => {
    const ending = endings[index];
    return ending?.status === 'fulfilled' ? ending.value : retiree;
  });
  const changed =
    room.shownLink !== found.shownLink ||
    room.withdrawnSlugs !== found.withdrawnSlugs ||
    unannounced.length > 0 ||
    retirees.some((retiree, index) => retiree !== room.retirees[index]);
  const told = changed
    ? await rooms.write({ ...room, unannounced: undefined, retirees, updatedAt: now() })
    : room;
  return { told, failure: endings.find((ending) => ending.status === 'rejected') };
}

async function endUrgent(room: Room, context: RoomContext): Promise<void> {
  if (!room.retirees.some(({ urgent, endsAt }) => urgent && endsAt === undefined)) return;
  const retirees = await Promise.all(
    room.retirees.map((retiree) => (retiree.urgent ? retire(retiree, context) : retiree)),
  );
  await context.rooms.write({ ...room, retirees });
}

async function retire(retiree: Retiree, { pool }: RoomContext): Promise<Retiree> {
  if (retiree.endsAt !== undefined) return retiree;
  const endsAt: Instant = await pool.provider(retiree.application).retire(retiree.id);
  return { ...retiree, endsAt };
}

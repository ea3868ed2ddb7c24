import { shownAt } from '../model/announcements.ts';
import { ClaimHeldError, ClaimLostError, RoomChangedError } from '../model/errors.ts';
import type { Result } from '../model/result.ts';
import type { Retiree, Room } from '../model/room.ts';
import type { Instant } from '../model/time.ts';
import { type RoomContext, withRoom } from './context.ts';
import { showLink } from './links.ts';

/**
 * Runs an operation on the row of a key, then flushes what the row has pending. A room is kept first and
 * announced afterwards, so that an outage of the bus prevents no renewal. A failed flush is an error for the
 * caller, so that the message comes back until everything is announced.
 *
 * @param glanced as in `withRoom`
 */
export function onKey(
  key: string,
  context: RoomContext,
  operation: (found: Room | undefined) => Promise<Result>,
  glanced?: Room,
): Promise<Result> {
  const withNews = async (found: Room | undefined) => {
    const result = await keptOrTold(key, context, () => operation(found));
    return { ...result, room: result.room && (await flushPending(result.room, context)) };
  };
  return withRoom(key, context, withNews, glanced);
}

/** Flushes the pending announcements and endings even if the operation fails. */
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
    // it stays on the row; the caller must get the first error
    if (!(unsettled instanceof Error)) throw unsettled;
  }
}

/**
 * Flushes what the row has pending. Writes the link of the key if the links table differs, announces events,
 * and ends rooms that are no longer on the row. A crash between an effect and its note on the row repeats the
 * effect; none is lost.
 *
 * A room that cannot be ended now stays on the row and blocks nothing: keeping rooms is more important than
 * ending old ones.
 */
export async function flushPending(room: Room, context: RoomContext): Promise<Room> {
  return (await flush(room, context)).told;
}

/** Like `flushPending`, but fails if a room could not be ended, after everything else is done. */
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

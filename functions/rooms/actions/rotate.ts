import { candidates, unmetSettings } from '../lifecycle/candidates.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { rewriteLink } from '../lifecycle/links.ts';
import type { Opening } from '../lifecycle/open.ts';
import { flushAll, onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { type KeptRoom, recreate } from '../lifecycle/recreate.ts';
import { withAnnouncement } from '../model/announcements.ts';
import { RequestRefusedError, RoomAwaitedError } from '../model/errors.ts';
import { notOfPool } from '../model/placement.ts';
import type { RotationOrder } from '../model/ports.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { Room, RoomRequest } from '../model/room.ts';
import { sequenceOf } from '../model/sequence.ts';
import { isOnDemand, isOver } from '../model/spec.ts';
import { hasExpired, isAlive } from '../model/transitions.ts';
import { livingRooms } from './cancel.ts';
import { assertWanted, unknownRoom } from './hold.ts';
import { renewDue } from './renew.ts';
import { correctDrift, reopenLost } from './repair.ts';
import { takeBack } from './take-back.ts';
import { noteUse } from './use.ts';

/**
 * Executes an order for one room, if the room still has the nominated generation. A second order for the same
 * generation changes nothing.
 */
export async function rotateRoom(order: RotationOrder, context: RoomContext): Promise<Result> {
  const rotate = async (found: Room | undefined): Promise<Result> => {
    if (!found) return { outcome: 'outdated' };
    const room = await recoverRoom(found, context);
    const { current, spec, generation } = room;
    if (order.cause === 'unfinished') return tidyUp(found, room, context);
    if (order.cause === 'link') return { outcome: 'unchanged', room: await rewriteLink(room, context) };
    if (order.cause === 'recovered') return takeBack(room, order.found ?? [], context);
    if (!current || !spec) return { outcome: 'unchanged', room };
    if (generation !== order.generation) return { outcome: 'outdated', room };
    return CAUSES[order.cause]({ room, current, spec }, context);
  };
  return onKey(order.key, context, rotate, await glanceAt(order, context));
}

/**
 * Returns the row of an order of the planner if it shows what the planner saw: then a claim comes next, which fails
 * if the row is older than it. Any other order, or row, is decided on a row that is certainly the latest.
 */
async function glanceAt(
  { key, cause, generation }: RotationOrder,
  { rooms, now }: RoomContext,
): Promise<Room | undefined> {
  if (cause !== 'due') return undefined;
  const room = await rooms.glance(key);
  const { current, renewAt = Number.POSITIVE_INFINITY } = room ?? {};
  const isToBeClaimed =
    room?.state === 'active' &&
    !room.claim &&
    room.generation === generation &&
    renewAt <= now() &&
    isAlive(current, now()) &&
    !current.byUse;
  return isToBeClaimed ? room : undefined;
}

/** @param room the row from the table, or the same without the change that it was found with */
async function tidyUp(found: Room, room: Room, context: RoomContext): Promise<Result> {
  const isFree = found.claim && found.revision === room.revision;
  const tidy = isFree ? await context.rooms.write(room) : room;
  return { outcome: 'unchanged', room: await flushAll(tidy, context) };
}

/** Announces that a room without renewal has reached its expiry. */
async function announceEnd({ room }: KeptRoom, context: RoomContext): Promise<Result> {
  const now = context.now();
  if (!hasExpired(room, now)) return { outcome: 'unchanged', room };
  const unannounced = withAnnouncement(room, { type: 'Room Ended', reason: 'expired' });
  return {
    outcome: 'over',
    room: await context.rooms.write({ ...room, ended: true, unannounced, updatedAt: now }),
  };
}

const CAUSES = {
  due: renewDue,
  lost: reopenLost,
  drifted: correctDrift,
  used: noteUse,
  ended: announceEnd,
} as const;

/** Rotates a room because a person asks for it now: no back-off, hold or meeting delays it. */
export async function rotateNow(request: RoomRequest, context: RoomContext): Promise<Result> {
  const sequence = sequenceOf(request);
  return onKey(request.key, context, async (found) => {
    if (!found) throw unknownRoom(request);
    const room = await recoverRoom(found, context);
    const known = alreadySeen(room, sequence);
    // the row has seen the request, but the request may not have ended all rooms yet
    if (known) return request.revoke ? { ...known, room: await flushAll(room, context) } : known;
    assertWanted(room, request);
    const { current, spec } = room;
    if (!current || !spec) throw nothingToRotate(room);
    const { to } = request;
    assertPossible(request, { room, spec }, context);
    const kept = { room, current, spec };
    if (request.revoke) return revoke(kept, { sequence, to }, context);
    const reason = to === undefined || to === current.application ? 'requested' : 'moved';
    return recreate(kept, reason, context, { sequence, to });
  });
}

/** Waits if a room is being created. A room on demand may never be created. */
function nothingToRotate({ key, spec }: Room): Error {
  return isOnDemand(spec)
    ? new RequestRefusedError(
        `key: room ${key} is on demand and was never opened, so there is nothing to rotate`,
      )
    : new RoomAwaitedError(`room ${key} is on its way, and can be renewed then`);
}

/** Opens a new room and ends all earlier rooms of the key, because their links have leaked. */
async function revoke(
  kept: KeptRoom,
  rotation: Pick<Opening, 'sequence' | 'to'>,
  context: RoomContext,
): Promise<Result> {
  const ends = (await livingRooms(kept.room, context)).map((living) => ({ ...living, urgent: true }));
  const { outcome, room } = await recreate(kept, 'revoked', context, { ...rotation, gone: true, ends });
  return { outcome, room: room && (await flushAll(room, context)) };
}

function assertPossible(
  { key, to }: RoomRequest,
  { room, spec }: Pick<KeptRoom, 'room' | 'spec'>,
  { pool, now }: RoomContext,
): void {
  if (isOver(spec, now())) {
    const until = new Date(spec.renewal.until ?? now()).toISOString();
    throw new RequestRefusedError(
      `key: room ${key} is not needed since ${until}; ask for it again with a later renewal.until`,
    );
  }
  if (to !== undefined && !pool.names.includes(to)) {
    throw new RequestRefusedError(`to: ${notOfPool(pool.names, to)}`);
  }
  if (to === undefined) return;
  const unmet = unmetSettings(room, spec, pool, candidates(room, spec, pool, to));
  if (unmet !== undefined) throw new RequestRefusedError(unmet);
}

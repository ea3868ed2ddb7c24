import {
  ClaimHeldError,
  ClaimLostError,
  PoolFullError,
  ProviderRefusedError,
  RoomChangedError,
  RoomGoneError,
  ThrottledError,
  UnauthorizedError,
  UnreachableError,
} from '../model/errors.ts';
import type { Claim, LiveRoom, Room } from '../model/room.ts';
import { standing } from '../model/sequence.ts';
import { roomToken } from '../model/token.ts';
import { claimed, failed, givenUp, isAccountedFor, isRetired } from '../model/transitions.ts';
import type { RoomContext } from './context.ts';
import { withRoom } from './context.ts';

/** A row whose claim this worker holds. */
export type ClaimedRoom = Room & { readonly claim: Claim };

/** What a worker wants to claim, before it owns the claim. */
export type Intent = Omit<Claim, 'owner' | 'takenAt' | 'leaseUntil' | 'bookmark' | 'from'>;

/**
 * Claims the right to act on a key at the provider, before the provider is called. The write is conditional:
 * of two workers one continues, and the other starts over and finds this claim.
 */
export async function takeClaim(room: Room, intent: Intent, context: RoomContext): Promise<ClaimedRoom> {
  const now = context.now();
  const claim: Claim = {
    ...intent,
    owner: context.newOwner(),
    takenAt: now,
    leaseUntil: now + context.lease,
    bookmark: context.pool.provider(intent.application).bookmark(),
  };
  return asClaimed(await context.rooms.write(claimed(room, claim, now)));
}

/**
 * Points the claim at another application before that application is called, so that a recovery after a crash
 * looks in the right place.
 */
export async function moveClaim(
  room: ClaimedRoom,
  target: Pick<Claim, 'application' | 'expiresAt' | 'warnings'>,
  context: RoomContext,
): Promise<ClaimedRoom> {
  const bookmark = context.pool.provider(target.application).bookmark();
  const claim: Claim = {
    ...room.claim,
    ...target,
    bookmark,
    leaseUntil: context.now() + context.lease,
  };
  return asClaimed(await context.rooms.write({ ...room, claim }));
}

/** @throws ClaimHeldError while another worker's lease runs */
export function assertUnclaimed(room: Room, context: RoomContext): void {
  const left = (room.claim?.leaseUntil ?? 0) - context.now();
  if (left > 0) throw new ClaimHeldError(room.key, left);
}

/**
 * Whether a call that failed with this error may still have had its effect. True unless the error is known to
 * be harmless.
 */
export function mayHaveActed(error: unknown): boolean {
  if (error instanceof ThrottledError) return error.ambiguous;
  return !(
    error instanceof ProviderRefusedError ||
    error instanceof PoolFullError ||
    error instanceof RoomGoneError ||
    error instanceof UnreachableError ||
    error instanceof UnauthorizedError
  );
}

/** Releases the claim after a failure, so that the next attempt can start immediately. */
export async function releaseClaim(room: ClaimedRoom, error: Error, context: RoomContext): Promise<void> {
  try {
    await completeClaim(room, (ours) => failed(ours, error, mayHaveActed(error), context.now()), context);
  } catch (lostOrUnwritten) {
    // the lease ends anyway a little later; the caller must get the first error
    if (!(lostOrUnwritten instanceof Error)) throw lostOrUnwritten;
  }
}

/**
 * Records the outcome of a claim. Other updates may have changed the row meanwhile. While the claim is still
 * this worker's, the outcome is applied to the current row.
 *
 * @param made the room that was created under the claim: if this worker loses the race, the room is retired
 * @throws ClaimLostError if the lease ran out and another worker took over
 */
export async function completeClaim(
  room: ClaimedRoom,
  outcome: (ours: Room) => Room,
  context: RoomContext,
  made?: LiveRoom,
): Promise<Room> {
  try {
    return await context.rooms.write(outcome(room));
  } catch (error) {
    if (!(error instanceof RoomChangedError)) throw error;
  }
  return withRoom(room.key, context, async (found) => {
    // found by this worker and abandoned by its maker in the same moment: a room that is about to end must
    // not become current
    if (found && isRetired(found, made?.id, context.now())) throw lost(room);
    if (found?.claim?.owner === room.claim.owner) return context.rooms.write(outcome(found));
    if (!found || !made) throw lost(room);
    if (isAccountedFor(found, made.id, context.now())) {
      if (isNoNews(found, room.claim)) return found;
    } else if (!isShared(made, room, found, context)) {
      // write the row first: a search for a lost room must not adopt this room, which is about to end
      await context.rooms.write(givenUp(found, made, room.claim.generation, context.now()));
    }
    throw lost(room);
  });
}

/**
 * Whether the row has already seen the sequence that the claim was taken for. Then it does not matter who
 * recorded the room.
 */
function isNoNews(found: Room, { sequence }: Claim): boolean {
  return sequence === undefined || standing(found, sequence) !== 'new';
}

/** If a create is idempotent, the worker that took the claim over gets the same room as this worker. */
function isShared(
  made: LiveRoom,
  { claim: ours, key }: ClaimedRoom,
  { claim: theirs }: Room,
  { pool, deployment }: RoomContext,
): boolean {
  const token = ({ generation, spec }: Claim) => roomToken(deployment, key, generation, spec);
  const sameRoom = theirs && token(theirs) === token(ours) && theirs.application === made.application;
  return sameRoom === true && pool.provider(made.application).capabilities.idempotentCreate;
}

function lost({ key, claim }: ClaimedRoom): ClaimLostError {
  return new ClaimLostError(
    `the lease on room ${key} ran out while generation ${claim.generation} was being made or changed and another ` +
      'worker took it over; a room that was created without use is retired',
  );
}

function asClaimed(room: Room): ClaimedRoom {
  const { claim } = room;
  if (!claim) throw new TypeError(`room ${room.key} was written without the claim it was to carry`);
  return { ...room, claim };
}

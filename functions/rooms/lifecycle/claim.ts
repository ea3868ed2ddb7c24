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

/** A row whose claim is ours. */
export type ClaimedRoom = Room & { readonly claim: Claim };

/** What is to be done, before anybody owns it. */
export type Intent = Omit<Claim, 'owner' | 'takenAt' | 'leaseUntil' | 'bookmark' | 'from'>;

/**
 * Takes the right to act on a key at the provider, before the provider is called. The write is conditional, so of
 * two workers one goes on and the other starts over and meets this claim.
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

/** Points the claim at another application before that one is called, so that a crash is looked for in the right place. */
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

/** Whether a call that failed so may have had its effect all the same. Anything not known to be harmless may. */
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

/** Gives the claim back after a failure, for the next attempt to start at once. */
export async function releaseClaim(room: ClaimedRoom, error: Error, context: RoomContext): Promise<void> {
  try {
    await completeClaim(room, (ours) => failed(ours, error, mayHaveActed(error), context.now()), context);
  } catch (lostOrUnwritten) {
    // the claim's own lease says the same a little later; what failed first is what the caller must hear of
    if (!(lostOrUnwritten instanceof Error)) throw lostOrUnwritten;
  }
}

/**
 * Writes what came of a claim. Other news may have changed the row meanwhile; as long as the claim is still ours
 * the outcome is applied to the row as it is now.
 *
 * @param made the room that was made under the claim: the loser of a race has it retired
 * @throws ClaimLostError where the lease ran out and another worker took over
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
    // found by us and given up by its maker in the same moment: what is about to end must not become current
    if (found && isRetired(found, made?.id, context.now())) throw lost(room);
    if (found?.claim?.owner === room.claim.owner) return context.rooms.write(outcome(found));
    if (!found || !made) throw lost(room);
    if (isAccountedFor(found, made.id, context.now())) {
      if (isNoNews(found, room.claim)) return found;
    } else if (!isShared(made, room, found, context)) {
      // on the row first: whoever looks for a lost room at this moment must not adopt the one that is about to end
      await context.rooms.write(givenUp(found, made, room.claim.generation, context.now()));
    }
    throw lost(room);
  });
}

/** Whether the row has heard what the claim was taken for: then it is all the same who recorded the room. */
function isNoNews(found: Room, { sequence }: Claim): boolean {
  return sequence === undefined || standing(found, sequence) !== 'new';
}

/** Where a create is idempotent, whoever took the claim over is making, or has, the very room that we hold. */
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
      'worker took it over; a room that was made in vain is retired',
  );
}

function asClaimed(room: Room): ClaimedRoom {
  const { claim } = room;
  if (!claim) throw new TypeError(`room ${room.key} was written without the claim it was to carry`);
  return { ...room, claim };
}

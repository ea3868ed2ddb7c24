import type { ProviderRoom } from '../model/ports.ts';
import type { Claim, Room } from '../model/room.ts';
import type { Duration } from '../model/time.ts';
import { HOUR, MINUTE } from '../model/time.ts';
import { formerToken, roomToken } from '../model/token.ts';
import { abandoned, isAccountedFor, isAlive, unclaimed } from '../model/transitions.ts';
import { assertUnclaimed, type ClaimedRoom } from './claim.ts';
import type { RoomContext } from './context.ts';
import { asLive, record } from './open.ts';

/**
 * Recovers the work of an earlier attempt, before new work begins. A claim whose lease is over may have
 * created a room, so the room is looked for and adopted. A change without a clear answer is not repeated
 * here: its requester repeats it. The next write of the row notes which values may have changed.
 *
 * @throws ClaimHeldError while the lease of another worker runs
 */
export async function recoverRoom(room: Room, context: RoomContext): Promise<Room> {
  assertUnclaimed(room, context);
  const { claim } = room;
  return claim?.purpose === 'open' ? adopt({ ...room, claim }, context) : unclaimed(room);
}

/** An expiry may come back rounded. */
const ROUNDING = MINUTE;

async function adopt(room: ClaimedRoom, context: RoomContext): Promise<Room> {
  const { claim } = room;
  const found = await look(room, context);
  if (!found) return context.rooms.write(abandoned(room));
  const [ours] = found.filter((candidate) => isAdoptable(candidate, room, context)).sort(oldestFirst);
  if (!ours) return context.rooms.write(unclaimed(room));
  // its life began when it was created, however long it took to be found
  return record(room, asLive(ours, claim.application, ours.createdAt), context);
}

/** For how long a room that may have been created is looked for, if the key cannot wait any longer. */
const MAX_WAIT: Duration = HOUR;

/** @returns undefined if the look fails and the key cannot wait for another one */
async function look(
  { claim, key, current, emergencyAt = 0 }: ClaimedRoom,
  context: RoomContext,
): Promise<readonly ProviderRoom[] | undefined> {
  const { pool, deployment, formerly, now } = context;
  try {
    const since = claim.bookmark ?? (await notedBookmark(claim, context));
    const tokens = [roomToken(deployment, key, claim.generation, claim.spec)];
    if (formerly !== undefined) tokens.push(formerToken(formerly, key, claim.generation, claim.spec));
    for (const token of tokens) {
      const found = await pool.provider(claim.application).find(token, since);
      if (found.length > 0) return found;
    }
    return [];
  } catch (error) {
    const isUrgent = isAlive(current, now())
      ? now() >= emergencyAt
      : pool.names.some((name) => name !== claim.application);
    if (!isUrgent || now() - claim.takenAt < MAX_WAIT) throw error;
    return undefined;
  }
}

/**
 * Earlier attempts at the same generation may have created the room, a short time before the claim was taken.
 * An older room is an orphan that reconciliation may be retiring now: reconciliation ends unknown rooms an
 * hour after their creation, at most 15 minutes after it read the row.
 */
const FORERUNNERS = 30 * MINUTE;

/**
 * Most workers take a claim without having read a list, and a list grows for years. Then reconciliation's
 * last bookmark is used, if it is older than everything that is looked for now.
 */
async function notedBookmark(
  { application, takenAt }: Claim,
  { rooms, pool }: RoomContext,
): Promise<string | undefined> {
  if (pool.provider(application).capabilities.findable === 'by-token') return undefined;
  const end = await rooms.listEnd(application);
  return end && end.seenAt <= takenAt - FORERUNNERS ? end.bookmark : undefined;
}

/**
 * False for a room that is being retired: it carries the token too, but its end was moved to an earlier time.
 */
function isAdoptable(candidate: ProviderRoom, room: ClaimedRoom, { pool, now }: RoomContext): boolean {
  const { claim } = room;
  const { shortestLife } = pool.provider(claim.application).capabilities;
  const endsSoon = candidate.expiresAt <= now() + shortestLife + ROUNDING;
  return (
    candidate.available &&
    candidate.expiresAt > now() &&
    (!endsSoon || candidate.expiresAt >= claim.expiresAt - ROUNDING) &&
    candidate.createdAt >= claim.takenAt - FORERUNNERS &&
    !isAccountedFor(room, candidate.id, now())
  );
}

function oldestFirst(a: ProviderRoom, b: ProviderRoom): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

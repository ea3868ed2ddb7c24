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
 * Sees to what an earlier attempt left, before anything new is begun. A claim whose lease is over may have made a room,
 * so its room is looked for and adopted. A change that got no clear answer is not made again: that is for whoever
 * wanted it, and stands in nobody's way. The row remembers with its next write what may have been changed.
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
  // its life began when it was made, however long it took to be found
  return record(room, asLive(ours, claim.application, ours.createdAt), context);
}

/** For how long a room that may have been made is looked for, where a key cannot wait any longer. */
const MAX_WAIT: Duration = HOUR;

/** @returns undefined where nobody can look, and the key cannot wait until somebody can */
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
 * Earlier attempts at the same generation may have made the room, not long before the claim was taken. One that is
 * older has been an orphan that reconciliation may be retiring at this moment: it ends whatever is no row's an hour
 * after it was made, and takes a quarter of an hour at most from its look at the row.
 */
const FORERUNNERS = 30 * MINUTE;

/**
 * Hardly any worker has read a list before it takes a claim, and a list grows for years: then the place serves that
 * reconciliation noted, if it was there before anything that is looked for now.
 */
async function notedBookmark(
  { application, takenAt }: Claim,
  { rooms, pool }: RoomContext,
): Promise<string | undefined> {
  if (pool.provider(application).capabilities.findable === 'by-token') return undefined;
  const end = await rooms.listEnd(application);
  return end && end.seenAt <= takenAt - FORERUNNERS ? end.bookmark : undefined;
}

/** Not one that is being retired: it carries the token too, but its end has been moved up. */
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

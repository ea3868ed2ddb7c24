import { capabilitiesOf } from './candidates.ts';
import { alterRoom, NotAlteredError } from './change.ts';
import { driftOf } from './drift.ts';
import { RequestRefusedError, RoomGoneError } from './errors.ts';
import { finishRoom } from './finish.ts';
import { unknownRoom } from './hold.ts';
import { type Keeping, onRoom } from './keeping.ts';
import { isBornDue, openRoom } from './open.ts';
import type { Capabilities, RotationOrder } from './ports.ts';
import { atRest, isAlive } from './record.ts';
import { alreadySeen, type Result } from './result.ts';
import type { Instant, LiveRoom, Room, RoomRequest, RoomSpec, Sequence } from './room.ts';
import { sequenceOf } from './sequence.ts';
import { settleFully } from './settle.ts';
import { isKeptPast, isOver, renewedExpiry } from './spec.ts';

/** Row, room and spec of a room that is kept. */
interface Kept {
  readonly room: Room;
  readonly current: LiveRoom;
  readonly spec: RoomSpec;
}

/** Keeps one room, if it still is what was nominated: a second order for the same generation changes nothing. */
export async function rotateRoom(order: RotationOrder, keeping: Keeping): Promise<Result> {
  return onRoom(order.key, keeping, async (found) => {
    if (!found) return { outcome: 'outdated' };
    const room = await finishRoom(found, keeping);
    const { current, spec, generation } = room;
    if (order.cause === 'unfinished') return { outcome: 'unchanged', room: await settleFully(room, keeping) };
    if (!current || !spec) return { outcome: 'unchanged', room };
    if (generation !== order.generation) return { outcome: 'outdated', room };
    return CAUSES[order.cause]({ room, current, spec }, keeping);
  });
}

const CAUSES = { due: renewDue, lost: reopenLost, drifted: correctDrift } as const;

/** Rotates a room because a person asks for it now: neither a back-off, a hold nor a meeting stands in the way. */
export async function rotateNow(request: RoomRequest, keeping: Keeping): Promise<Result> {
  const sequence = sequenceOf(request);
  return onRoom(request.key, keeping, async (found) => {
    if (!found) throw unknownRoom(request);
    const room = await finishRoom(found, keeping);
    const known = alreadySeen(room, sequence);
    if (known) return known;
    const { current, spec } = room;
    if (!current || !spec) throw unknownRoom(request);
    const { to } = request;
    if (to !== undefined && !keeping.pool.names.includes(to)) {
      throw new RequestRefusedError(
        `to: must be an application of the pool (${keeping.pool.names.join(', ')}), got ${to}`,
      );
    }
    const reason = to === undefined || to === current.application ? 'requested' : 'moved';
    return recreate({ room, current, spec }, reason, keeping, { sequence, to });
  });
}

async function renewDue(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room, current, spec } = kept;
  const now = keeping.now();
  const { renewAt = Number.POSITIVE_INFINITY } = room;
  if (room.state !== 'active' || renewAt > now) return { outcome: 'unchanged', room };
  if (!isAlive(current, now)) {
    return isOver(spec, now)
      ? { outcome: 'over', room: await keeping.rooms.write({ ...atRest(room), updatedAt: now }) }
      : recreate(kept, 'expired', keeping);
  }
  return spec.renewal.mode === 'extend' ? extend(kept, keeping) : replace(kept, keeping);
}

/** A new room in the place of a living one, unless people are in that at this moment and there is time to wait. */
async function replace(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room } = kept;
  const { meetingSince, emergencyAt = 0 } = room;
  if (meetingSince === undefined || keeping.now() >= emergencyAt) return recreate(kept, 'renewal', keeping);
  return { outcome: 'postponed', room: await keeping.rooms.write({ ...room, dueAt: emergencyAt }) };
}

/**
 * Moves the expiry, the link staying. Where the provider cannot, has lost the room or has reached its limit, a new room
 * it is.
 */
async function extend(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room, current, spec } = kept;
  const capabilities = capabilitiesOf(current, keeping);
  const expiresAt = renewedExpiry(spec, keeping.now(), capabilities);
  if (!capabilities.movableExpiry || expiresAt <= current.expiresAt) return replace(kept, keeping);
  const announcement = { type: 'Room Updated', reason: 'renewal' } as const;
  try {
    const extended = await alterRoom(room, current, { spec, change: { expiresAt }, announcement }, keeping);
    if (!extended.current || !isBornDue({ spec, expiresAt }, extended.current, keeping)) {
      return { outcome: 'extended', room: extended };
    }
    // the provider said yes and gave next to nothing: it has reached a limit that it does not speak of
    return replace({ ...kept, room: extended, current: extended.current }, keeping);
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    const altered = { ...kept, room: error.room };
    return error.cause instanceof RoomGoneError
      ? recreate(altered, 'lost', keeping, { gone: true })
      : replace(altered, keeping);
  }
}

async function reopenLost(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room, current, spec } = kept;
  const now = keeping.now();
  const seen = await keeping.pool.provider(current.application).get(current.id);
  const lives = seen?.available && seen.expiresAt > now;
  const goesOn = isKeptPast(spec, current.expiresAt) && !isOver(spec, now);
  if (lives || !(current.expiresAt > now || goesOn)) return { outcome: 'unchanged', room };
  const expiry = goesOn ? undefined : current.expiresAt;
  return recreate(kept, 'lost', keeping, { expiry, gone: true });
}

async function correctDrift(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room, current, spec } = kept;
  const provider = keeping.pool.provider(current.application);
  const seen = await provider.get(current.id);
  if (!seen?.available) return reopenLost(kept, keeping);
  const change = driftOf(current, spec, seen, provider.capabilities, keeping.now());
  if (!change) return { outcome: 'unchanged', room };
  const announcement = { type: 'Room Updated', reason: 'drift' } as const;
  try {
    return {
      outcome: 'updated',
      room: await alterRoom(room, current, { spec, change, announcement }, keeping),
    };
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    if (error.cause instanceof RoomGoneError) return reopenLost({ ...kept, room: error.room }, keeping);
    throw error.cause;
  }
}

async function recreate(
  { room, spec }: Kept,
  reason: string,
  keeping: Keeping,
  { expiry: wanted, ...more }: { sequence?: Sequence; expiry?: Instant; to?: string; gone?: boolean } = {},
): Promise<Result> {
  const now = keeping.now();
  const announcement = { type: 'Room Rotated', reason } as const;
  const expiry = (capabilities: Capabilities) =>
    wanted === undefined
      ? renewedExpiry(spec, now, capabilities)
      : Math.max(wanted, now + capabilities.shortestLife);
  return {
    outcome: 'rotated',
    room: await openRoom(room, { spec, announcement, expiry, ...more }, keeping),
  };
}

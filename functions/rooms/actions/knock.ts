import type { RoomContext } from '../lifecycle/context.ts';
import { openRoom } from '../lifecycle/open.ts';
import { onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import type { Capabilities } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import type { Room, RoomRequest, RoomSpec } from '../model/room.ts';
import { isOnDemand, isOver, renewedExpiry } from '../model/spec.ts';
import { type Duration, MINUTE } from '../model/time.ts';
import { isAlive } from '../model/transitions.ts';
import { unknownRoom } from './hold.ts';
import { renewDue } from './renew.ts';

/** A visitor who knocked longer ago has left, or has knocked again. */
const PATIENCE: Duration = 10 * MINUTE;

/**
 * Opens the room of a key because a visitor waits at its link and the key has no room: it is on demand, or
 * its renewal is late. If the room is alive, the provider is not called.
 */
export async function knockRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  const { key, knockedAt = 0 } = request;
  return onKey(key, context, async (found) => {
    if (!found) throw unknownRoom(request);
    if (knockedAt < context.now() - PATIENCE) return { outcome: 'outdated', room: found };
    if (isAlive(found.current, context.now())) return { outcome: 'unchanged', room: found };
    const room = await recoverRoom(found, context);
    return answer(room, context);
  });
}

async function answer(room: Room, context: RoomContext): Promise<Result> {
  const { current, spec, state, toBeHeld } = room;
  const now = context.now();
  const isWanted = spec && state !== 'cancelled' && state !== 'rejected' && !toBeHeld && !isOver(spec, now);
  if (!isWanted || isAlive(current, now)) return { outcome: 'unchanged', room };
  if (isOnDemand(spec)) return { outcome: 'created', room: await openAtKnock(room, spec, context) };
  return current ? renewDue({ room, current, spec }, context) : { outcome: 'unchanged', room };
}

function openAtKnock(room: Room, spec: RoomSpec, context: RoomContext): Promise<Room> {
  const announcement = { type: 'Room Created', reason: 'knock' } as const;
  const now = context.now();
  const expiry = (capabilities: Capabilities) => renewedExpiry(spec, now, capabilities);
  return openRoom(room, { spec, announcement, expiry }, context);
}

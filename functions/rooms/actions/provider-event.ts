import { finishRoom } from '../lifecycle/recover.ts';
import { isGone } from '../lifecycle/gone.ts';
import type { Keeping } from '../lifecycle/context.ts';
import { type Kept, recreate } from '../lifecycle/recreate.ts';
import { reopenLost } from './repair.ts';
import type { RoomNews } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import { type Duration, MINUTE } from '../model/room.ts';
import { onKey } from '../lifecycle/pending.ts';
import { isOver } from '../model/spec.ts';

/** A provider's clock may differ from ours by this much: a room that ends so early ends at its time. */
const SKEW: Duration = 5 * MINUTE;

/**
 * Acts on what a provider told of a room. Nobody vouches for it, so whatever would have an effect is looked up at the
 * provider first; news of a room that is not the current one is nobody's concern.
 */
export async function heedNews({ key, roomId, news }: RoomNews, keeping: Keeping): Promise<Result> {
  return onKey(key, keeping, async (found) => {
    if (!found) return { outcome: 'outdated' };
    const room = await finishRoom(found, keeping);
    const { current, spec } = room;
    if (!current || !spec || current.id !== roomId) return { outcome: 'outdated', room };
    // nobody can look there any more, and what nobody has looked into is not believed
    if (!keeping.pool.names.includes(current.application)) return { outcome: 'unchanged', room };
    return HEED[news]({ room, current, spec }, keeping);
  });
}

const HEED = {
  expired: openAgain,
  'meeting-started': waitForMeeting,
  'meeting-ended': endWaiting,
} as const satisfies Record<RoomNews['news'], unknown>;

async function waitForMeeting(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room } = kept;
  if (room.meetingSince !== undefined || !(await isThere(kept, keeping)))
    return { outcome: 'unchanged', room };
  return { outcome: 'noted', room: await keeping.rooms.write({ ...room, meetingSince: keeping.now() }) };
}

/** Needs no look: at worst, a link changes during a meeting as it would if nobody told us of meetings. */
async function endWaiting({ room }: Kept, keeping: Keeping): Promise<Result> {
  const { meetingSince, state, dueAt, emergencyAt, renewAt } = room;
  if (meetingSince === undefined) return { outcome: 'unchanged', room };
  const postponed = state === 'active' && dueAt !== undefined && dueAt === emergencyAt;
  const written = await keeping.rooms.write({
    ...room,
    meetingSince: undefined,
    dueAt: postponed ? renewAt : dueAt,
  });
  return { outcome: 'noted', room: written };
}

async function openAgain(kept: Kept, keeping: Keeping): Promise<Result> {
  const { room, current, spec } = kept;
  const now = keeping.now();
  if (current.expiresAt > now + SKEW) return reopenLost(kept, keeping);
  const needed = room.state === 'active' && !isOver(spec, now);
  if (!needed || !(await isGone(current, keeping))) return { outcome: 'unchanged', room };
  return recreate(kept, 'expired', keeping, { gone: true });
}

async function isThere({ current }: Kept, { pool, now }: Keeping): Promise<boolean> {
  const seen = await pool.provider(current.application).get(current.id);
  return seen?.available === true && seen.expiresAt > now();
}

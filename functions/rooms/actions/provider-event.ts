import type { RoomContext } from '../lifecycle/context.ts';
import { isGone } from '../lifecycle/gone.ts';
import { onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { type KeptRoom, recreate } from '../lifecycle/recreate.ts';
import type { ProviderEvent, RoomNews } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import { isOver } from '../model/spec.ts';
import { type Duration, MINUTE } from '../model/time.ts';
import { reopenLost } from './repair.ts';
import { afterUse } from './use.ts';

/**
 * A provider's clock may differ from ours by this much: a room that ends this much too early counts as ended
 * on time.
 */
const SKEW: Duration = 5 * MINUTE;

/**
 * Finds the key of a provider's event.
 *
 * @returns undefined if the room was never on a row
 */
export async function identified(
  news: ProviderEvent | RoomNews,
  { rooms }: Pick<RoomContext, 'rooms'>,
): Promise<ProviderEvent | undefined> {
  if ('key' in news) return news;
  const { application, ...rest } = news;
  const key = await rooms.keyOf(application, news.roomId);
  return key === undefined ? undefined : { key, ...rest };
}

/**
 * Acts on a provider's callback about a room. The callback is not trusted: if it would have an effect, the
 * room is read from the provider first. A callback about a room that is not the current one is ignored.
 */
export async function handleProviderEvent(
  { key, roomId, news }: ProviderEvent,
  context: RoomContext,
): Promise<Result> {
  return onKey(key, context, async (found) => {
    if (!found) return { outcome: 'outdated' };
    const room = await recoverRoom(found, context);
    const { current, spec } = room;
    if (!current || !spec || current.id !== roomId) return { outcome: 'outdated', room };
    // the account left the pool, so the event cannot be verified: ignore it
    if (!context.pool.names.includes(current.application)) return { outcome: 'unchanged', room };
    return APPLY[news]({ room, current, spec }, context);
  });
}

const APPLY = {
  expired: openAgain,
  'meeting-started': waitForMeeting,
  'meeting-ended': endWaiting,
} as const satisfies Record<ProviderEvent['news'], unknown>;

async function waitForMeeting(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current } = kept;
  if (room.meetingSince !== undefined && !current.byUse) return { outcome: 'unchanged', room };
  const provider = context.pool.provider(current.application);
  const seen = await provider.get(current.id);
  const now = context.now();
  if (!seen?.available || seen.expiresAt <= now) return { outcome: 'unchanged', room };
  // events may be late or out of order: if the provider shows no people, the meeting is over
  if (provider.capabilities.livesByUse !== undefined && !seen.inUse) return { outcome: 'unchanged', room };
  const after = afterUse(kept, seen, context);
  if (after === room && room.meetingSince !== undefined) return { outcome: 'unchanged', room };
  const meetingSince = room.meetingSince ?? now;
  return { outcome: 'noted', room: await context.rooms.write({ ...after, meetingSince }) };
}

/**
 * Needs no look at the provider. A false event can at worst change the link during a meeting, as a renewal
 * does if no meeting is reported.
 */
async function endWaiting({ room }: KeptRoom, context: RoomContext): Promise<Result> {
  const { meetingSince, state, dueAt, emergencyAt, renewAt } = room;
  if (meetingSince === undefined) return { outcome: 'unchanged', room };
  const postponed = state === 'active' && dueAt !== undefined && dueAt === emergencyAt;
  const written = await context.rooms.write({
    ...room,
    meetingSince: undefined,
    dueAt: postponed ? renewAt : dueAt,
  });
  return { outcome: 'noted', room: written };
}

async function openAgain(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current, spec } = kept;
  const now = context.now();
  if (current.expiresAt > now + SKEW) return reopenLost(kept, context);
  const needed = room.state === 'active' && !isOver(spec, now);
  if (!needed || !(await isGone(current, context))) return { outcome: 'unchanged', room };
  return recreate(kept, 'expired', context, { gone: true });
}

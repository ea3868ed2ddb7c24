import { warningsOf } from '../lifecycle/callbacks.ts';
import { takeClaim } from '../lifecycle/claim.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { asLive, record } from '../lifecycle/open.ts';
import type { FoundRoom, ProviderRoom } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import type { Room } from '../model/room.ts';
import { MINUTE } from '../model/time.ts';
import { generationOf, generationToken, roomToken } from '../model/token.ts';
import { isAccountedFor } from '../model/transitions.ts';

const CHANGED_SINCE =
  'recovered: this room was asked for in another way than the row remembers; ask for it again as it shall be';

/**
 * Gives a row the rooms of newer generations that it has lost sight of, as after a restore of the table. Each room is
 * read again and must carry a token of its generation. The links that were announced for them stay good.
 *
 * @param found from the oldest generation to the newest
 */
export async function takeBack(
  start: Room,
  found: readonly FoundRoom[],
  context: RoomContext,
): Promise<Result> {
  let room = start;
  for (const { application, id, generation } of found) {
    const { spec, state } = room;
    if (!spec || state === 'cancelled' || state === 'rejected') break;
    if (generation <= Math.max(room.generation, room.spent ?? 0)) continue;
    const seen = await context.pool.provider(application).get(id);
    if (!seen || !isItsOwn(seen, { room, generation, application }, context)) continue;
    const announcement = {
      type: room.generation > 0 ? 'Room Rotated' : 'Room Created',
      reason: 'recovered',
    } as const;
    const isAsAsked = seen.token === roomToken(context.deployment, room.key, generation, spec);
    const warnings = [...warningsOf(spec, application, context), ...(isAsAsked ? [] : [CHANGED_SINCE])];
    const { expiresAt, createdAt } = seen;
    const claimed = await takeClaim(
      room,
      { purpose: 'open', generation, application, spec, expiresAt, announcement, warnings },
      context,
    );
    room = await record(claimed, asLive(seen, application, createdAt), context);
  }
  return { outcome: room.generation > start.generation ? 'rotated' : 'outdated', room };
}

/** Not one that is being retired: it carries the token too, but its end has been moved up. */
function isItsOwn(
  seen: ProviderRoom,
  wanted: { room: Room; generation: number; application: string },
  { pool, deployment, now }: RoomContext,
): boolean {
  const { room, generation, application } = wanted;
  const { shortestLife } = pool.provider(application).capabilities;
  return (
    seen.available &&
    seen.expiresAt > now() + shortestLife + MINUTE &&
    generationOf(seen.token ?? '') === generationToken(deployment, room.key, generation) &&
    !isAccountedFor(room, seen.id, now())
  );
}

import { warningsOf } from '../lifecycle/callbacks.ts';
import { takeClaim } from '../lifecycle/claim.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { asLive, record } from '../lifecycle/open.ts';
import type { FoundRoom, ProviderRoom } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import type { LiveRoom, Room } from '../model/room.ts';
import { MINUTE } from '../model/time.ts';
import { generationOf, generationToken, roomToken } from '../model/token.ts';
import { isAccountedFor, isMadeSince, isWanted, pastGeneration } from '../model/transitions.ts';

const CHANGED_SINCE =
  'recovered: this room was requested with other settings than the row has; request it again with the settings that you want';

/**
 * Gives a row the rooms of newer generations that it does not know, as after a restore of the table. Each
 * room is read again and must carry the token of its generation. The links that were announced for these
 * rooms stay valid.
 *
 * @param found from the oldest generation to the newest
 */
export async function takeBack(
  start: Room,
  found: readonly FoundRoom[],
  context: RoomContext,
): Promise<Result> {
  let room = start;
  for (const place of found) {
    room = await takeOneBack(room, place, context);
  }
  return { outcome: room.generation > start.generation ? 'rotated' : 'outdated', room };
}

async function takeOneBack(room: Room, place: FoundRoom, context: RoomContext): Promise<Room> {
  const { spec } = room;
  const { application, id, generation } = place;
  const isOlder = generation < room.generation;
  if (!spec || (!isOlder && generation <= Math.max(room.generation, room.spent ?? 0))) return room;
  const seen = await context.pool.provider(application).get(id);
  if (!seen || !isItsOwn(seen, { room, generation, application }, context)) return room;
  const { expiresAt, createdAt } = seen;
  const live = asLive(seen, application, createdAt);
  if (isOlder) {
    if (isWanted(room)) await noteMissed(room.key, live, generation, context);
    return room;
  }
  // the key was cancelled or refused, and has been requested again since
  const isRevived = !isWanted(room);
  if (isRevived && !isMadeSince(room, seen)) return room;
  const announcement = {
    type: room.generation > 0 && !isRevived ? 'Room Rotated' : 'Room Created',
    reason: 'recovered',
  } as const;
  const isAsAsked = seen.token === roomToken(context.deployment, room.key, generation, spec);
  const warnings = [...warningsOf(spec, application, context), ...(isAsAsked ? [] : [CHANGED_SINCE])];
  const claimed = await takeClaim(
    room,
    { purpose: 'open', generation, application, spec, expiresAt, announcement, warnings },
    context,
  );
  return record(claimed, live, context);
}

/**
 * A newer generation came back first. The history lists this room until its end, as if it had been replaced.
 */
async function noteMissed(
  key: string,
  live: LiveRoom,
  generation: number,
  { rooms, now }: RoomContext,
): Promise<void> {
  const past = await rooms.history(key);
  if (past.some((known) => known.generation === generation)) return;
  await rooms.archive(pastGeneration(live, { key, generation, reason: 'recovered' }, now()));
}

/**
 * False for a room that is being retired: it carries the token too, but its end was moved to an earlier time.
 */
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

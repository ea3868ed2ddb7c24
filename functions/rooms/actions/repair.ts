import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { isGone } from '../lifecycle/gone.ts';
import { type KeptRoom, recreate } from '../lifecycle/recreate.ts';
import { driftOf } from '../model/drift.ts';
import { ChangeGivenUpError, RoomGoneError } from '../model/errors.ts';
import type { Result } from '../model/result.ts';
import { isKeptPast, isOver } from '../model/spec.ts';

/** A new room in the place of one that the provider has lost, after looks of our own. */
export async function reopenLost(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current, spec } = kept;
  const now = context.now();
  const goesOn = isKeptPast(spec, current.expiresAt) && !isOver(spec, now);
  // a room that was to end with its use, and is not to be renewed, is not lost when it did
  const early = current.expiresAt > now && !spec.settings.expire_after_use;
  if (!(goesOn || early) || !(await isGone(current, context))) return { outcome: 'unchanged', room };
  const expiry = goesOn ? undefined : current.expiresAt;
  return recreate(kept, 'lost', context, { expiry, gone: true });
}

/** Makes the room at the provider again what was asked for. */
export async function correctDrift(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current, spec } = kept;
  const provider = context.pool.provider(current.application);
  const seen = await provider.get(current.id);
  if (!seen?.available) return reopenLost(kept, context);
  const change = driftOf(current, spec, seen, provider.capabilities, context.now(), room.unclear);
  if (!change) return { outcome: 'unchanged', room };
  const announcement = { type: 'Room Updated', reason: 'drift' } as const;
  try {
    return {
      outcome: 'updated',
      room: await alterRoom(room, current, { spec, change, announcement }, context),
    };
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    if (error.cause instanceof RoomGoneError) return reopenLost({ ...kept, room: error.room }, context);
    // what this room does not take, it will be asked to take tomorrow: the row says so, and it lives on
    if (error.cause instanceof ChangeGivenUpError) return { outcome: 'noted', room: error.room };
    throw error.cause;
  }
}

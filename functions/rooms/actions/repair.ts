import { decideLoss, decideRepair, type LossDecision } from '../decisions/repair.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { isGone } from '../lifecycle/gone.ts';
import { type KeptRoom, recreate } from '../lifecycle/recreate.ts';
import { ChangeGivenUpError, RoomGoneError } from '../model/errors.ts';
import type { Result } from '../model/result.ts';

/** Replaces a room that the provider has lost. Asks the provider first. */
export async function reopenLost(kept: KeptRoom, context: RoomContext): Promise<Result> {
  return settleLoss(decideLoss(kept, context.now()), kept, context);
}

async function settleLoss(decision: LossDecision, kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current } = kept;
  const { action, reason } = decision;
  if (action === 'leave') return { outcome: 'unchanged', reason, room };
  if (!(await isGone(current, context))) return { outcome: 'unchanged', reason: 'found again', room };
  return { ...(await recreate(kept, reason, context, { expiry: decision.expiry, gone: true })), reason };
}

/** Changes the room at the provider back to what the request asked for. */
export async function correctDrift(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room, current, spec } = kept;
  const provider = context.pool.provider(current.application);
  const seen = await provider.get(current.id);
  const decision = decideRepair(kept, seen, context.now(), provider);
  if (decision.action !== 'change') return settleLoss(decision, kept, context);
  const { change, reason } = decision;
  const announcement = { type: 'Room Updated', reason } as const;
  try {
    return {
      outcome: 'updated',
      reason,
      room: await alterRoom(room, current, { spec, change, announcement }, context),
    };
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    if (error.cause instanceof RoomGoneError) return reopenLost({ ...kept, room: error.room }, context);
    // the room will not accept this change tomorrow either: the row says so, and the room continues
    if (error.cause instanceof ChangeGivenUpError) return { outcome: 'noted', room: error.room };
    throw error.cause;
  }
}

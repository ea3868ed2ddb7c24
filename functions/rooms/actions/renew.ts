import {
  decideRenewal,
  decideReplacement,
  type RenewalDecision,
  type ReplacementDecision,
} from '../decisions/renew.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { withMovedEnd } from '../lifecycle/gone.ts';
import { type KeptRoom, recreate } from '../lifecycle/recreate.ts';
import { PoolFullError, RoomGoneError } from '../model/errors.ts';
import { renewalWindow } from '../model/renewal.ts';
import type { Result } from '../model/result.ts';
import type { LiveRoom } from '../model/room.ts';
import { isKeptPast } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';
import { MINUTE } from '../model/time.ts';
import { atRest, warnedOfDisuse } from '../model/transitions.ts';
import { isLastResort, isOfTheProvider, prolong } from './prolong.ts';
import { noteUse } from './use.ts';

/** Renews a room that is due, in the way that its request asked for. */
export async function renewDue(kept: KeptRoom, context: RoomContext): Promise<Result> {
  const now = context.now();
  const decision = decideRenewal(kept, now, context);
  if (decision.action !== 'leave' && kept.current.byUse) {
    // the use may not have been reported; a look without an answer does not delay the renewal
    const inUse = await noteUse(kept, context).catch(() => undefined);
    if (inUse?.outcome === 'extended') return inUse;
  }
  const living = decision.reason === 'expired' ? await withMovedEnd(kept.room, context) : undefined;
  if (living) return renewDue({ ...kept, room: living, current: living.current }, context);
  return { ...(await perform(decision, kept, now, context)), reason: decision.reason };
}

async function perform(
  decision: RenewalDecision,
  kept: KeptRoom,
  now: Instant,
  context: RoomContext,
): Promise<Result> {
  const { room } = kept;
  switch (decision.action) {
    case 'leave':
      return { outcome: 'unchanged', room };
    case 'warn':
      return { outcome: 'noted', room: await context.rooms.write(warnedOfDisuse(room, kept.current, now)) };
    case 'rest':
      return { outcome: 'over', room: await context.rooms.write({ ...atRest(room), updatedAt: now }) };
    case 'extend':
      return extend(kept, decision.expiresAt, context);
    default:
      return replace(decision, kept, context);
  }
}

/** Opens a new room. If that fails and there is no time to wait, extends the life of the current room. */
async function replace(decision: ReplacementDecision, kept: KeptRoom, context: RoomContext): Promise<Result> {
  const { room } = kept;
  if (decision.action === 'postpone') {
    return { outcome: 'postponed', room: await context.rooms.write({ ...room, dueAt: decision.until }) };
  }
  if (decision.reason === 'expired') return recreate(kept, 'expired', context);
  const { emergencyAt = 0 } = room;
  try {
    return await recreate(kept, 'renewal', context);
  } catch (error) {
    const full = error instanceof PoolFullError && context.now() >= emergencyAt;
    if (full || (isOfTheProvider(error) && isLastResort(room, context.now()))) {
      return prolong(kept, error, context);
    }
    throw error;
  }
}

/**
 * Moves the expiry; the link stays. Opens a new room if the provider does not move the expiry, has lost the
 * room or grants almost no more time.
 */
async function extend(kept: KeptRoom, expiresAt: Instant, context: RoomContext): Promise<Result> {
  const { room, current, spec } = kept;
  const instead = (after: KeptRoom) => replace(decideReplacement(after.room, context.now()), after, context);
  const announcement = { type: 'Room Updated', reason: 'renewal' } as const;
  try {
    const extended = await alterRoom(
      room,
      current,
      { spec, change: { expiresAt }, announcement },
      context,
      isLastResort(room, context.now()) ? 0 : Number.POSITIVE_INFINITY,
    );
    const after = { ...kept, room: extended, current: extended.current ?? current };
    return hasGained(current, expiresAt, after, context)
      ? { outcome: 'extended', room: extended }
      : instead(after);
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    const altered = { ...kept, room: error.room };
    return error.cause instanceof RoomGoneError
      ? recreate(altered, 'lost', context, { gone: true })
      : instead(altered);
  }
}

/**
 * False if the provider accepts the change but grants almost no time: it has reached a limit that it does not
 * report.
 */
function hasGained(
  before: LiveRoom,
  asked: Instant,
  { current, spec }: KeptRoom,
  context: RoomContext,
): boolean {
  const worthwhile = renewalWindow(asked - context.now(), context.renewal) ?? 0;
  const gained = current.expiresAt - before.expiresAt;
  return (
    gained >= Math.min(worthwhile, asked - before.expiresAt - MINUTE) || !isKeptPast(spec, current.expiresAt)
  );
}

import type { KeptRoom } from '../lifecycle/recreate.ts';
import { driftOf } from '../model/drift.ts';
import type { Capabilities, ProviderRoom } from '../model/ports.ts';
import type { RoomChange } from '../model/room.ts';
import { isKeptPast, isOver } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';

/**
 * The next action for a room for which reconciliation reported a problem, and the reason.
 *
 * - `leave`: it matches its request, or ended as requested.
 * - `reopen`: a new room takes its place, after the provider has confirmed that it is gone.
 * - `change`: the missing values are set again at the provider.
 */
export type RepairDecision = LossDecision | ChangeBackDecision;

export type LossDecision =
  | { readonly action: 'leave'; readonly reason: 'ended' | 'as asked' }
  /** `expiry`: absent if the room is kept past its own. */
  | { readonly action: 'reopen'; readonly reason: 'lost'; readonly expiry?: Instant };

interface ChangeBackDecision {
  readonly action: 'change';
  readonly reason: 'drift';
  readonly change: RoomChange;
}

/** Decides for a room that the provider may have lost. */
export function decideLoss(
  { current, spec }: Pick<KeptRoom, 'current' | 'spec'>,
  now: Instant,
): LossDecision {
  if (isKeptPast(spec, current.expiresAt) && !isOver(spec, now)) return { action: 'reopen', reason: 'lost' };
  // a room that must end with its use, without renewal, is not lost when it ends
  return current.expiresAt > now && !spec.settings.expire_after_use
    ? { action: 'reopen', reason: 'lost', expiry: current.expiresAt }
    : { action: 'leave', reason: 'ended' };
}

/** @param seen what the provider has; undefined if it has no such room */
export function decideRepair(
  { room, current, spec }: KeptRoom,
  seen: ProviderRoom | undefined,
  now: Instant,
  policy: { readonly capabilities: Capabilities },
): RepairDecision {
  if (!seen?.available) return decideLoss({ current, spec }, now);
  const change = driftOf({ current, spec, unclear: room.unclear }, seen, policy.capabilities, now);
  return change ? { action: 'change', reason: 'drift', change } : { action: 'leave', reason: 'as asked' };
}

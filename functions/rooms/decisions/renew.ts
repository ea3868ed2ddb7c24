import { capabilitiesOf } from '../lifecycle/candidates.ts';
import type { KeptRoom } from '../lifecycle/recreate.ts';
import type { Accounts } from '../model/ports.ts';
import type { Room } from '../model/room.ts';
import { isOver, renewedExpiry } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';
import { isAlive } from '../model/transitions.ts';

/**
 * The next action for a room that was nominated for renewal, and the reason.
 *
 * - `leave`: it is not due yet, or other work on it is in progress.
 * - `warn`: a room that lives by its use is not used, and there is still time to use it.
 * - `rest`: it has ended, and no other room is needed.
 * - `extend`: its expiry is moved; the link stays.
 * - `postpone`: people are in it, and there is time to wait.
 * - `recreate`: a new room takes its place.
 */
export type RenewalDecision =
  | { readonly action: 'leave'; readonly reason: 'not due' }
  | { readonly action: 'warn'; readonly reason: 'unused' }
  | { readonly action: 'rest'; readonly reason: 'over' }
  | { readonly action: 'extend'; readonly reason: 'renewal'; readonly expiresAt: Instant }
  | ReplacementDecision;

export type ReplacementDecision =
  | { readonly action: 'postpone'; readonly reason: 'meeting'; readonly until: Instant }
  | { readonly action: 'recreate'; readonly reason: 'renewal' | 'expired' };

export function decideRenewal(
  { room, current, spec }: KeptRoom,
  now: Instant,
  policy: { readonly pool: Accounts },
): RenewalDecision {
  const { renewAt = Number.POSITIVE_INFINITY, dueAt = renewAt } = room;
  if (room.state !== 'active') return { action: 'leave', reason: 'not due' };
  if (renewAt > now) {
    const isUnused = current.byUse && dueAt < renewAt && dueAt <= now && isAlive(current, now);
    return isUnused ? { action: 'warn', reason: 'unused' } : { action: 'leave', reason: 'not due' };
  }
  if (!isAlive(current, now)) {
    return isOver(spec, now) ? { action: 'rest', reason: 'over' } : { action: 'recreate', reason: 'expired' };
  }
  if (spec.renewal.mode === 'extend') {
    const capabilities = capabilitiesOf(current, policy);
    const expiresAt = renewedExpiry(spec, now, capabilities);
    // a provider that cannot move the expiry, or has reached its limit, makes a new room
    if (capabilities.movableExpiry && expiresAt > current.expiresAt) {
      return { action: 'extend', reason: 'renewal', expiresAt };
    }
  }
  return decideReplacement(room, now);
}

/** Replaces a living room, unless people are in it now and there is time to wait. */
export function decideReplacement(
  { meetingSince, emergencyAt = 0 }: Room,
  now: Instant,
): ReplacementDecision {
  return meetingSince !== undefined && now < emergencyAt
    ? { action: 'postpone', reason: 'meeting', until: emergencyAt }
    : { action: 'recreate', reason: 'renewal' };
}

import { candidates, capabilitiesOf, unmetSettings } from '../lifecycle/candidates.ts';
import { unclearSettings } from '../model/drift.ts';
import type { Accounts, Capabilities } from '../model/ports.ts';
import { type RenewalPolicy, renewalWindow } from '../model/renewal.ts';
import {
  type LiveRoom,
  namesOf,
  type Room,
  type RoomChange,
  type RoomRequest,
  type RoomSettings,
  type RoomSpec,
} from '../model/room.ts';
import { standing } from '../model/sequence.ts';
import {
  changedSettings,
  expiryFromNow,
  isByUse,
  isOnDemand,
  isOver,
  isRenewed,
  sameSpec,
} from '../model/spec.ts';
import { type Instant, SECOND } from '../model/time.ts';
import { isAlive, tooShortToRenew } from '../model/transitions.ts';

/** A room as a request or a calendar wants it. */
export type DesiredRoom = Pick<RoomRequest, 'origin' | 'sequence'> & { readonly spec: RoomSpec };

export interface EnsurePolicy {
  readonly pool: Accounts;
  readonly renewal: RenewalPolicy;
}

/**
 * The next action so that a key has the desired room, and the reason.
 *
 * - `ignore`: the row has seen this request or a newer one.
 * - `record`: the room stays as it is, and the row notes what the request means for its future.
 * - `mark-over`: the room is no longer needed.
 * - `refuse`: the room is not possible; `reason` is for the caller.
 * - `open`: a new room, either the first one or a replacement of the current one.
 * - `change`: the current room is changed in place.
 * - `await-knock`: there is no room, and the first visitor who knocks opens one.
 */
export type EnsureDecision =
  | { readonly action: 'ignore'; readonly reason: 'repeated' | 'outdated' }
  | { readonly action: 'record'; readonly reason: 'unchanged' | 'noted' }
  | { readonly action: 'mark-over'; readonly reason: 'over' }
  | { readonly action: 'refuse'; readonly reason: string }
  | { readonly action: 'await-knock'; readonly reason: 'on-demand' }
  | OpenDecision
  | ChangeDecision;

export interface OpenDecision {
  readonly action: 'open';
  readonly reason: OpenReason;
  /** The applications that may hold the room, in the order of asking. */
  readonly homes: readonly string[];
  /** The room must live at least until this instant. */
  readonly atLeast: Instant;
}

export type OpenReason = 'requested' | 'expired' | 'changed' | 'lost';

export interface ChangeDecision {
  readonly action: 'change';
  readonly reason: 'changed' | 'extended';
  readonly current: LiveRoom;
  readonly change: RoomChange;
}

/** A smaller difference counts as the same expiry: providers round, and clocks differ. */
const SAME_EXPIRY = 30 * SECOND;

export function decideEnsure(
  row: Room,
  desired: DesiredRoom,
  now: Instant,
  policy: EnsurePolicy,
): EnsureDecision {
  const { current } = row;
  const seen = standing(row, desired.sequence);
  if (seen !== 'new') return { action: 'ignore', reason: seen };
  if (isOver(desired.spec, now)) {
    return isAlive(current, now) ? recordOf(row, desired) : { action: 'mark-over', reason: 'over' };
  }
  // `strict` also applies to an existing room, so check before the unchanged path
  const homes = candidates(row, desired.spec, policy.pool);
  const unmet = unmetSettings(row, desired.spec, policy.pool, homes);
  if (unmet !== undefined) return { action: 'refuse', reason: unmet };
  if (isOnDemand(desired.spec) && !isAlive(current, now)) return awaitKnock(row, desired);
  const opening = { homes, atLeast: 0 };
  if (row.state === 'cancelled' || !current) {
    return decideOpening(desired, now, policy, { ...opening, reason: 'requested' });
  }
  if (!isAlive(current, now)) return decideOpening(desired, now, policy, { ...opening, reason: 'expired' });
  const capabilities = capabilitiesOf(current, policy);
  const change = changeOf(row, current, desired.spec, now, capabilities);
  if (!change) return recordOf(row, desired);
  if (!isPossible(change, capabilities)) {
    return decideOpening(desired, now, policy, { homes, atLeast: current.expiresAt, reason: 'changed' });
  }
  return {
    action: 'change',
    reason: change.expiresAt === undefined ? 'changed' : 'extended',
    current,
    change,
  };
}

/** Opens a room, unless the room's life is too short for the renewal that the caller named. */
export function decideOpening(
  { spec }: DesiredRoom,
  now: Instant,
  { pool, renewal }: EnsurePolicy,
  opening: Omit<OpenDecision, 'action'>,
): EnsureDecision {
  const [home = ''] = opening.homes;
  const life = openingExpiry(spec, opening, now, pool.provider(home).capabilities) - now;
  // a caller who did not name the renewal gets the room and a warning
  const isNamed = spec.renewal.explicit && isRenewed(spec);
  return isNamed && renewalWindow(life, renewal) === undefined
    ? { action: 'refuse', reason: tooShortToRenew(life, renewal) }
    : { action: 'open', ...opening };
}

/** Returns when a room that is opened now ends, at a provider with these capabilities. */
export function openingExpiry(
  spec: RoomSpec,
  { atLeast }: Pick<OpenDecision, 'atLeast'>,
  now: Instant,
  capabilities: Capabilities,
): Instant {
  return Math.min(Math.max(expiryFromNow(spec, now, capabilities), atLeast), now + capabilities.longestLife);
}

/** The row may already wait for a knock. */
function awaitKnock(row: Room, desired: DesiredRoom): EnsureDecision {
  return row.state === 'on-demand' && sameSpec(row.spec, desired.spec)
    ? recordOf(row, desired)
    : { action: 'await-knock', reason: 'on-demand' };
}

function recordOf({ spec }: Room, desired: DesiredRoom): EnsureDecision {
  return { action: 'record', reason: sameSpec(spec, desired.spec) ? 'unchanged' : 'noted' };
}

type InPlace = ReturnType<typeof capabilitiesOf>;

/** Returns how the room differs from what is wanted; undefined if it does not differ. */
function changeOf(
  row: Room,
  current: LiveRoom,
  wanted: RoomSpec,
  now: Instant,
  capabilities: InPlace,
): RoomChange | undefined {
  const settings: Partial<RoomSettings> = {
    ...unclearSettings(row, wanted.settings, capabilities),
    ...changedSettings(row.spec?.settings, wanted.settings),
  };
  // a room that lives by its use already has the longest possible life
  const isKeptByUse = current.byUse === true && isByUse(wanted, capabilities);
  const expiresAt = isKeptByUse ? 0 : wantedExpiry(row.spec, wanted, capabilities, now);
  const later = expiresAt > current.expiresAt + SAME_EXPIRY;
  if (Object.keys(settings).length === 0 && !later) return undefined;
  return { expiresAt: later ? expiresAt : undefined, settings };
}

function isPossible(
  { expiresAt, settings = {} }: RoomChange,
  { changeable, movableExpiry }: InPlace,
): boolean {
  return (
    namesOf(settings).every((name) => changeable.includes(name)) && (expiresAt === undefined || movableExpiry)
  );
}

/**
 * Returns the expiry that the request wants for the current room. An expiry never moves to an earlier time.
 */
function wantedExpiry(
  old: RoomSpec | undefined,
  asked: RoomSpec,
  { longestLife }: Pick<Capabilities, 'longestLife'>,
  now: Instant,
): Instant {
  const longer = asked.expiresAt ?? (asked.lifetime > (old?.lifetime ?? 0) ? now + asked.lifetime : 0);
  return Math.min(longer, now + longestLife);
}

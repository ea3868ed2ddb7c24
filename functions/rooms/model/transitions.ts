import { withAnnouncement } from './announcements.ts';
import { backedOff } from './back-off.ts';
import {
  emergencyTime,
  type RenewalPolicy,
  renewalTime,
  shortestRenewableLife,
  UNUSED_WARNING,
} from './renewal.ts';
import type {
  Claim,
  LiveRoom,
  PastGeneration,
  PreviousRoom,
  Retiree,
  Room,
  RoomSpec,
  RoomState,
  UnclearChange,
} from './room.ts';
import { namesOf } from './room.ts';
import { withSequence } from './sequence.ts';
import { isKeptPast, isOnDemand } from './spec.ts';
import type { Duration, Instant } from './time.ts';
import { DAY, HOUR } from './time.ts';

/** Returns the row of a key that has none: revision 0, so that only its first writer succeeds. */
export function blankRoom(key: string, now: Instant): Room {
  return {
    key,
    revision: 0,
    state: 'opening',
    generation: 0,
    retirees: [],
    sequences: {},
    warnings: [],
    attempts: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * Returns the revision of the next write. Listeners ignore an event with a lower revision than the last one.
 * So the revision must also grow if the row does not know the last one: after its time to live, or after a
 * restore of the table.
 */
export function nextRevision({ revision }: Room, now: Instant): number {
  return Math.max(revision + 1, Math.floor(now));
}

/** Returns the row under a claim. A claim for a change keeps the state, because the room stays in use. */
export function claimed(room: Room, claim: Claim, now: Instant): Room {
  const held: Room = { ...room, claim: { ...claim, from: restState(room) }, updatedAt: now };
  if (claim.purpose === 'change') return held;
  // the next write drops it anyway, and the size of a row costs money
  return { ...held, state: 'opening', previous: isAlive(room.previous, now) ? room.previous : undefined };
}

/** What recording an outcome takes of a claim. */
export type Settlement = Omit<
  Claim,
  'owner' | 'purpose' | 'takenAt' | 'leaseUntil' | 'application' | 'bookmark' | 'expiresAt'
>;

/** Returns the row once generation `claim.generation` lives as `current`. */
export function opened(
  room: Room,
  claim: Settlement,
  current: LiveRoom,
  policy: RenewalPolicy,
  now: Instant,
): Room {
  return {
    ...settled(room, claim, current, policy, now),
    generation: claim.generation,
    past: archived(room, { reason: claim.announcement.reason, ends: claim.gone === true }, now),
    previous: !claim.gone && isAlive(room.current, now) ? asPrevious(room.current) : undefined,
    // a room that is gone costs nothing to retire; if the report was wrong, the room must not stay as an
    // orphan
    retirees: withRetirees(
      room,
      [...(claim.ends ?? []), ...(claim.gone && room.current ? [room.current] : [])],
      now,
    ),
    meetingSince: undefined,
    ended: undefined,
    unclear: undefined,
    avoid: undefined,
  };
}

/**
 * Returns the past generations of a row that drops its current room.
 *
 * @param ends whether the room ends now and not at its expiry: it is gone, or the row ends it
 */
export function archived(
  { key, generation, current, past = [] }: Room,
  { reason, ends }: { readonly reason: string; readonly ends: boolean },
  now: Instant,
): readonly PastGeneration[] {
  if (!current) return past;
  const expiresAt = ends ? Math.min(current.expiresAt, now) : current.expiresAt;
  return [...past, pastGeneration({ ...current, expiresAt }, { key, generation, reason }, now)];
}

/** Returns a room as the history of its key lists it. */
export function pastGeneration(
  { application, id: roomId, createdAt: openedAt, expiresAt }: LiveRoom,
  place: Pick<PastGeneration, 'key' | 'generation' | 'reason'>,
  replacedAt: Instant,
): PastGeneration {
  return { ...place, application, roomId, openedAt, expiresAt, replacedAt };
}

/** Guests can use it until its end. A worker that opens a room returns the current one. */
function asPrevious({ renewedAt: _renewedAt, ...room }: LiveRoom): PreviousRoom {
  return room;
}

/** Returns the row once the current room has taken over the change in the claim. */
export function settled(
  room: Room,
  claim: Settlement,
  current: LiveRoom,
  policy: RenewalPolicy,
  now: Instant,
): Room {
  return {
    ...scheduled(
      { ...room, state: claim.from ?? 'active', spec: claim.spec, current },
      claim.spec,
      policy,
      claim.warnings,
    ),
    claim: undefined,
    unannounced: withAnnouncement(room, claim.announcement),
    unclear: stillUnclear(room, claim, now),
    sequences: withSequence(room.sequences, claim.sequence),
    origin: claim.origin ?? room.origin,
    attempts: 0,
    lastError: undefined,
    updatedAt: now,
  };
}

/**
 * Sets the state and the due times that the renewal rule wants for the current room.
 *
 * @param warnings other requested settings that the caller does not get
 */
export function scheduled(
  room: Room,
  spec: RoomSpec,
  policy: RenewalPolicy,
  warnings: readonly string[] = [],
): Room {
  const { current, key } = room;
  const idle: Room = { ...atRest({ ...room, spec }), warnings };
  if (!current || !isKeptPast(spec, current.expiresAt)) return idle;
  const renewAt = renewalTime(key, current.renewedAt, current.expiresAt, policy);
  if (renewAt === undefined) {
    return {
      ...idle,
      warnings: [...warnings, tooShortToRenew(current.expiresAt - current.renewedAt, policy)],
    };
  }
  const emergencyAt = emergencyTime(current.renewedAt, current.expiresAt, policy);
  const warnAt = current.byUse ? current.expiresAt - UNUSED_WARNING : renewAt;
  const held = room.state === 'held' || room.toBeHeld === true;
  // a held room becomes due only in its emergency, so that an alarm rings
  return {
    ...idle,
    state: held ? 'held' : 'active',
    toBeHeld: undefined,
    renewAt,
    dueAt: held ? emergencyAt : Math.min(renewAt, warnAt),
    emergencyAt,
  };
}

/** The beginning of the warning about a room that is not used. */
const UNUSED = 'unused: ';

/** Returns the row once its users were warned that the room ends unless it is used. */
export function warnedOfDisuse(room: Room, current: LiveRoom, now: Instant): Room {
  const day = (instant: Instant) => new Date(instant).toISOString().slice(0, 10);
  const warning =
    `${UNUSED}no use is known since ${day(current.renewedAt)}, so a new room with a new link takes its place before ` +
    `${day(current.expiresAt)}; enter the room once and the link stays`;
  return {
    ...room,
    dueAt: room.renewAt,
    warnings: [...room.warnings.filter((text) => !text.startsWith(UNUSED)), warning],
    unannounced: withAnnouncement(room, { type: 'Room Updated', reason: 'unused' }),
    updatedAt: now,
  };
}

/** Returns the row once a room that lives by its use was used: its life restarts, and the link stays. */
export function used(
  room: Room,
  { current, spec, life }: { current: LiveRoom; spec: RoomSpec; life: Duration },
  policy: RenewalPolicy,
  now: Instant,
): Room {
  const renewed = { ...room, current: { ...current, expiresAt: now + life, renewedAt: now } };
  const warnings = room.warnings.filter((text) => !text.startsWith(UNUSED));
  return {
    ...scheduled(renewed, spec, policy, warnings),
    unannounced: withAnnouncement(room, { type: 'Room Updated', reason: 'used' }),
    attempts: 0,
    lastError: undefined,
    updatedAt: now,
  };
}

/** Returns the row of a room that is not renewed at its end. */
export function atRest(room: Room): Room {
  const toBeHeld = room.state === 'held' ? true : room.toBeHeld;
  const state = isOnDemand(room.spec) ? 'on-demand' : 'ending';
  return { ...room, state, toBeHeld, renewAt: undefined, dueAt: undefined, emergencyAt: undefined };
}

/** Whether a room that is not kept has reached its expiry since it was last announced. */
export function hasExpired({ state, claim, current, ended }: Room, now: Instant): boolean {
  return state === 'ending' && !claim && current !== undefined && current.expiresAt <= now && !ended;
}

const HALF_AN_HOUR: Duration = HOUR / 2;

/** Returns why a room of this life cannot be kept, as text for its caller. */
export function tooShortToRenew(life: Duration, policy: RenewalPolicy): string {
  const hours = (duration: Duration) => `${Math.round((duration / HOUR) * 10) / 10} hours`;
  const least = Math.ceil(shortestRenewableLife(policy) / HALF_AN_HOUR) * HALF_AN_HOUR;
  return (
    `renewal: a life of ${hours(life)} is too short to be renewed by a schedule that runs every ` +
    `${hours(policy.longestGap)} at the longest; ask for at least ${hours(least)}, for mode none, or run the schedule ` +
    'more often'
  );
}

/**
 * Returns the row after a failed attempt. If a room may have been created, the claim stays with an expired
 * lease, so that the next attempt looks for the room first and need not wait. Otherwise the claim is removed.
 */
export function failed(room: Room, error: Error, mayHaveActed: boolean, now: Instant): Room {
  const attempts = room.attempts + 1;
  const given: Partial<Room> =
    mayHaveActed && room.claim
      ? { claim: { ...room.claim, leaseUntil: now } }
      : { claim: undefined, state: restState(room) ?? 'opening' };
  return {
    ...room,
    ...given,
    attempts,
    lastError: error.message,
    dueAt: backedOff(room, attempts, now),
    updatedAt: now,
  };
}

/** Returns the row of a request that the rules refuse for good. An existing room continues unchanged. */
export function rejected(room: Room, spec: RoomSpec | undefined, reason: string, now: Instant): Room {
  const rest = restState(room);
  return {
    ...room,
    state: rest === undefined || rest === 'cancelled' ? 'rejected' : rest,
    spec: room.spec ?? spec,
    claim: undefined,
    unannounced: withAnnouncement(room, { type: 'Room Rejected', reason }),
    lastError: reason,
    updatedAt: now,
  };
}

/**
 * The same for a refusal by the provider. It counts as a failed attempt, so that other renewals come first.
 */
export function refused(room: Room, spec: RoomSpec, reason: string, now: Instant): Room {
  const attempts = room.attempts + 1;
  return { ...rejected(room, spec, reason, now), attempts, dueAt: backedOff(room, attempts, now) };
}

/**
 * Returns the row without a claim that had no known effect. The change may still have been made, so the next
 * change of the room sets the same values again.
 */
export function unclaimed(room: Room): Room {
  const { claim } = room;
  if (!claim) return room;
  const free: Room = { ...room, claim: undefined, state: restState(room) ?? 'opening' };
  if (claim.purpose === 'open') return free;
  const named = namesOf(claim.change?.settings ?? {});
  const settings = [...new Set([...(room.unclear?.settings ?? []), ...named])];
  return { ...free, unclear: { settings, since: failingSince(room, claim), triedAt: claim.takenAt } };
}

/**
 * Returns the row without a claim that cannot be checked. Reconciliation finds a room that it may have
 * created.
 */
export function abandoned(room: Room): Room {
  const { claim } = room;
  const free = unclaimed(room);
  if (claim?.purpose !== 'open') return free;
  return { ...free, spent: Math.max(room.spent ?? 0, claim.generation), avoid: claim.application };
}

/** Failures that are further apart are unrelated. */
const ONE_AFTER_THE_OTHER: Duration = 2 * DAY;

/** Returns since when changes of the room have failed, including the claim's. */
export function failingSince({ unclear }: Pick<Room, 'unclear'>, { takenAt }: Claim): Instant {
  return unclear && takenAt - unclear.triedAt <= ONE_AFTER_THE_OTHER ? unclear.since : takenAt;
}

/** Returns the values of the room that are still unknown after a change was answered. */
function stillUnclear({ unclear }: Room, { change }: Settlement, now: Instant): UnclearChange | undefined {
  const settings = unclear?.settings.filter((name) => !(name in (change?.settings ?? {}))) ?? [];
  return settings.length > 0 ? { settings, since: now, triedAt: now } : undefined;
}

/** Returns the state of the row without the room that is being created. */
export function restState(room: Room): RoomState | undefined {
  if (room.claim) return room.claim.from;
  return room.state === 'opening' ? undefined : room.state;
}

export function isAlive<Live extends PreviousRoom>(live: Live | undefined, now: Instant): live is Live {
  return live !== undefined && live.expiresAt > now;
}

/** Whether the key has no room and one is being created: its request is tried again until it succeeds. */
export function isAwaited({ current, state, attempts }: Room): boolean {
  return !current && (state === 'opening' || (state === 'cancelled' && attempts > 0));
}

/**
 * False if the key was cancelled or its request refused: it then gets back only a room that was created
 * later.
 */
export function isWanted({ state }: Pick<Room, 'state'>): boolean {
  return state !== 'cancelled' && state !== 'rejected';
}

/** A create may take effect late, but no later than this. */
const LATEST_EFFECT: Duration = HOUR;

/** Whether a room was created for a request that is newer than all that the row knows. */
export function isMadeSince(
  { updatedAt }: Pick<Room, 'updatedAt'>,
  { createdAt }: { readonly createdAt: Instant },
): boolean {
  return createdAt > updatedAt + LATEST_EFFECT;
}

/** Whether the row knows of this room already. */
export function isAccountedFor(room: Room, id: string, now: Instant): boolean {
  return room.current?.id === id || room.previous?.id === id || isRetired(room, id, now);
}

/** Whether the row lists this room as one that must end, or is about to end. */
export function isRetired({ retirees }: Room, id: string | undefined, now: Instant): boolean {
  return retirees.some((retiree) => retiree.id === id && !hasEnded(retiree, now));
}

/**
 * An ended retiree accounts for nothing: if a room's id is its token, a late create makes another room with
 * the same id.
 */
export function hasEnded({ endsAt }: Retiree, now: Instant): boolean {
  return endsAt !== undefined && endsAt <= now;
}

/**
 * Returns the row with a room that was created but is not used. The room must be ended, and its generation is
 * not used again.
 */
export function givenUp(room: Room, made: LiveRoom, generation: number, now: Instant): Room {
  const { application, id } = made;
  const spent = Math.max(room.spent ?? 0, generation);
  return { ...room, spent, retirees: withRetirees(room, [{ application, id }], now) };
}

/** Returns the rooms to end, with more of them; those that have ended are dropped. */
export function withRetirees(room: Room, more: readonly Retiree[], now: Instant): readonly Retiree[] {
  const kept = room.retirees.filter((retiree) => !hasEnded(retiree, now));
  const all = [
    ...kept,
    ...more.map(({ application, id, endsAt, urgent }) => ({ application, id, endsAt, urgent })),
  ];
  return all.filter(({ id }, index) => all.findIndex((retiree) => retiree.id === id) === index);
}

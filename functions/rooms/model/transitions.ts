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

/** The row of a key that has none: revision 0, so that only its first writer succeeds. */
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
 * The revision of the next write. Listeners ignore an event with a lower revision than the last one. So the revision
 * must also grow when the row does not know the last one: after its time to live, or after a restore of the table.
 */
export function nextRevision({ revision }: Room, now: Instant): number {
  return Math.max(revision + 1, Math.floor(now));
}

/** The row under a claim. A change leaves the state alone: the room goes on as it is. */
export function claimed(room: Room, claim: Claim, now: Instant): Room {
  const held: Room = { ...room, claim: { ...claim, from: restState(room) }, updatedAt: now };
  if (claim.purpose === 'change') return held;
  // the next write forgets it anyway, and a row is paid for by the kilobyte
  return { ...held, state: 'opening', previous: isAlive(room.previous, now) ? room.previous : undefined };
}

/** What recording an outcome takes of a claim. */
export type Settlement = Omit<
  Claim,
  'owner' | 'purpose' | 'takenAt' | 'leaseUntil' | 'application' | 'bookmark' | 'expiresAt'
>;

/** The row once generation `claim.generation` lives as `current`. */
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
    previous: !claim.gone && isAlive(room.current, now) ? asPrevious(room.current) : undefined,
    // a room that is gone is not missed, and if the answer was wrong it must not live on as an orphan
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

/** Guests go on with it until its end. Whoever opens a room is given the current one. */
function asPrevious({ renewedAt: _renewedAt, ...room }: LiveRoom): PreviousRoom {
  return room;
}

/** The row once the current room took over what the claim says. */
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
 * State and due times as the renewal rule wants them for the current room.
 *
 * @param warnings what else the caller asked for and does not get
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

/** What the warning of a room that nobody uses begins with. */
const UNUSED = 'unused: ';

/** The row once its users were warned that the room ends unless somebody uses it. */
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

/** The row once a room that lives by its use was used: its life begins anew, and the link stays. */
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

/** The row of a room that is not renewed at its end. */
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

/** Why a room of this life cannot be kept, in words for its caller. */
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
 * The row after a failed attempt. Where a room may have been made the claim stays, its lease over, so that the next
 * attempt looks first and need not wait; else the claim goes.
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

/** The row of a request that the rules refuse for good. An existing room continues unchanged. */
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

/** The same where the provider refuses: that was an attempt, and a renewal stands behind those that may succeed. */
export function refused(room: Room, spec: RoomSpec, reason: string, now: Instant): Room {
  const attempts = room.attempts + 1;
  return { ...rejected(room, spec, reason, now), attempts, dueAt: backedOff(room, attempts, now) };
}

/**
 * The row without the claim: it had no effect that is known. The change may have been made anyway, so the next change
 * of the room sets the same values again.
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

/** The row without a claim that cannot be checked. Reconciliation finds a room that it may have created. */
export function abandoned(room: Room): Room {
  const { claim } = room;
  const free = unclaimed(room);
  if (claim?.purpose !== 'open') return free;
  return { ...free, spent: Math.max(room.spent ?? 0, claim.generation), avoid: claim.application };
}

/** Failures that lie further apart have nothing to do with each other. */
const ONE_AFTER_THE_OTHER: Duration = 2 * DAY;

/** From when on changes of the room have failed, the claim's among them. */
export function failingSince({ unclear }: Pick<Room, 'unclear'>, { takenAt }: Claim): Instant {
  return unclear && takenAt - unclear.triedAt <= ONE_AFTER_THE_OTHER ? unclear.since : takenAt;
}

/** The values of the room that are still unknown after a change was answered. */
function stillUnclear({ unclear }: Room, { change }: Settlement, now: Instant): UnclearChange | undefined {
  const settings = unclear?.settings.filter((name) => !(name in (change?.settings ?? {}))) ?? [];
  return settings.length > 0 ? { settings, since: now, triedAt: now } : undefined;
}

/** The state of the row as if no room were being made. */
export function restState(room: Room): RoomState | undefined {
  if (room.claim) return room.claim.from;
  return room.state === 'opening' ? undefined : room.state;
}

export function isAlive<Live extends PreviousRoom>(live: Live | undefined, now: Instant): live is Live {
  return live !== undefined && live.expiresAt > now;
}

/** Whether the key has no room, and one is on its way: its request is tried again until it is done. */
export function isAwaited({ current, state, attempts }: Room): boolean {
  return !current && (state === 'opening' || (state === 'cancelled' && attempts > 0));
}

/** Not where the key was cancelled, or its request refused: it gets a room back only if that was made since. */
export function isWanted({ state }: Pick<Room, 'state'>): boolean {
  return state !== 'cancelled' && state !== 'rejected';
}

/** A create may take effect late, but no later than this. */
const LATEST_EFFECT: Duration = HOUR;

/** Whether a room was made for a request that is newer than all that the row knows. */
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

/** Whether the row has this room as one that is to end, or is about to. */
export function isRetired({ retirees }: Room, id: string | undefined, now: Instant): boolean {
  return retirees.some((retiree) => retiree.id === id && !hasEnded(retiree, now));
}

/**
 * One that has ended accounts for nothing: where a room's id is its token, a create that comes late makes another under
 * the same id.
 */
export function hasEnded({ endsAt }: Retiree, now: Instant): boolean {
  return endsAt !== undefined && endsAt <= now;
}

/** The row with a room that was created without use: it has to be ended, and its generation is not used again. */
export function givenUp(room: Room, made: LiveRoom, generation: number, now: Instant): Room {
  const { application, id } = made;
  const spent = Math.max(room.spent ?? 0, generation);
  return { ...room, spent, retirees: withRetirees(room, [{ application, id }], now) };
}

/** The rooms to end, with more of them; those that have ended are forgotten. */
export function withRetirees(room: Room, more: readonly Retiree[], now: Instant): readonly Retiree[] {
  const kept = room.retirees.filter((retiree) => !hasEnded(retiree, now));
  const all = [
    ...kept,
    ...more.map(({ application, id, endsAt, urgent }) => ({ application, id, endsAt, urgent })),
  ];
  return all.filter(({ id }, index) => all.findIndex((retiree) => retiree.id === id) === index);
}

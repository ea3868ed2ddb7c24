import { driftOf } from '../model/drift.ts';
import type { Accounts, Capabilities, ProviderRoom } from '../model/ports.ts';
import {
  type ImportedRoom,
  type LiveRoom,
  namesOf,
  type Renewal,
  type Room,
  type RoomChange,
  type RoomSettings,
  type RoomSpec,
} from '../model/room.ts';
import { isByUse } from '../model/spec.ts';
import { DAY, type Duration, type Instant, MINUTE } from '../model/time.ts';
import { isTokenOf } from '../model/token.ts';
import { isAlive, isRetired, isWanted } from '../model/transitions.ts';

/**
 * The next action so that a key takes over a room that another program or person created.
 *
 * - `leave`: the key already has the room.
 * - `refuse`: the key cannot have it; `reason` is for the caller.
 * - `take`: the row gets the room.
 */
export type ImportDecision =
  | { readonly action: 'leave'; readonly reason: 'imported already' }
  | { readonly action: 'refuse'; readonly reason: string }
  | {
      readonly action: 'take';
      readonly reason: 'imported';
      readonly spec: RoomSpec;
      readonly current: LiveRoom;
    };

/** The longest life that a request can ask for. */
const LONGEST: Duration = 365 * DAY;

export interface ImportPolicy {
  readonly pool: Accounts;
  readonly deployment: string;
}

/** @param seen what the provider has under the id; undefined where it has nothing */
export function decideImport(
  row: Room,
  imported: ImportedRoom,
  seen: ProviderRoom | undefined,
  now: Instant,
  policy: ImportPolicy,
): ImportDecision {
  const { application, id } = imported.place;
  const { current } = row;
  if (hasRoom(row, imported)) return { action: 'leave', reason: 'imported already' };
  const capabilities = policy.pool.provider(application).capabilities;
  const refusal = refusalOf(row, seen, { id, now, deployment: policy.deployment, capabilities });
  if (refusal !== undefined || !seen) {
    return { action: 'refuse', reason: `room: ${id} of application ${application} ${refusal}` };
  }
  if (isAlive(current, now)) {
    const reason = `key: ${row.key} has a room, ${current.id} of application ${current.application}: import it under another key`;
    return { action: 'refuse', reason };
  }
  const spec = specOf(row.key, imported, seen, capabilities);
  return {
    action: 'take',
    reason: 'imported',
    spec,
    current: liveOf(application, spec, seen, { now, capabilities }),
  };
}

/** The room as a row has it. A life is counted from when the room was made, where its end is known. */
function liveOf(
  application: string,
  spec: RoomSpec,
  seen: ProviderRoom,
  { now, capabilities }: { readonly now: Instant; readonly capabilities: Capabilities },
): LiveRoom {
  const { id, meetingCode, guestUrl, createdAt, expiresAt } = seen;
  const live = { application, id, meetingCode, guestUrl, createdAt };
  const { livesByUse = 0, longestLife } = capabilities;
  if (seen.byUse && isByUse(spec, capabilities)) {
    // when it was used last is not known: that a person takes it over stands for a use
    return { ...live, expiresAt: now + livesByUse, renewedAt: now, byUse: true };
  }
  if (isEndless(seen, capabilities, now)) {
    return { ...live, expiresAt: now + Math.min(spec.lifetime, longestLife), renewedAt: now };
  }
  return { ...live, expiresAt, renewedAt: Math.min(createdAt, now) };
}

/** Whether the row has the room, and is not about to end it. */
export function hasRoom(row: Room, { place: { application, id } }: ImportedRoom): boolean {
  const { current } = row;
  return isWanted(row) && current?.application === application && current.id === id;
}

/** @returns why no key can take over the room, as the end of a sentence */
function refusalOf(
  row: Room,
  seen: ProviderRoom | undefined,
  {
    id,
    now,
    deployment,
    capabilities,
  }: { id: string; now: Instant; deployment: string; capabilities: Capabilities },
): string | undefined {
  if (!seen) return 'is not there: the provider has no room of that id';
  // two spellings of an id must not give one room to two keys
  if (seen.id !== id) return `has the id ${seen.id} at its provider: import it by that`;
  const { token, available, expiresAt, obstacle } = seen;
  if (isTokenOf(deployment, token)) return 'was made by this deployment, so a key has it, or it is retired';
  if (token !== undefined) return 'was made by another deployment of Evergreen Rooms, which keeps it';
  if (!available || expiresAt <= now) return 'has ended';
  if (obstacle !== undefined) return obstacle;
  if (isRetired(row, seen.id, now)) return 'is about to end, since its key was cancelled';
  if (expiresAt <= now + capabilities.shortestLife + MINUTE) return 'ends in a moment';
  return undefined;
}

/** Whether a room has no end that could be written down: none at all, one beyond all that can be asked for, or one that moves. */
function isEndless({ byUse, expiresAt }: ProviderRoom, { longestLife }: Capabilities, now: Instant): boolean {
  return byUse === true || expiresAt > now + longestLife;
}

/** What a request would have asked for to get this room: what the caller says, else what the room shows. */
function specOf(
  key: string,
  { settings: asked, lifetime, renewal }: ImportedRoom,
  seen: ProviderRoom,
  capabilities: Capabilities,
): RoomSpec {
  const settings: RoomSettings = { display_name: key, ...shownBy(seen), ...asked };
  const life = seen.expiresAt - seen.createdAt;
  return {
    settings,
    lifetime: lifetime ?? Math.min(life, LONGEST, capabilities.longestLife),
    renewal: renewal ?? usualRenewal(seen, capabilities),
  };
}

/** The link stays: where uses do not move the end, the expiry is moved as long as the provider moves it. */
function usualRenewal({ byUse }: ProviderRoom, { livesByUse }: Capabilities): Renewal {
  return { mode: byUse && livesByUse !== undefined ? 'recreate' : 'extend' };
}

/** The provider shows a default as `null`. */
function shownBy({ settings = {} }: ProviderRoom): Partial<RoomSettings> {
  const shown = namesOf(settings).filter((name) => settings[name] !== undefined && settings[name] !== null);
  return Object.fromEntries(shown.map((name) => [name, settings[name]]));
}

/**
 * What a room on a row lacks of what was asked for when it was imported: settings that the provider does not show, those
 * that it shows otherwise, and an end where it has none.
 */
export function changeOfImported(
  { current, spec, unclear }: Pick<Room, 'unclear'> & { readonly current: LiveRoom; readonly spec: RoomSpec },
  { settings: asked }: ImportedRoom,
  seen: ProviderRoom,
  now: Instant,
  { pool }: { readonly pool: Accounts },
): RoomChange | undefined {
  const { capabilities } = pool.provider(current.application);
  const { changeable, movableExpiry } = capabilities;
  const hidden = namesOf(asked).filter(
    (name) => changeable.includes(name) && !(name in (seen.settings ?? {})),
  );
  const drift = driftOf({ current, spec, unclear }, seen, capabilities, now);
  const settings = {
    ...Object.fromEntries(hidden.map((name) => [name, spec.settings[name]])),
    ...drift?.settings,
  };
  const lacksEnd = movableExpiry && !current.byUse && isEndless(seen, capabilities, now);
  const expiresAt = lacksEnd ? current.expiresAt : drift?.expiresAt;
  return Object.keys(settings).length === 0 && expiresAt === undefined ? undefined : { settings, expiresAt };
}

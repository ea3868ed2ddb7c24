import { canonicalJson } from './digest.ts';
import { RequestRefusedError } from './errors.ts';
import type { Capabilities } from './ports.ts';
import type { RoomSettings, RoomSpec } from './room.ts';
import { namesOf } from './room.ts';
import type { Instant } from './time.ts';

/**
 * Returns the spec of a key that has `old` and is requested again with `asked`. If the same expiry is
 * requested again, the life that was calculated the first time stays. A repeated request an hour later does
 * not shorten the life by an hour.
 */
export function mergeSpec(old: RoomSpec | undefined, asked: RoomSpec): RoomSpec {
  return old?.expiresAt !== undefined && old.expiresAt === asked.expiresAt
    ? { ...asked, lifetime: old.lifetime }
    : asked;
}

export function sameSpec(a: RoomSpec | undefined, b: RoomSpec): boolean {
  return a !== undefined && canonicalJson(a) === canonicalJson(b);
}

/** Returns the settings that differ, with their new values. */
export function changedSettings(old: RoomSettings | undefined, asked: RoomSettings): Partial<RoomSettings> {
  const names = new Set([...namesOf(old ?? {}), ...namesOf(asked)]);
  const changed = [...names].filter((name) => canonicalJson(old?.[name]) !== canonicalJson(asked[name]));
  return Object.fromEntries(changed.map((name) => [name, asked[name]]));
}

/** Whether a room of this spec is no longer needed. */
export function isOver(spec: RoomSpec, now: Instant): boolean {
  return spec.renewal.until !== undefined && spec.renewal.until <= now;
}

/** Whether another room follows a room that ends at `expiresAt`. */
export function isKeptPast(spec: RoomSpec, expiresAt: Instant): boolean {
  const { until = Number.POSITIVE_INFINITY } = spec.renewal;
  return isRenewed(spec) && expiresAt < until;
}

/** Whether rooms of this spec are renewed automatically. */
export function isRenewed({ renewal: { mode } }: RoomSpec): boolean {
  return mode === 'recreate' || mode === 'extend';
}

/** Whether a room opens only when a visitor knocks. */
export function isOnDemand(spec: RoomSpec | undefined): boolean {
  return spec?.renewal.mode === 'on-demand';
}

/** How long a provider lets a room live. */
type Lives = Pick<Capabilities, 'shortestLife' | 'longestLife' | 'livesByUse'>;

/**
 * Whether a room of this spec lives by its use, at a provider that has such rooms. True if the request names
 * neither an end of the room, nor an end or a mode of its renewal: each of these asks for another life.
 */
export function isByUse(
  { expiresAt, renewal }: Pick<RoomSpec, 'expiresAt' | 'renewal'>,
  { livesByUse }: Pick<Capabilities, 'livesByUse'>,
): boolean {
  const { mode, until, explicit = false } = renewal;
  const isEndless = expiresAt === undefined && until === undefined && mode === 'recreate' && !explicit;
  return livesByUse !== undefined && isEndless;
}

/** Whether no room can be opened any more once the requested end has come near. */
export function isRefusedLate(spec: RoomSpec): spec is RoomSpec & Required<Pick<RoomSpec, 'expiresAt'>> {
  return spec.renewal.mode === 'none' && spec.expiresAt !== undefined;
}

/**
 * Returns when a room that is opened now expires. This is the requested expiry if it is in the future,
 * otherwise a lifetime from now. It is limited by the time until which the room is needed and by the
 * provider's limits.
 *
 * @throws RequestRefusedError if a requested expiry without renewal has passed in the meantime
 */
export function expiryFromNow(spec: RoomSpec, now: Instant, capabilities: Lives): Instant {
  const { expiresAt, lifetime, renewal } = spec;
  if (isByUse(spec, capabilities)) return now + (capabilities.livesByUse ?? lifetime);
  const soonest = now + capabilities.shortestLife;
  if (isRefusedLate(spec) && spec.expiresAt < soonest) {
    throw new RequestRefusedError(
      `expires_at: ${new Date(spec.expiresAt).toISOString()} had come too near when the room was to be opened at ` +
        `${new Date(now).toISOString()}, and renewal is none; ask again with a later expires_at`,
    );
  }
  const wanted = expiresAt !== undefined && expiresAt >= soonest ? expiresAt : now + lifetime;
  const needed = Math.min(wanted, renewal.until ?? Number.POSITIVE_INFINITY);
  return Math.min(Math.max(needed, soonest), now + capabilities.longestLife);
}

/**
 * Returns the expiry of a room that is renewed now: always a lifetime from now. A room with a requested
 * expiry does not live by its use.
 */
export function renewedExpiry(spec: RoomSpec, now: Instant, capabilities: Lives): Instant {
  const { settings, lifetime, renewal } = spec;
  const lives = isByUse(spec, capabilities) ? capabilities : { ...capabilities, livesByUse: undefined };
  return expiryFromNow({ settings, lifetime, renewal }, now, lives);
}

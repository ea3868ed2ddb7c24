import { canonicalJson } from './digest.ts';
import { RequestRefusedError } from './errors.ts';
import type { Capabilities } from './ports.ts';
import type { RoomSettings, RoomSpec } from './room.ts';
import { namesOf } from './room.ts';
import type { Instant } from './time.ts';

/**
 * What holds when a key that has `old` is asked for again with `asked`. An expiry that was asked for before keeps
 * the life that was calculated then: a repetition an hour later does not ask for a room that lives an hour less.
 */
export function mergeSpec(old: RoomSpec | undefined, asked: RoomSpec): RoomSpec {
  return old?.expiresAt !== undefined && old.expiresAt === asked.expiresAt
    ? { ...asked, lifetime: old.lifetime }
    : asked;
}

export function sameSpec(a: RoomSpec | undefined, b: RoomSpec): boolean {
  return a !== undefined && canonicalJson(a) === canonicalJson(b);
}

/** The settings that differ, by name, as they are asked for now. */
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

/** Whether rooms of this spec are renewed by themselves. */
export function isRenewed({ renewal: { mode } }: RoomSpec): boolean {
  return mode === 'recreate' || mode === 'extend';
}

/** Whether a room is opened only when somebody knocks. */
export function isOnDemand(spec: RoomSpec | undefined): boolean {
  return spec?.renewal.mode === 'on-demand';
}

/** How long a provider lets a room live. */
type Lives = Pick<Capabilities, 'shortestLife' | 'longestLife' | 'livesByUse'>;

/**
 * Whether a room of this spec lives by its use at a provider that has such rooms: where no end was asked for, neither of
 * the room nor of its renewal, and no renewal by name, since each of these is a wish for another life.
 */
export function isByUse(
  { expiresAt, renewal }: Pick<RoomSpec, 'expiresAt' | 'renewal'>,
  { livesByUse }: Pick<Capabilities, 'livesByUse'>,
): boolean {
  const { mode, until, explicit = false } = renewal;
  const isEndless = expiresAt === undefined && until === undefined && mode === 'recreate' && !explicit;
  return livesByUse !== undefined && isEndless;
}

/**
 * When a room that is opened now shall expire: the expiry that was asked for while it is still ahead, else a life
 * from now, no longer than anybody needs it and within what the provider allows.
 *
 * @throws RequestRefusedError where an expiry that was asked for once, without renewal, has passed in the meantime
 */
export function expiryFromNow(spec: RoomSpec, now: Instant, capabilities: Lives): Instant {
  const { expiresAt, lifetime, renewal } = spec;
  if (isByUse(spec, capabilities)) return now + (capabilities.livesByUse ?? lifetime);
  const soonest = now + capabilities.shortestLife;
  if (renewal.mode === 'none' && expiresAt !== undefined && expiresAt < soonest) {
    throw new RequestRefusedError(
      `expires_at: ${new Date(expiresAt).toISOString()} had come too near when the room was to be opened at ` +
        `${new Date(now).toISOString()}, and renewal is none; ask again with a later expires_at`,
    );
  }
  const wanted = expiresAt !== undefined && expiresAt >= soonest ? expiresAt : now + lifetime;
  const needed = Math.min(wanted, renewal.until ?? Number.POSITIVE_INFINITY);
  return Math.min(Math.max(needed, soonest), now + capabilities.longestLife);
}

/**
 * The expiry of a room that is renewed now: always a life from now, for any first expiry. One that was asked for keeps the
 * room from living by its use.
 */
export function renewedExpiry(spec: RoomSpec, now: Instant, capabilities: Lives): Instant {
  const { settings, lifetime, renewal } = spec;
  const lives = isByUse(spec, capabilities) ? capabilities : { ...capabilities, livesByUse: undefined };
  return expiryFromNow({ settings, lifetime, renewal }, now, lives);
}

import { canonicalJson } from './digest.ts';
import type { Capabilities, ProviderRoom } from './ports.ts';
import type { LiveRoom, Room, RoomChange, RoomSettings, RoomSpec, SettingName } from './room.ts';
import type { Instant } from './time.ts';
import { MINUTE } from './time.ts';

/** An expiry may come back rounded. */
const ROUNDING = MINUTE;

/** A living room and its request. */
interface Asked extends Pick<Room, 'unclear'> {
  readonly current: LiveRoom;
  readonly spec: RoomSpec;
}

/**
 * Returns the change that makes a room match its request again. A change is needed if the provider shows a
 * difference that can be repaired in place, or if an earlier change got no clear answer.
 *
 * @returns undefined if nothing has drifted
 */
export function driftOf(
  { current: { expiresAt }, spec: { settings: asked }, unclear }: Asked,
  seen: Pick<ProviderRoom, 'settings' | 'expiresAt' | 'byUse'>,
  { movableExpiry, changeable, shortestLife }: Capabilities,
  now: Instant,
): RoomChange | undefined {
  const settings = {
    ...unclearSettings({ unclear }, asked, { changeable }),
    ...driftedSettings(asked, seen.settings ?? {}, changeable),
  };
  const endsEarly =
    movableExpiry &&
    !seen.byUse &&
    seen.expiresAt < expiresAt - ROUNDING &&
    expiresAt >= now + shortestLife + ROUNDING;
  if (Object.keys(settings).length === 0 && !endsEarly) return undefined;
  return { settings, expiresAt: endsEarly ? expiresAt : undefined };
}

/** Returns the settings whose value at the provider is unknown, with the requested values. */
export function unclearSettings(
  { unclear }: Pick<Room, 'unclear'>,
  asked: RoomSettings,
  { changeable }: Pick<Capabilities, 'changeable'>,
): Partial<RoomSettings> {
  const names = unclear?.settings.filter((name) => changeable.includes(name)) ?? [];
  return Object.fromEntries(names.map((name) => [name, asked[name]]));
}

/**
 * Returns the requested settings that can be changed in place and show another value, with the requested
 * values.
 */
function driftedSettings(
  asked: RoomSettings,
  shown: Partial<RoomSettings>,
  changeable: readonly SettingName[],
): Partial<RoomSettings> {
  const drifted = changeable.filter((name) => name in shown && !holds(asked[name], shown[name]));
  return Object.fromEntries(drifted.map((name) => [name, asked[name]]));
}

/**
 * Whether the shown value has everything that was requested. Parts that were not requested, or are not shown,
 * may have any value.
 */
function holds(asked: unknown, shown: unknown): boolean {
  if (asked === undefined || shown === undefined) return true;
  if (typeof asked !== 'object' || asked === null) return canonicalJson(asked) === canonicalJson(shown);
  // the setting may apply to any part of the value, so the value is unknown
  const parts = (shown ?? {}) as Record<string, unknown>;
  return Object.entries(asked).every(([name, part]) => holds(part, parts[name]));
}

import { canonicalJson } from './digest.ts';
import type { Capabilities, ProviderRoom } from './ports.ts';
import type { LiveRoom, Room, RoomChange, RoomSettings, RoomSpec, SettingName } from './room.ts';
import type { Instant } from './time.ts';
import { MINUTE } from './time.ts';

/** An expiry may come back rounded. */
const ROUNDING = MINUTE;

/** A living room, and what it was asked to be. */
interface Asked extends Pick<Room, 'unclear'> {
  readonly current: LiveRoom;
  readonly spec: RoomSpec;
}

/**
 * What it takes to make a room again what was asked for, where the provider shows something else that can be put
 * right in place, or a change got no clear answer.
 *
 * @returns undefined where nothing has drifted
 */
export function driftOf(
  { current: { expiresAt }, spec: { settings: asked }, unclear }: Asked,
  seen: ProviderRoom,
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

/** The settings whose value at the provider is unknown, as the request has them. */
export function unclearSettings(
  { unclear }: Pick<Room, 'unclear'>,
  asked: RoomSettings,
  { changeable }: Pick<Capabilities, 'changeable'>,
): Partial<RoomSettings> {
  const names = unclear?.settings.filter((name) => changeable.includes(name)) ?? [];
  return Object.fromEntries(names.map((name) => [name, asked[name]]));
}

/** The settings that were asked for, can be changed in place and show another value: as they were asked for. */
function driftedSettings(
  asked: RoomSettings,
  shown: Partial<RoomSettings>,
  changeable: readonly SettingName[],
): Partial<RoomSettings> {
  const drifted = changeable.filter((name) => name in shown && !holds(asked[name], shown[name]));
  return Object.fromEntries(drifted.map((name) => [name, asked[name]]));
}

/** Whether what is shown has everything that was asked; what was not asked for, or is not shown, may be anything. */
function holds(asked: unknown, shown: unknown): boolean {
  if (asked === undefined || shown === undefined) return true;
  if (typeof asked !== 'object' || asked === null) return canonicalJson(asked) === canonicalJson(shown);
  // the setting may apply to any part of the value, so the value is unknown
  const parts = (shown ?? {}) as Record<string, unknown>;
  return Object.entries(asked).every(([name, part]) => holds(part, parts[name]));
}

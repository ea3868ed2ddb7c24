import { canonicalJson } from './digest.ts';
import type { Capabilities, ProviderRoom } from './ports.ts';
import {
  type LiveRoom,
  MINUTE,
  type Room,
  type RoomSettings,
  type RoomSpec,
  type SettingName,
} from './room.ts';

/** An expiry may come back rounded. */
const ROUNDING = MINUTE;

/**
 * The row as the provider shows it, where that is not as it was asked for and can be put right in place. Making it
 * what was asked for is then an ordinary change.
 *
 * @returns undefined where nothing has drifted
 */
export function driftedRoom(
  room: Room,
  current: LiveRoom,
  spec: RoomSpec,
  seen: ProviderRoom,
  capabilities: Capabilities,
): { readonly room: Room; readonly current: LiveRoom } | undefined {
  const settings = driftedSettings(spec.settings, seen.settings ?? {}, capabilities);
  const endsEarly = capabilities.movableExpiry && seen.expiresAt < current.expiresAt - ROUNDING;
  if (Object.keys(settings).length === 0 && !endsEarly) return undefined;
  const shown: LiveRoom = endsEarly ? { ...current, expiresAt: seen.expiresAt } : current;
  const asShown: RoomSpec = { ...spec, settings: { ...spec.settings, ...settings } };
  return { room: { ...room, spec: asShown, current: shown }, current: shown };
}

/** The settings that were asked for, can be changed in place and show another value. */
function driftedSettings(
  asked: RoomSettings,
  shown: Partial<RoomSettings>,
  { changeable }: Capabilities,
): Partial<RoomSettings> {
  const drifted = changeable.filter((name: SettingName) => name in shown && !holds(asked[name], shown[name]));
  return Object.fromEntries(drifted.map((name) => [name, shown[name]]));
}

/** Whether what is shown has everything that was asked; what was not asked for may be anything. */
function holds(asked: unknown, shown: unknown): boolean {
  if (asked === undefined) return true;
  if (typeof asked !== 'object' || asked === null)
    return canonicalJson(asked) === canonicalJson(shown ?? null);
  const parts = (shown ?? {}) as Record<string, unknown>;
  return Object.entries(asked).every(([name, part]) => holds(part, parts[name]));
}

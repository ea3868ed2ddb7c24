import type { RoomProvider } from '../model/ports.ts';
import type { RoomSpec } from '../model/room.ts';

/** Returns the requested settings that a provider does not support, as text for a person. */
export function unsupportedSettings(
  { settings, renewal }: RoomSpec,
  provider: Pick<RoomProvider, 'capabilities' | 'limitations'>,
): readonly string[] {
  const { mode, explicit } = renewal;
  const stays = provider.capabilities.movableExpiry || mode !== 'extend' || !explicit;
  const renewed = stays
    ? []
    : ['renewal.mode extend: impossible, each renewal is a new room with a new link'];
  return [...provider.limitations(settings), ...renewed];
}

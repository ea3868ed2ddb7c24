import type { Room, RoomState } from '../../functions/rooms/model/room.ts';

/** What a person is shown of a room: everything but the link that makes one its host. Times are in ISO 8601. */
export interface ShownRoom {
  readonly key: string;
  readonly name: string;
  readonly state: RoomState;
  readonly generation: number;
  readonly application?: string;
  readonly guestUrl?: string;
  readonly expiresAt?: string;
  readonly renewAt?: string;
  readonly previousGuestUrl?: string;
  readonly lastError?: string;
  /** What the caller asked for and does not get. */
  readonly warnings?: readonly string[];
  readonly createdAt: string;
}

export function shownRoom(room: Room): ShownRoom {
  const { key, state, generation, current, previous, renewAt, lastError } = room;
  return {
    key,
    name: room.spec?.settings.display_name ?? '',
    state,
    generation,
    ...(current && {
      application: current.application,
      guestUrl: current.guestUrl,
      expiresAt: iso(current.expiresAt),
    }),
    ...(renewAt !== undefined && { renewAt: iso(renewAt) }),
    ...(previous && { previousGuestUrl: previous.guestUrl }),
    ...(lastError !== undefined && { lastError }),
    ...(room.warnings.length > 0 && { warnings: room.warnings }),
    createdAt: iso(room.createdAt),
  };
}

const iso = (instant: number) => new Date(instant).toISOString();

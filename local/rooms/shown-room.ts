import { linkAddress } from '../../functions/rooms/model/link.ts';
import type { Room, RoomState } from '../../functions/rooms/model/room.ts';

/** A room as a person sees it: everything except the host link. Times are in ISO 8601. */
export interface ShownRoom {
  readonly key: string;
  readonly name: string;
  readonly state: RoomState;
  readonly generation: number;
  /** A person paused it: a room that is kept is not renewed, and visitors cannot open one on demand. */
  readonly held?: true;
  /** The link of the key, which stays the same. */
  readonly link?: string;
  readonly application?: string;
  readonly guestUrl?: string;
  readonly expiresAt?: string;
  readonly renewAt?: string;
  readonly previousGuestUrl?: string;
  readonly lastError?: string;
  /** The requested settings that the caller does not get. */
  readonly warnings?: readonly string[];
  readonly createdAt: string;
}

/** @param linksUrl the start of every link; absent if links are off */
export function shownRoom(room: Room, linksUrl?: string): ShownRoom {
  const link = linkAddress(room, linksUrl);
  const { key, state, generation, current, previous, renewAt, lastError } = room;
  return {
    key,
    name: room.spec?.settings.display_name ?? '',
    state,
    generation,
    ...(isHeld(room) && { held: true }),
    ...(link !== undefined && { link }),
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

/** Whether a person paused the key. A key on demand, and one that opens a room, keep their state. */
export function isHeld({ state, toBeHeld }: Pick<Room, 'state' | 'toBeHeld'>): boolean {
  if (state === 'cancelled' || state === 'rejected') return false;
  return state === 'held' || toBeHeld === true;
}

/** Names the state of a room, with the hold that it does not tell. */
export function stateWithHold(
  { state, held }: Pick<ShownRoom, 'state' | 'held'>,
  shown: string = state,
): string {
  return held && state !== 'held' ? `${shown}, held` : shown;
}

const iso = (instant: number) => new Date(instant).toISOString();

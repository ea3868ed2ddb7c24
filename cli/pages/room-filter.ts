import type { Room, RoomState } from '../../functions/rooms/model/room.ts';

/** A person's selection of rooms; an absent property selects all. */
export interface RoomFilter {
  readonly state?: RoomState | undefined;
  /** The beginning of the key. */
  readonly prefix?: string | undefined;
  /** The application of the room, or of the room that is being opened. */
  readonly application?: string | undefined;
}

export function fits(
  { key, state, current, claim }: Room,
  { state: wanted, prefix, application }: RoomFilter,
): boolean {
  if (wanted !== undefined && state !== wanted) return false;
  if (prefix !== undefined && !key.startsWith(prefix)) return false;
  return application === undefined || (current ?? claim)?.application === application;
}

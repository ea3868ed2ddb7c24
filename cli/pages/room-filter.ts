import type { Room, RoomState } from '../../functions/rooms/model/room.ts';

/** What a person chooses rooms by; what is absent chooses all. */
export interface RoomFilter {
  readonly state?: RoomState | undefined;
  /** How the key begins. */
  readonly prefix?: string | undefined;
  /** Where the room is, or is being opened. */
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

import type { Room, RoomState } from '../../functions/rooms/model/room.ts';
import { isHeld } from '../../local/rooms/shown-room.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { CallError } from '../frame/errors.ts';
import type { Terminal } from '../frame/terminal.ts';

/** A person's selection of rooms; an absent property selects all. */
export interface RoomFilter {
  /** `held` selects also those whose state does not tell that they are held. */
  readonly state?: RoomState | undefined;
  /** The beginning of the key. */
  readonly prefix?: string | undefined;
  /** The application of the room, or of the room that is being opened. */
  readonly application?: string | undefined;
}

export function fits(
  { key, state, toBeHeld, current, claim }: Room,
  { state: wanted, prefix, application }: RoomFilter,
): boolean {
  if (wanted !== undefined && state !== wanted && !(wanted === 'held' && isHeld({ state, toBeHeld })))
    return false;
  if (prefix !== undefined && !key.startsWith(prefix)) return false;
  return application === undefined || (current ?? claim)?.application === application;
}

/**
 * Rooms may still be in an application that the pool had before. Whether one is, shows only when they are read:
 * a person who has mistyped the name need not wait for that.
 *
 * @returns what throws a CallError, if the application has turned out to be unknown
 */
export function warnOfUnknown(
  application: string | undefined,
  { applications }: Pick<Deployment, 'applications'>,
  terminal: Terminal,
): () => void {
  const names = applications.map(({ name }) => name);
  if (application === undefined || names.includes(application)) return () => {};
  const unknown = `the pool has no application ${application}: it has ${names.join(', ')}`;
  terminal.note(`${unknown}. Looking for rooms that are still in it`);
  return () => {
    throw new CallError(`${unknown}; and no such room is in it`);
  };
}

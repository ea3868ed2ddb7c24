import type { Room, Sequence } from './room.ts';
import { standing } from './sequence.ts';

/** The outcome of a piece of work, for metrics and logs. */
export type Outcome =
  | 'created'
  /** A room that was there is the key's from now on. */
  | 'imported'
  | 'rotated'
  | 'updated'
  /** Its expiry was moved; the link stays. */
  | 'extended'
  /** The row recorded it; nothing changed at the provider. */
  | 'noted'
  | 'unchanged'
  /** The row has already seen a newer request or update. */
  | 'outdated'
  /** The room is no longer needed. */
  | 'over'
  | 'cancelled'
  | 'held'
  | 'released'
  | 'relinked'
  /** Rotation waits for the end of a meeting. */
  | 'postponed';

export interface Result {
  readonly outcome: Outcome;
  /** Why, in the words of the decision that led to it. */
  readonly reason?: string;
  readonly room?: Room;
}

/**
 * Returns the result of a request that the row has already seen, or a newer one of its source; undefined if
 * the request is new.
 */
export function alreadySeen(room: Room, sequence: Sequence): Result | undefined {
  const outcome = { new: undefined, repeated: 'unchanged', outdated: 'outdated' } as const;
  const result = outcome[standing(room, sequence)];
  return result && { outcome: result, room };
}

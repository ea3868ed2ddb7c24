import type { RoomStore, RotationQueue } from '../model/ports.ts';
import { type Duration, MINUTE } from '../model/time.ts';

export interface LinkRewriting {
  readonly rooms: Pick<RoomStore, 'scan'>;
  readonly rotations: RotationQueue;
  /** What is left of the invocation. */
  readonly timeLeft: () => Duration;
}

/** What must be left of the invocation for another page of the table: a read, and a hundred messages or more. */
const PAGE_TIME: Duration = MINUTE;

/**
 * Nominates every key that has a link, so that the workers write all links again: the links table lost them, or was
 * restored to an earlier moment.
 *
 * @param from where an earlier run stopped
 * @returns how many were nominated, and where a successor goes on
 */
export async function rewriteLinks(
  from: string | undefined,
  { rooms, rotations, timeLeft }: LinkRewriting,
): Promise<{ readonly nominated: number; readonly next?: string }> {
  let nominated = 0;
  let cursor = from;
  do {
    const page = await rooms.scan(cursor);
    const keys = page.items.filter((entry) => 'revision' in entry && entry.spec !== undefined);
    await rotations.send(
      keys.map(({ key, generation }) => ({ order: { key, generation, cause: 'link' }, delay: 0 })),
    );
    nominated += keys.length;
    cursor = page.cursor;
  } while (cursor !== undefined && timeLeft() > PAGE_TIME);
  return { nominated, next: cursor };
}

import type { RoomStore, RotationQueue } from '../model/ports.ts';
import { type Duration, MINUTE } from '../model/time.ts';

export interface LinkRewriting {
  readonly rooms: Pick<RoomStore, 'scan'>;
  readonly rotations: RotationQueue;
  /** The time that the invocation has left. */
  readonly timeLeft: () => Duration;
}

/** The invocation time that another page of the table needs: one read and at least a hundred messages. */
const PAGE_TIME: Duration = MINUTE;

/**
 * Nominates every key that has a link, so that the workers write all links again. This repairs a links table
 * that lost links or was restored to an earlier time.
 *
 * @param from where an earlier run stopped
 * @returns how many were nominated, and where the next run continues
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

import { OutOfTimeError } from '../model/errors.ts';
import type { RoomStore } from '../model/ports.ts';
import type { PastGeneration, Room } from '../model/room.ts';
import type { Duration } from '../model/time.ts';
import { MINUTE } from '../model/time.ts';

/** The part of the invocation's time that is left for the findings. */
const ACTING_TIME: Duration = MINUTE;

/**
 * Reads the whole table, page by page.
 *
 * @param timeLeft the time that the invocation has left. Default: no limit
 * @throws OutOfTimeError if the invocation has no time for the rest
 */
export async function* readRows(
  rooms: Pick<RoomStore, 'scan'>,
  timeLeft: () => Duration = () => Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly (Room | PastGeneration)[]> {
  let cursor: string | undefined;
  let entries = 0;
  do {
    const page = await rooms.scan(cursor);
    yield page.items;
    cursor = page.cursor;
    entries += page.items.length;
    if (cursor !== undefined && timeLeft() < ACTING_TIME) {
      throw new OutOfTimeError(
        `there was no time to compare more than ${entries} entries of the table: give the function more memory, which is ` +
          'also a faster processor',
      );
    }
  } while (cursor !== undefined);
}

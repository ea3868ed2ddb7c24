import { OutOfTimeError } from '../model/errors.ts';
import { historyOf } from '../model/history.ts';
import type { RoomStore } from '../model/ports.ts';
import type { PastGeneration, Room } from '../model/room.ts';
import type { Duration } from '../model/time.ts';
import { MINUTE } from '../model/time.ts';

/** The part of the invocation's time that is left for the findings. */
const ACTING_TIME: Duration = MINUTE;

type Entry = Room | PastGeneration;

/**
 * Reads the whole table, page by page. Each past generation comes once.
 *
 * @param timeLeft the time that the invocation has left. Default: no limit
 * @throws OutOfTimeError if the invocation has no time for the rest
 */
export async function* readRows(
  rooms: Pick<RoomStore, 'scan'>,
  timeLeft: () => Duration = () => Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly Entry[]> {
  let cursor: string | undefined;
  let entries = 0;
  let rest: readonly Entry[] = [];
  do {
    const page = await rooms.scan(cursor);
    cursor = page.cursor;
    const read = [...rest, ...page.items];
    // what belongs to the last key may go on on the next page
    const whole = cursor === undefined ? read.length : startOfLastKey(read);
    rest = read.slice(whole);
    yield eachOnce(read.slice(0, whole));
    entries += page.items.length;
    if (cursor !== undefined && timeLeft() < ACTING_TIME) {
      throw new OutOfTimeError(
        `there was no time to compare more than ${entries} entries of the table: give the function more memory, which is ` +
          'also a faster processor',
      );
    }
  } while (cursor !== undefined);
}

function startOfLastKey(entries: readonly Entry[]): number {
  const key = entries.at(-1)?.key;
  return entries.findLastIndex((entry) => entry.key !== key) + 1;
}

function eachOnce(entries: readonly Entry[]): readonly Entry[] {
  const rows = new Map<string, Room>();
  const past = new Map<string, PastGeneration[]>();
  for (const entry of entries) {
    if ('revision' in entry) rows.set(entry.key, entry);
    else if (!past.get(entry.key)?.push(entry)) past.set(entry.key, [entry]);
  }
  return [...rows.values(), ...[...past].flatMap(([key, found]) => historyOf(found, rows.get(key)))];
}

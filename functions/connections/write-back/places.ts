import type { Meeting } from '../meetings.ts';
import type { WriteBackRecord } from './record.ts';
import type { CopyTask, WriteBackTask } from './task.ts';

/**
 * Returns a task for each event of a meeting: for the one that asked for the room, and for its copies. The
 * first event gets no link if it has lost its mark and the meeting continues without it.
 */
export function tasksFor(task: WriteBackTask, meeting: Meeting | undefined): readonly WriteBackTask[] {
  const places = meeting?.places ?? [];
  const copies = places.filter((place) => !isOf(place, task));
  const hasLeft = task.url !== undefined && places.length > 0 && copies.length === places.length;
  const own = hasLeft ? [] : [task];
  return [...own, ...copies.map(({ calendar, event }) => ({ ...task, calendar, event, isCopy: true }))];
}

/**
 * Returns the tasks for copies. If nothing was written for the room so far, its announcement follows and has
 * the link.
 */
export function tasksForCopies(
  { key, without }: CopyTask,
  record: WriteBackRecord | undefined,
  meeting: Meeting | undefined,
): readonly WriteBackTask[] {
  if (!record) return [];
  const { revision, url } = record;
  const common = { key, revision };
  // if its mark is back, an earlier task is late
  const isBack = meeting?.places.some((place) => without && isOf(place, without));
  const isCopy = (place: Where) => !(meeting && isOf(meeting.room, place)) && { isCopy: true };
  if (without && !isBack) return [{ ...common, ...without, ...isCopy(without) }];
  if (url === undefined || !meeting) return [];
  return meeting.places.map((place) => {
    const { calendar, event } = place;
    return { ...common, url, calendar, event, ...isCopy(place) };
  });
}

/**
 * Writes into all events of a task. If one fails, the others still get their link, and the error is thrown
 * after that.
 *
 * Looks for new events after the writes: an event that has joined the meeting in the meantime may have been
 * read before there was a link for it.
 */
export async function writeIntoAll(
  tasks: () => Promise<readonly WriteBackTask[]>,
  write: (task: WriteBackTask) => Promise<unknown>,
): Promise<void> {
  const failures: unknown[] = [];
  const done: WriteBackTask[] = [];
  const left = async () => (await tasks()).filter((task) => !done.some((each) => isOf(each, task)));
  for (let next = await left(); next.length > 0; next = await left()) {
    for (const task of next) await write(task).catch((error: unknown) => failures.push(error));
    done.push(...next);
  }
  if (failures.length > 0) throw failures[0];
}

type Where = Pick<WriteBackTask, 'calendar' | 'event'>;

function isOf(place: Where, { calendar, event }: Where): boolean {
  return place.calendar === calendar && place.event === event;
}

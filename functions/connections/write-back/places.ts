import type { Meeting } from '../meetings.ts';
import type { WriteBackRecord } from './record.ts';
import type { CopyTask, WriteBackTask } from './task.ts';

/** A task for each event of a meeting: for the one that the room was asked for by, and for its copies. */
export function tasksFor(task: WriteBackTask, meeting: Meeting | undefined): readonly WriteBackTask[] {
  const copies = (meeting?.places ?? []).filter(
    ({ calendar, event }) => calendar !== task.calendar || event !== task.event,
  );
  return [task, ...copies.map(({ calendar, event }) => ({ ...task, calendar, event, isCopy: true }))];
}

/**
 * What is to be written into copies. Where nothing was written for the room so far, its announcement is still to come, and
 * brings the link.
 */
export function tasksForCopies(
  { key, without }: CopyTask,
  record: WriteBackRecord | undefined,
  meeting: Meeting | undefined,
): readonly WriteBackTask[] {
  if (!record) return [];
  const { revision, url } = record;
  const common = { key, revision };
  if (without) return [{ ...common, ...without, isCopy: true }];
  if (url === undefined || !meeting) return [];
  const { room, places } = meeting;
  return places.map(({ calendar, event }) => ({
    ...common,
    url,
    calendar,
    event,
    ...((calendar !== room.calendar || event !== room.event) && { isCopy: true }),
  }));
}

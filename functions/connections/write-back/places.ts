import type { Meeting } from '../meetings.ts';
import type { WriteBackRecord } from './record.ts';
import type { CopyTask, WriteBackTask } from './task.ts';

/**
 * A task for each event of a meeting: for the one that the room was asked for by, and for its copies. The first gets no
 * link where it has lost its mark and the meeting goes on without it.
 */
export function tasksFor(task: WriteBackTask, meeting: Meeting | undefined): readonly WriteBackTask[] {
  const places = meeting?.places ?? [];
  const copies = places.filter((place) => !isOf(place, task));
  const hasLeft = task.url !== undefined && places.length > 0 && copies.length === places.length;
  const own = hasLeft ? [] : [task];
  return [...own, ...copies.map(({ calendar, event }) => ({ ...task, calendar, event, isCopy: true }))];
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
  // where its mark is back, an earlier task comes late
  const isBack = meeting?.places.some((place) => without && isOf(place, without));
  if (without && !isBack) return [{ ...common, ...without, isCopy: true }];
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

type Where = Pick<WriteBackTask, 'calendar' | 'event'>;

function isOf(place: Where, { calendar, event }: Where): boolean {
  return place.calendar === calendar && place.event === event;
}

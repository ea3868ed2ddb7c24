import {
  type CalendarMemory,
  type CalendarUpdate,
  mergeUpdate,
  requiredUntil,
} from '../model/occurrences.ts';
import type { Room, RoomRequest } from '../model/room.ts';
import { DAY, type Duration } from '../model/time.ts';

/** A room that a calendar asks for lives as long as its provider allows, and is extended from there. */
const LIFETIME: Duration = 365 * DAY;

/** The consequences of a calendar's news for a room. They depend on the news only, never on the time of reading. */
export function toRequest(news: CalendarUpdate): Pick<RoomRequest, 'action' | 'spec'> {
  const needed = requiredUntil(news);
  if (needed === 'none') return { action: 'cancel' };
  const { name, until } = needed;
  return {
    action: 'ensure',
    spec: {
      settings: { display_name: name },
      lifetime: LIFETIME,
      ...(until !== undefined && { expiresAt: until }),
      renewal: until === undefined ? { mode: 'extend' } : { mode: 'extend', until },
    },
  };
}

/** A request with its final content, and the memory for the row. */
export interface MergedRow {
  readonly request: RoomRequest;
  readonly calendar?: CalendarMemory;
}

/**
 * Joins what a calendar tells with what the row knows from it already. What follows is asked for in the calendar's
 * stead; its sequence counts what was learnt, so that news without anything new is outdated or a repetition. A
 * request of another kind stays as it is.
 */
export function mergeIntoRow(room: Room | undefined, request: RoomRequest): MergedRow {
  const { news, key, sequence } = request;
  if (!news) return { request };
  const calendar = mergeUpdate(room?.calendar, news);
  const origin = calendar.event?.origin ?? { ...room?.origin, ...request.origin };
  const value = String(calendar.version).padStart(10, '0');
  return {
    request: { key, ...toRequest(calendar), sequence: { ...sequence, value }, origin, news },
    calendar,
  };
}

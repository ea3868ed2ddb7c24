import {
  type CalendarMemory,
  type CalendarUpdate,
  mergeUpdate,
  requiredUntil,
} from '../model/occurrences.ts';
import type { Room, RoomRequest } from '../model/room.ts';
import { DAY, type Duration } from '../model/time.ts';

/** A room that a calendar asks for lives as long as its provider allows, and is extended after that. */
const LIFETIME: Duration = 365 * DAY;

/**
 * Returns the consequences of a calendar's update for a room. They depend only on the update, never on the
 * time of reading.
 */
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
 * Merges a calendar's update with what the row already knows of the calendar. The result is a request on the
 * calendar's behalf. Its sequence counts the changes of the memory, so an update without anything new is
 * outdated or a repetition. A request of another kind is returned unchanged.
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

import { isLongOver } from '../feeds/changes.ts';
import { readIcs } from '../requests/calendar/ics/text.ts';
import { DAY, type Instant } from '../rooms/model/time.ts';
import type { EventContent } from './system.ts';

/**
 * Whether an event ended more than a month ago. A calendar keeps old events, which need no rooms. If it is
 * unclear, the event is not over.
 */
export function isOver(content: EventContent, now: Instant): boolean {
  if (content.format === 'icalendar')
    return readIcs(content.text).every(({ events }) => events.every((event) => isLongOver(event, now)));
  const { start, end, recurrence, originalStartTime, originalStart } = content.event;
  if (recurrence) return false;
  const times = [start, end, originalStartTime, originalStart].filter(
    (time) => time !== undefined && time !== null,
  );
  return times.length > 0 && times.every((time) => instantIn(time) < now - 31 * DAY);
}

/** Precise to a day, because the zone may differ; infinite if it cannot be read. */
function instantIn(time: unknown): Instant {
  // reading an unknown field of any object is safe
  const { dateTime, date } = (typeof time === 'object' ? time : { date: time }) as Record<string, unknown>;
  const instant = Date.parse(String(dateTime ?? date).slice(0, 10));
  return Number.isNaN(instant) ? Number.POSITIVE_INFINITY : instant + DAY;
}

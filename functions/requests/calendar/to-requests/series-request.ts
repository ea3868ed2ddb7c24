import type { CalendarUpdate, EventUpdate } from '../../../rooms/model/occurrences.ts';
import type { Origin } from '../../../rooms/model/origin.ts';
import type { RoomRequest } from '../../../rooms/model/room.ts';
import { toRequest } from '../../../rooms/series/calendar.ts';
import type { CalendarContext } from '../event/context.ts';
import type { ParsedCalendarEvent, ParsedEvent } from '../recurrence/calendar-event.ts';
import { planOccurrences } from '../recurrence/occurrences.ts';
import { calendarKey } from './key.ts';
import { eventUpdate, occurrenceUpdate } from './update.ts';

/** One room for the event and all of its occurrences. */
export function seriesRequest(
  { identity, origin, event, occurrences }: ParsedCalendarEvent,
  context: CalendarContext,
): RoomRequest {
  const news: CalendarUpdate = {
    ...(event && { event: plannedNews(event, origin, context) }),
    occurrences: occurrences.map((occurrence) => occurrenceUpdate(occurrence, context)),
  };
  return {
    key: calendarKey(identity),
    ...toRequest(news),
    sequence: { source: 'calendar', value: latest([...(event ? [event] : []), ...occurrences]) },
    origin,
    news,
  };
}

function latest(told: readonly { readonly at: string }[]): string {
  return (
    told
      .map(({ at }) => at)
      .sort()
      .at(-1) ?? ''
  );
}

function plannedNews(event: ParsedEvent, origin: Origin, context: CalendarContext): EventUpdate {
  const news = eventUpdate(event, origin, context);
  if (event.cancelled || !event.times) return news;
  const { endless, whole, last } = planOccurrences(event.times, context.steps);
  return {
    ...news,
    ...(endless && { endless }),
    ...(whole && { whole }),
    planned: last.map(({ id, end }) => ({ id, until: end + context.settings.grace })),
  };
}

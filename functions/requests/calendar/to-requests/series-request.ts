import { meaning } from '../../../rooms/series/calendar.ts';
import type { CalendarNews, EventNews } from '../../../rooms/model/occurrences.ts';
import type { Origin, RoomRequest } from '../../../rooms/model/room.ts';
import type { CalendarContext } from '../event/context.ts';
import { calendarKey } from './key.ts';
import { eventNews, occurrenceNews } from './update.ts';
import { planOf } from '../recurrence/occurrences.ts';
import type { Telling, ToldEvent } from '../recurrence/calendar-event.ts';

/** One room for the event and all of its occurrences. */
export function seriesRequest(
  { identity, origin, event, occurrences }: Telling,
  context: CalendarContext,
): RoomRequest {
  const news: CalendarNews = {
    ...(event && { event: plannedNews(event, origin, context) }),
    occurrences: occurrences.map((occurrence) => occurrenceNews(occurrence, context)),
  };
  return {
    key: calendarKey(identity),
    ...meaning(news),
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

function plannedNews(event: ToldEvent, origin: Origin, context: CalendarContext): EventNews {
  const news = eventNews(event, origin, context);
  if (event.cancelled || !event.times) return news;
  const { endless, whole, last } = planOf(event.times, context.steps);
  return {
    ...news,
    ...(endless && { endless }),
    ...(whole && { whole }),
    planned: last.map(({ id, end }) => ({ id, until: end + context.settings.grace })),
  };
}

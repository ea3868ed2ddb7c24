import { meaning } from '../../rooms/calendar.ts';
import type { CalendarNews, EventNews, OccurrenceNews } from '../../rooms/occurrences.ts';
import type { Origin, RoomRequest } from '../../rooms/room.ts';
import type { CalendarContext } from './context.ts';
import { calendarKey } from './key.ts';
import { roomName } from './name.ts';
import { planOf } from './plan.ts';
import type { Telling, ToldEvent, ToldOccurrence } from './telling.ts';

/** The requests that follow from what a calendar tells of one event. */
export function requestsFor(telling: Telling, context: CalendarContext): readonly RoomRequest[] {
  return [seriesRequest(telling, context)];
}

/** One room for the event and all of its occurrences. */
function seriesRequest(
  { identity, origin, event, occurrences }: Telling,
  context: CalendarContext,
): RoomRequest {
  const news: CalendarNews = {
    ...(event && { event: eventNews(event, origin, context) }),
    occurrences: occurrences.map((occurrence) => occurrenceNews(occurrence, context)),
  };
  return {
    key: calendarKey(identity),
    ...meaning(news),
    sequence: { source: 'calendar', value: latest(telling(event, occurrences)) },
    origin,
    news,
  };
}

function telling(event: ToldEvent | undefined, occurrences: readonly ToldOccurrence[]): readonly string[] {
  return [...(event ? [event.at] : []), ...occurrences.map(({ at }) => at)];
}

function latest(stamps: readonly string[]): string {
  return stamps.toSorted().at(-1) ?? '';
}

function eventNews(event: ToldEvent, origin: Origin, { settings, steps }: CalendarContext): EventNews {
  const { at, epoch, title, isPrivate, cancelled, complete, times } = event;
  const plan = cancelled || !times ? undefined : planOf(times, steps);
  return {
    at,
    epoch,
    name: roomName(title, isPrivate, settings.placeholder),
    origin,
    ...(cancelled && { cancelled }),
    ...(complete && { complete }),
    ...(plan?.endless && { endless: true }),
    ...(plan?.whole && { whole: true }),
    planned: (plan?.last ?? []).map(({ id, end }) => ({ id, until: end + settings.grace })),
  };
}

function occurrenceNews(occurrence: ToldOccurrence, { settings }: CalendarContext): OccurrenceNews {
  const { id, at, epoch, title, isPrivate, cancelled, following, end } = occurrence;
  return {
    id,
    until: (end ?? id) + settings.grace,
    at,
    epoch,
    name: roomName(title, isPrivate, settings.placeholder),
    ...(cancelled && { cancelled }),
    ...(following && { following }),
  };
}

import type { EventNews, OccurrenceNews } from '../../../rooms/model/occurrences.ts';
import type { Origin } from '../../../rooms/model/room.ts';
import type { CalendarContext } from '../event/context.ts';
import { roomName } from './name.ts';
import type { ToldEvent, ToldOccurrence } from '../recurrence/calendar-event.ts';

/** What is told of an event, with the grace added and nothing left in it that a room does not depend on. */
export function eventNews(
  { at, epoch, title, isPrivate, cancelled, complete }: ToldEvent,
  origin: Origin,
  { settings }: CalendarContext,
): EventNews {
  return {
    at,
    epoch,
    name: roomName(title, isPrivate, settings.placeholder),
    origin,
    ...(cancelled && { cancelled }),
    ...(complete && { complete }),
    planned: [],
  };
}

/** What is told of one occurrence. */
export function occurrenceNews(
  { id, at, epoch, title, isPrivate, cancelled, following, end }: ToldOccurrence,
  { settings }: CalendarContext,
): OccurrenceNews {
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

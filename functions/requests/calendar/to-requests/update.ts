import type { EventUpdate, OccurrenceUpdate } from '../../../rooms/model/occurrences.ts';
import type { Origin } from '../../../rooms/model/origin.ts';
import type { CalendarContext } from '../event/context.ts';
import type { ParsedEvent, ParsedOccurrence } from '../recurrence/calendar-event.ts';
import { roomName } from './name.ts';

/** Returns the update of an event, with the grace added and only the fields that a room depends on. */
export function eventUpdate(
  { at, epoch, title, isPrivate, cancelled, complete }: ParsedEvent,
  origin: Origin,
  { settings }: CalendarContext,
): EventUpdate {
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

/** Returns the update of one occurrence. */
export function occurrenceUpdate(
  { id, at, epoch, title, isPrivate, cancelled, following, end }: ParsedOccurrence,
  { settings }: CalendarContext,
): OccurrenceUpdate {
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

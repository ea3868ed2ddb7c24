import { readIcs } from '../requests/calendar/ics/text.ts';
import { fieldsOf, textOf } from './fields.ts';
import { ONE_OCCURRENCE, ORGANIZERS, type Rank, WHOLE } from './meetings.ts';
import type { EventContent, StoredEvent } from './system.ts';

/** Returns the UID that all copies of an event have, in any system; empty if it has none. */
export function uidOf(content: EventContent): string {
  switch (content.format) {
    case 'google':
      return textOf(content.event.iCalUID);
    case 'graph':
      return textOf(content.event.iCalUId);
    case 'icalendar':
      return readIcs(content.text)[0]?.events[0]?.uid ?? '';
  }
}

/**
 * Returns how much an event says about its meeting. iCalendar does not say who owns the calendar of an
 * object.
 */
export function rankOf({ content, seriesId }: Pick<StoredEvent, 'content' | 'seriesId'>): Rank {
  if (seriesId !== undefined) return ONE_OCCURRENCE;
  return isOwn(content) ? ORGANIZERS : WHOLE;
}

/**
 * Whether the system says that an event is in the calendar of a guest: changes of its organizer are copied
 * into it.
 */
export function isInvitation(content: EventContent): boolean {
  return content.format !== 'icalendar' && isOwn(content) === false;
}

/** @returns undefined if the event does not say so */
function isOwn(content: EventContent): boolean | undefined {
  switch (content.format) {
    case 'google': {
      const { organizer } = content.event;
      return (organizer ?? undefined) === undefined ? undefined : fieldsOf(organizer).self === true;
    }
    case 'graph': {
      const { isOrganizer } = content.event;
      return typeof isOrganizer === 'boolean' ? isOrganizer : undefined;
    }
    case 'icalendar':
      return undefined;
  }
}

import { readIcs } from '../requests/calendar/ics/text.ts';
import { fieldsOf, textOf } from './fields.ts';
import { ONE_OCCURRENCE, ORGANIZERS, type Rank, WHOLE } from './meetings.ts';
import type { EventContent, StoredEvent } from './system.ts';

/** The UID that all copies of an event have, in whatever system; empty where it has none. */
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

/** How much an event says of its meeting. iCalendar does not tell whose calendar an object is in. */
export function rankOf({ content, seriesId }: Pick<StoredEvent, 'content' | 'seriesId'>): Rank {
  if (seriesId !== undefined) return ONE_OCCURRENCE;
  return isOwn(content) ? ORGANIZERS : WHOLE;
}

/** Whether a system says that an event is in the calendar of a guest: what its organizer writes comes into it. */
export function isInvitation(content: EventContent): boolean {
  return content.format !== 'icalendar' && isOwn(content) === false;
}

/** @returns undefined where it is not said */
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

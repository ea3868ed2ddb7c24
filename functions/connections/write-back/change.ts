import type { Instant } from '../../rooms/model/time.ts';
import type { EventContent } from '../system.ts';
import { googleChange } from './google.ts';
import { graphChange } from './graph.ts';
import type { RoomLink } from './room-link.ts';

/** Returns the change that gives an event the room's link; undefined if it needs none. */
export async function changeOf(
  content: EventContent,
  link: RoomLink,
  now: Instant,
): Promise<EventContent | undefined> {
  switch (content.format) {
    case 'google': {
      const event = googleChange(content.event, link);
      return event && { format: 'google', event };
    }
    case 'graph': {
      const event = graphChange(content.event, link);
      return event && { format: 'graph', event };
    }
    case 'icalendar': {
      // the other systems need not wait for its parser
      const { icalendarChange } = await import('./icalendar.ts');
      const text = icalendarChange(content.text, link, now);
      return text === undefined ? undefined : { format: 'icalendar', text };
    }
  }
}

/**
 * Whether people see the link in an event.
 *
 * @param change the change that was written into it, if any
 */
export function showsLink(content: EventContent, change: EventContent | undefined, url: string): boolean {
  // a calendar may write an address differently after the first of these characters
  const [start = url] = url.split(/[;,&"']/);
  return shownText(content, change).includes(start);
}

function shownText(content: EventContent, change: EventContent | undefined): string {
  if (content.format === 'icalendar') {
    const { text } = change?.format === 'icalendar' ? change : content;
    return text.replace(/\r?\n[ \t]/g, '');
  }
  const changed = change && change.format !== 'icalendar' ? change.event : {};
  const { location, description, body } = { ...content.event, ...changed };
  return JSON.stringify([location, description, body]);
}

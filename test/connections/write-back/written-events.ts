import type { EventContent } from '../../../functions/connections/system.ts';
import { changeOf } from '../../../functions/connections/write-back/change.ts';
import type { RoomLink } from '../../../functions/connections/write-back/room-link.ts';

export const NOW = Date.parse('2026-11-27T12:00:00Z');

export const linkTo = (url: string | undefined, more: Partial<RoomLink> = {}): RoomLink => ({
  ...(url !== undefined && { url }),
  isOurs: (address) => address.startsWith('https://rooms.example.org/'),
  writeBack: 'full',
  ...more,
});

/** The event as its system has it after the write. */
export async function written(content: EventContent, link: RoomLink): Promise<EventContent> {
  const change = await changeOf(content, link, NOW);
  return change ? applied(content, change) : content;
}

/** What a system makes of a change: fields of Google and Graph are replaced, an object of CalDAV as a whole. */
export function applied(content: EventContent, change: EventContent): EventContent {
  if (change.format === 'icalendar' || content.format === 'icalendar') return change;
  return { ...content, event: merged(content.event, change.event) };
}

type Fields = Readonly<Record<string, unknown>>;

function merged(event: Fields, change: Fields): Fields {
  const { singleValueExtendedProperties: marks, extendedProperties, ...fields } = change;
  const properties = (extendedProperties as { private?: Fields } | undefined)?.private;
  return {
    ...event,
    ...fields,
    ...(marks !== undefined && { singleValueExtendedProperties: marks }),
    ...(properties && {
      extendedProperties: {
        ...(event.extendedProperties as Fields | undefined),
        private: Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null)),
      },
    }),
  };
}

/** How often a text is in an event. */
export function times(text: string, content: EventContent): number {
  const whole =
    content.format === 'icalendar' ? content.text.replace(/\r?\n[ \t]/g, '') : JSON.stringify(content);
  return whole.split(text).length - 1;
}

export const FIRST_LINE = '-~~~~~~~~ Evergreen Rooms ~~~~~~~~-';

import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { isIcs } from '../ics/text.ts';

/** The format of a calendar's event, and its place in the detail. */
export type Recognised =
  | { readonly format: 'icalendar'; readonly text: string }
  | { readonly format: 'google' | 'graph' | 'cal.com'; readonly event: object }
  | { readonly format: 'list'; readonly events: readonly unknown[]; readonly timeZone?: string };

/** Fields that Microsoft Graph's events have and Google's do not. */
const GRAPH = [
  'subject',
  'isCancelled',
  'isAllDay',
  'lastModifiedDateTime',
  'seriesMasterId',
  'iCalUId',
  'changeKey',
];

/** Fields that Google's events have and Microsoft Graph's do not. */
const GOOGLE = [
  'summary',
  'status',
  'updated',
  'recurringEventId',
  'iCalUID',
  'htmlLink',
  'originalStartTime',
];

/** The only possible fields of an event that was deleted. */
const ALONE = ['id', 'calendarId', 'timeZone'];

/**
 * Recognises the format of an event's detail by its content. The detail is the calendar's event itself, or an
 * object with the event in `event`, and `calendarId` and `timeZone`.
 *
 * @throws RequestRefusedError if the format is unknown
 */
export function recognise(detail: unknown): Recognised {
  if (typeof detail === 'string') return fromText(detail);
  if (isObject(detail)) {
    const found = fromObject(detail) ?? (isObject(detail.event) ? fromObject(detail.event) : undefined);
    if (found) return found;
    const text = Object.values(detail).find((value) => typeof value === 'string' && isIcs(value));
    if (typeof text === 'string') return { format: 'icalendar', text };
  }
  throw unknownFormat();
}

function fromText(text: string): Recognised {
  if (isIcs(text)) return { format: 'icalendar', text };
  throw unknownFormat();
}

function fromObject(event: Record<string, unknown>): Recognised | undefined {
  if (typeof event.triggerEvent === 'string') return { format: 'cal.com', event };
  const list = event.kind === 'calendar#events' ? event.items : event.value;
  if (Array.isArray(list)) {
    const { timeZone } = event;
    return { format: 'list', events: list, ...(typeof timeZone === 'string' && { timeZone }) };
  }
  if (event.kind === 'calendar#event') return { format: 'google', event };
  if (typeof event.id !== 'string') return undefined;
  if (Object.keys(event).some((name) => name.startsWith('@') || GRAPH.includes(name))) {
    return { format: 'graph', event };
  }
  // Graph's notifications name a deleted event by its id alone
  if (Object.keys(event).every((name) => ALONE.includes(name))) return { format: 'graph', event };
  return GOOGLE.some((name) => name in event) ? { format: 'google', event } : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownFormat(): RequestRefusedError {
  return new RequestRefusedError(
    'detail: must be an iCalendar text (in any field), an event of the Google Calendar API or of Microsoft Graph, ' +
      'or a webhook of cal.com; each may also be in the field "event" next to "calendarId" and "timeZone"',
  );
}

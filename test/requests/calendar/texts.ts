import {
  CALENDAR_DEFAULTS,
  type CalendarSettings,
} from '../../../functions/requests/calendar/event/settings.ts';
import { parseMessage } from '../../../functions/requests/parse.ts';
import type { RoomRequest } from '../../../functions/rooms/model/room.ts';
import { busEvent, message } from '../incoming.ts';

/** Builders of iCalendar texts, and what becomes of them. */

/** Ends are compared as they are, so nothing is added to them. */
export const EXACT: CalendarSettings = { ...CALENDAR_DEFAULTS, grace: 0 };

export function calendar(...components: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...components, 'END:VCALENDAR', ''].join(
    '\r\n',
  );
}

/** A VEVENT with what it must have, and the given lines. */
export function vevent(...lines: readonly string[]): string {
  const has = (name: string) => lines.some((line) => line.startsWith(name));
  return [
    'BEGIN:VEVENT',
    ...(has('UID') ? [] : ['UID:planning@example.com']),
    ...(has('DTSTAMP') ? [] : ['DTSTAMP:20270101T000000Z']),
    ...(has('SUMMARY') ? [] : ['SUMMARY:Planning']),
    ...lines,
    'END:VEVENT',
  ].join('\r\n');
}

export async function calendarRequests(
  detail: unknown,
  {
    type = 'Updated',
    settings = EXACT,
    overrides = {},
  }: {
    type?: 'Created' | 'Updated' | 'Cancelled';
    settings?: CalendarSettings;
    overrides?: Record<string, unknown>;
  } = {},
): Promise<readonly RoomRequest[]> {
  const parsed = await parseMessage(message(busEvent(`Calendar Event ${type}`, detail, overrides)), {
    calendar: settings,
  });
  return parsed.requests;
}

/** Until when the room of an event is needed, as a person would write it. */
export async function neededUntil(text: string, settings: CalendarSettings = EXACT): Promise<string> {
  const [request] = await calendarRequests({ icalendar: text }, { settings });
  if (!request) return 'nothing';
  if (request.action === 'cancel') return 'no room';
  const { expiresAt, renewal } = request.spec ?? {};
  if (expiresAt !== renewal?.until) throw new Error('the renewal goes on past the expiry');
  return expiresAt === undefined ? 'for ever' : new Date(expiresAt).toISOString().replace(':00.000Z', 'Z');
}

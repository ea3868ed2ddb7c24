import { RequestRefusedError } from '../../rooms/model/errors.ts';
import type { Instant } from '../../rooms/model/time.ts';
import type { BusEvent } from '../event.ts';
import type { ParsedMessage } from '../message.ts';
import { shown } from '../refusal.ts';
import { bodiesOf } from '../split.ts';
import type { CalendarContext } from './event/context.ts';
import { Leniency } from './event/leniency.ts';
import type { CalendarSettings } from './event/settings.ts';
import { readCalCom, reasonToSkipWebhook } from './formats/cal-com.ts';
import { readGoogle } from './formats/google.ts';
import { readGraph } from './formats/graph.ts';
import { readIcalendar, reasonToSkip } from './formats/icalendar.ts';
import { type Recognised, recognise } from './formats/recognise.ts';
import { keptEvent, keptFields, keptIcs } from './formats/strip.ts';
import { readIcs, writeIcs } from './ics/text.ts';
import type { ParsedCalendarEvent } from './recurrence/calendar-event.ts';
import { WorkBudget } from './time/work-budget.ts';
import { type Zone, zoneNamed } from './time/zone.ts';
import { occurrenceRequests } from './to-requests/occurrence-requests.ts';
import { seriesRequest } from './to-requests/series-request.ts';

/** The fields of the bus event around the calendar's event. */
interface Envelope {
  readonly calendarId?: string;
  /** The calendar's id of the event, if the event itself has none: a path of CalDAV. */
  readonly eventId?: string;
  readonly timeZone?: string;
}

/**
 * Reads a `Calendar Event ...` event. It asks for rooms, or to be split into one bus event for each calendar
 * event.
 *
 * @throws RequestRefusedError
 */
export function readCalendar(event: BusEvent, sentAt: Instant, settings: CalendarSettings): ParsedMessage {
  const found = recognise(event.detail);
  const envelope = readEnvelope(event.detail);
  if (found.format === 'list') return splitList(event, found, envelope);
  const toldAt = Math.min(Date.parse(event.time), sentAt);
  const context = { ...contextOf(event, envelope, toldAt, settings), now: sentAt };
  const parsed = readOne(event, found, envelope, context);
  const { warnings } = context.leniency;
  return warnings.length > 0 ? { ...parsed, warnings } : parsed;
}

function readOne(
  event: BusEvent,
  found: Exclude<Recognised, { format: 'list' }>,
  envelope: Envelope,
  context: CalendarContext,
): ParsedMessage {
  if (found.format === 'icalendar') return readText(event, found.text, envelope, context);
  const skipped = found.format === 'cal.com' ? reasonToSkipWebhook(found.event) : undefined;
  if (skipped !== undefined) return { requests: [], split: [], skipped };
  const told = tellings(found, context);
  return asked(told, () => keptEvent(event, envelope, found.event, told.some(isPrivate)), context);
}

/** For an update of a single occurrence, the occurrence's own privacy counts. */
function isPrivate({ event, occurrences: [alone] }: ParsedCalendarEvent): boolean {
  return (event ?? alone)?.isPrivate ?? false;
}

function tellings(found: Exclude<Recognised, { format: 'list' | 'icalendar' }>, context: CalendarContext) {
  switch (found.format) {
    case 'google':
      return [readGoogle(found.event, context)];
    case 'graph':
      return [readGraph(found.event, context)];
    case 'cal.com':
      return readCalCom(found.event, context);
  }
}

/** @param kept the event as it must be read again later */
function asked(
  told: readonly ParsedCalendarEvent[],
  kept: () => BusEvent,
  context: CalendarContext,
): ParsedMessage {
  if (context.settings.scope === 'series') {
    return { requests: told.map((telling) => seriesRequest(telling, context)), split: [] };
  }
  return {
    requests: [],
    split: [],
    series: told.map((telling) => occurrenceRequests(telling, kept, context)),
  };
}

/**
 * Misspelled names of the envelope's fields. An unknown field would be ignored, and the event would get
 * another key.
 */
const ALMOST = {
  calendarId: /^cal[ae]nd[aeo]r[-_ ]?id$/i,
  timeZone: /^(?:time[-_ ]?zone|tz(?:id)?)$/i,
} as const;

function refuseMisspelt(detail: unknown): void {
  const names = typeof detail === 'object' && detail !== null ? Object.keys(detail) : [];
  for (const [name, almost] of Object.entries(ALMOST)) {
    const other = names.find((each) => each !== name && almost.test(each));
    if (other !== undefined) {
      throw new RequestRefusedError(`detail.${other}: is no field of an event; write it as ${name}`);
    }
  }
}

function readEnvelope(detail: unknown): Envelope {
  refuseMisspelt(detail);
  // reading an unknown field of any object is safe
  const { calendarId, eventId, timeZone } = (typeof detail === 'object' ? detail : {}) as Record<
    string,
    unknown
  >;
  return {
    ...(typeof calendarId === 'string' && { calendarId: checkedId(calendarId, 'calendarId') }),
    ...(typeof eventId === 'string' && { eventId: checkedId(eventId, 'eventId') }),
    ...(typeof timeZone === 'string' && { timeZone }),
  };
}

function checkedId(id: string, field: string): string {
  if (id.length <= 1024) return id;
  throw new RequestRefusedError(`detail.${field}: must have at most 1024 characters, got ${shown(id)}`);
}

function contextOf(
  event: BusEvent,
  { calendarId, eventId, timeZone }: Envelope,
  toldAt: Instant,
  settings: CalendarSettings,
): Omit<CalendarContext, 'now'> {
  const steps = new WorkBudget();
  const zone = timeZone === undefined ? undefined : mustKnow(timeZone, 'detail.timeZone', steps);
  const defaultZone = settings.timeZone === undefined ? undefined : zoneNamed(settings.timeZone, steps);
  return {
    ...(calendarId !== undefined && { calendarId }),
    ...(eventId !== undefined && { eventId }),
    ...(zone && { zone }),
    ...(defaultZone && { defaultZone }),
    isCancelled: event['detail-type'] === 'Calendar Event Cancelled',
    toldAt,
    settings,
    steps,
    leniency: new Leniency(),
  };
}

function mustKnow(name: string, field: string, steps: WorkBudget): Zone {
  const zone = zoneNamed(name, steps);
  if (zone) return zone;
  throw new RequestRefusedError(`${field}: must be the name of an IANA time zone, got ${shown(name)}`);
}

function readText(
  event: BusEvent,
  text: string,
  envelope: Envelope,
  context: CalendarContext,
): ParsedMessage {
  const calendars = readIcs(text);
  const told = calendars.filter((calendar) => reasonToSkip(calendar) === undefined);
  const [first] = calendars;
  if (told.length === 0 && first) return { requests: [], split: [], skipped: reasonToSkip(first) ?? '' };
  const events = told.flatMap((calendar) => calendar.events.map((one) => ({ calendar, one })));
  const [only, ...others] = events;
  if (!only) throw new RequestRefusedError('icalendar: has no VEVENT');
  if (others.length === 0) {
    const telling = readIcalendar(only.calendar, only.one, context);
    return asked(
      [telling],
      () => keptIcs(event, envelope, only.calendar, only.one, isPrivate(telling)),
      context,
    );
  }
  const { eventId: _, ...common } = envelope;
  const split = bodiesOf(events, ({ calendar, one }) => {
    return { ...event, detail: { ...common, icalendar: writeIcs(calendar, one) } };
  });
  return { requests: [], split };
}

/** Splits a list of events into one message for each, with only the fields that a room depends on. */
function splitList(
  event: BusEvent,
  { events, timeZone }: Extract<Recognised, { format: 'list' }>,
  envelope: Envelope,
): ParsedMessage {
  const around = { ...(timeZone !== undefined && { timeZone }), ...envelope };
  const split = bodiesOf(events, (one) => ({ ...event, detail: { ...around, event: keptFields(one) } }));
  return { requests: [], split };
}

import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import type { CalendarUpdate } from '../../../rooms/model/occurrences.ts';
import type { RoomRequest } from '../../../rooms/model/room.ts';
import { DAY, type Instant } from '../../../rooms/model/time.ts';
import { toRequest } from '../../../rooms/series/calendar.ts';
import { MOST_ROOMS } from '../../../rooms/series/plan.ts';
import type { OccurrenceRequest, SeriesUpdate } from '../../../rooms/series/update.ts';
import type { BusEvent } from '../../event.ts';
import type { CalendarContext } from '../event/context.ts';
import type {
  EventTimes,
  ParsedCalendarEvent,
  ParsedEvent,
  ParsedOccurrence,
} from '../recurrence/calendar-event.ts';
import { type Occurrence, occurrencesBetween } from '../recurrence/occurrences.ts';
import { calendarKey } from './key.ts';
import { roomName } from './name.ts';
import { seriesRequest } from './series-request.ts';
import { eventUpdate, occurrenceUpdate as newsOfOne } from './update.ts';

/** The next occurrence of a series is searched up to this distance. */
const FARTHEST = 3660 * DAY;

/**
 * Returns a room for each occurrence that begins within the horizon, and when to read the event again for
 * later ones.
 *
 * @param kept the event, to be read again
 */
export function occurrenceRequests(
  telling: ParsedCalendarEvent,
  kept: () => BusEvent,
  context: CalendarContext,
): SeriesUpdate {
  const { identity, origin, event, occurrences } = telling;
  const [first] = event ? [event] : occurrences;
  const news = {
    key: calendarKey(identity),
    name: roomName(first?.title, first?.isPrivate ?? false, context.settings.placeholder),
    origin,
    body: JSON.stringify(kept()),
  };
  if (!event) return { ...news, exceptions: exceptionsOf(telling, occurrences, context) };
  const { at, cancelled, complete, times } = event;
  // an event that takes place once keeps its key and its link when it is moved. A cancellation that does not
  // say whether the event recurred counts as one that took place once.
  if (!times || !recurs(times)) {
    const request = seriesRequest(times ? telling : { ...telling, occurrences: [] }, context);
    const until = request.spec?.renewal.until ?? context.now;
    // starts before any start that a series may plan, so a series that replaces this event drops it
    const room = { key: request.key, start: 0, until };
    return { ...news, whole: { at, cancelled, complete, planned: [{ room, request }] }, exceptions: [] };
  }
  const singles = new Map(occurrences.map((occurrence) => [occurrence.id, occurrence]));
  const planned = withinHorizon(times, context);
  const others = occurrences.filter(({ id }) => !planned.some((occurrence) => occurrence.id === id));
  const next = cancelled ? undefined : nextStart(times, context);
  return {
    ...news,
    whole: {
      at,
      cancelled,
      complete,
      planned: planned.map((occurrence) =>
        plannedRequest(telling, occurrence, singles.get(occurrence.id), context),
      ),
      ...(next !== undefined && { next: { start: next, at: next - context.settings.horizon } }),
    },
    exceptions: exceptionsOf(telling, others, context),
  };
}

function plannedRequest(
  telling: ParsedCalendarEvent,
  planned: Occurrence,
  single: ParsedOccurrence | undefined,
  context: CalendarContext,
): OccurrenceRequest {
  const request = requestFor(telling, planned, single, context);
  const until = Math.max(planned.end, single?.end ?? planned.end) + context.settings.grace;
  return { room: { key: request.key, start: planned.start, until }, request };
}

/**
 * Returns occurrences that are known only from their own exceptions. Those beyond the horizon wait, unless
 * they were moved into it.
 */
function exceptionsOf(
  telling: ParsedCalendarEvent,
  occurrences: readonly ParsedOccurrence[],
  context: CalendarContext,
): OccurrenceRequest[] {
  const { grace, horizon } = context.settings;
  return occurrences.map((single) => {
    const { id, end = id } = single;
    const request = requestFor({ ...telling, event: undefined }, undefined, single, context);
    const from = Math.min(id, end) - horizon;
    return {
      room: { key: request.key, start: id, until: end + grace },
      request,
      ...(from > context.now && { from }),
    };
  });
}

function recurs({ rules, extra }: EventTimes): boolean {
  return rules.length > 0 || extra.length > 0;
}

function withinHorizon(times: EventTimes, { now, settings, steps }: CalendarContext): readonly Occurrence[] {
  const { grace, horizon } = settings;
  const found = occurrencesBetween(
    times,
    { from: now - grace, to: now + horizon, most: MOST_ROOMS + 1 },
    steps,
  );
  if (found.length <= MOST_ROOMS) return found;
  throw new RequestRefusedError(
    `recurrence: has more than ${MOST_ROOMS} occurrences within the horizon of ${horizon / DAY} days; ask for one room for the series`,
  );
}

/** Returns when the first occurrence beyond the horizon starts. */
function nextStart(times: EventTimes, { now, settings, steps }: CalendarContext): Instant | undefined {
  const from = now + settings.horizon + 1;
  return occurrencesBetween(times, { from, to: from + FARTHEST, most: MOST_ROOMS }, steps).find(
    ({ start }) => start >= from,
  )?.start;
}

function requestFor(
  { identity, origin, event }: Omit<ParsedCalendarEvent, 'occurrences'>,
  planned: Occurrence | undefined,
  single: ParsedOccurrence | undefined,
  context: CalendarContext,
): RoomRequest {
  const id = planned?.id ?? single?.id ?? 0;
  const ownOrigin = { ...origin, occurrence: new Date(id).toISOString() };
  const news: CalendarUpdate = {
    ...(event &&
      planned && {
        event: { ...eventUpdate(event, ownOrigin, context), ...onlyOne(event, planned, context) },
      }),
    occurrences: single ? [newsOfOne(single, context)] : [],
  };
  return {
    key: calendarKey([...identity, new Date(id).toISOString().replace(/[-:]|\.\d+/g, '')]),
    ...toRequest(news),
    sequence: {
      source: 'calendar',
      value:
        [event?.at, single?.at]
          .filter((at) => at !== undefined)
          .sort()
          .at(-1) ?? '',
    },
    origin: ownOrigin,
    news,
  };
}

function onlyOne({ cancelled }: ParsedEvent, { id, end }: Occurrence, { settings }: CalendarContext) {
  return cancelled ? {} : { whole: true, planned: [{ id, until: end + settings.grace }] };
}

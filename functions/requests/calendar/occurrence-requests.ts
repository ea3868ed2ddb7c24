import { meaning } from '../../rooms/calendar.ts';
import { RequestRefusedError } from '../../rooms/errors.ts';
import type { CalendarNews } from '../../rooms/occurrences.ts';
import { DAY, type Instant, type RoomRequest } from '../../rooms/room.ts';
import type { BusEvent } from '../event.ts';
import type { Appointment } from '../message.ts';
import type { CalendarContext } from './context.ts';
import { calendarKey } from './key.ts';
import { eventNews, occurrenceNews } from './news.ts';
import { type Occurrence, occurrencesBetween } from './plan.ts';
import { seriesRequest } from './series-request.ts';
import type { EventTimes, Telling, ToldEvent, ToldOccurrence } from './telling.ts';

/** More occurrences than this within the horizon are a mistake, or somebody's experiment. */
const MOST = 200;

/** Nobody looks further for the next occurrence of a series. */
const FARTHEST = 3660 * DAY;

interface Asked {
  readonly requests: readonly RoomRequest[];
  readonly agenda?: Appointment;
}

/**
 * A room for each occurrence that begins within the horizon, and when to look again for those that begin later.
 *
 * @param bus the event as it came, to be looked at again
 */
export function occurrenceRequests(telling: Telling, bus: BusEvent, context: CalendarContext): Asked {
  const { identity, event, occurrences } = telling;
  // an event that takes place once has no occurrences to be told apart: it keeps its key, and its link, when it is moved
  if (event?.times && !recurs(event.times)) return { requests: [seriesRequest(telling, context)] };
  const singles = new Map(occurrences.map((occurrence) => [occurrence.id, occurrence]));
  const planned = event?.times ? withinHorizon(event.times, context) : [];
  const requests = [
    ...planned.map((occurrence) => requestFor(telling, occurrence, singles.get(occurrence.id), context)),
    ...occurrences
      .filter(({ id }) => !planned.some((occurrence) => occurrence.id === id))
      .filter((occurrence) => concernsUs(occurrence, context))
      .map((single) => requestFor({ ...telling, event: undefined }, undefined, single, context)),
  ];
  if (!event) return { requests };
  const next = event.cancelled || !event.times ? undefined : nextLook(event.times, context);
  return {
    requests,
    agenda: {
      key: calendarKey(identity),
      sequence: event.at,
      ...(next !== undefined && { next: { at: next, body: JSON.stringify(bus) } }),
    },
  };
}

function recurs({ rules, extra }: EventTimes): boolean {
  return rules.length > 0 || extra.length > 0;
}

function withinHorizon(times: EventTimes, { now, settings, steps }: CalendarContext): readonly Occurrence[] {
  const { grace, horizon } = settings;
  const found = occurrencesBetween(times, { from: now - grace, to: now + horizon, most: MOST + 1 }, steps);
  if (found.length <= MOST) return found;
  throw new RequestRefusedError(
    `recurrence: has more than ${MOST} occurrences within the horizon of ${horizon / DAY} days; ask for one room for the series`,
  );
}

/** Exceptions far ahead wait for their series to come near, unless they were moved here. */
function concernsUs({ cancelled, end, id }: ToldOccurrence, { now, settings }: CalendarContext): boolean {
  const near = (instant: Instant) => instant <= now + settings.horizon;
  return cancelled || near(id) || near(end ?? id);
}

function nextLook(times: EventTimes, { now, settings, steps }: CalendarContext): Instant | undefined {
  const from = now + settings.horizon + 1;
  const next = occurrencesBetween(times, { from, to: from + FARTHEST, most: MOST }, steps).find(
    ({ start }) => start >= from,
  );
  return next && next.start - settings.horizon;
}

function requestFor(
  { identity, origin, event }: Omit<Telling, 'occurrences'>,
  planned: Occurrence | undefined,
  single: ToldOccurrence | undefined,
  context: CalendarContext,
): RoomRequest {
  const id = planned?.id ?? single?.id ?? 0;
  const start = new Date(id).toISOString().replace(/[-:]|\.\d+/g, '');
  const ownOrigin = { ...origin, occurrence: new Date(id).toISOString() };
  const news: CalendarNews = {
    ...(event &&
      planned && { event: { ...eventNews(event, ownOrigin, context), ...onlyOne(event, planned, context) } }),
    occurrences: single ? [occurrenceNews(single, context)] : [],
  };
  return {
    key: calendarKey([...identity, start]),
    ...meaning(news),
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

function onlyOne({ cancelled }: ToldEvent, { id, end }: Occurrence, { settings }: CalendarContext) {
  return cancelled ? {} : { whole: true, planned: [{ id, until: end + settings.grace }] };
}

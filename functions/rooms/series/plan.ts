import { RequestRefusedError } from '../model/errors.ts';
import type { RoomRequest } from '../model/room.ts';
import type { Instant } from '../model/time.ts';
import { noEvent, removals, withEvent } from './removals.ts';
import type { OccurrenceRequest, RememberedRoom, SeriesMemory, SeriesUpdate, WholeUpdate } from './update.ts';

/** How many exceptions beyond the horizon are remembered, the nearest ones. */
const MOST_WAITING = 64;

/** More rooms of one series than this are a mistake. */
export const MOST_ROOMS = 200;

/** The consequences for the row of a series and for its rooms. */
export interface SeriesPlan {
  readonly memory: SeriesMemory;
  /** The values of the row until the requests are served, so that a crash leaves them to be repeated. */
  readonly unfinished?: Pick<SeriesMemory, 'rooms' | 'waiting'>;
  readonly requests: readonly RoomRequest[];
}

/** @param whole the update of the whole series, if it is not older than the known one */
export function planSeries(
  news: SeriesUpdate,
  known: SeriesMemory,
  whole: WholeUpdate | undefined,
  now: Instant,
): SeriesPlan {
  const { at, cancelled } = whole ?? known;
  const floor = whole?.complete ? whole.at : known.floor;
  const { near, came, waiting } = updatedAlone(news, known, floor, now);
  const exceptions = Map.groupBy(near, ({ room }) => room.key);
  const planned = whole?.planned.map((one) => joined(one, exceptions.get(one.room.key) ?? [])) ?? [];
  const plannedKeys = new Set(planned.map(({ room }) => room.key));
  const alone = near.filter(({ room }) => !plannedKeys.has(room.key));
  const living = known.rooms.filter(({ until }) => until > now);
  refuseTooMany(alone, [...living, ...planned.map(({ room }) => room)], now);
  const dropped = whole ? living.filter((room) => !plannedKeys.has(room.key) && isWithin(whole, room)) : [];
  const remembered = (spare: readonly RememberedRoom[]) =>
    byKey([
      ...alone.map(({ room }) => ({ ...room, planned: false })),
      ...living,
      ...spare,
      ...planned.map(({ room }) => ({ ...room, planned: true })),
    ]);
  const isUnfinished = came.length > 0 || dropped.some((room) => room.planned);
  return {
    memory: {
      key: news.key,
      revision: known.revision,
      at,
      cancelled,
      floor,
      rooms: remembered(dropped.map((room) => ({ ...room, planned: false }))),
      waiting,
      ...nextLook(news, known, whole, waiting),
    },
    ...(isUnfinished && { unfinished: { rooms: remembered(dropped), waiting: [...came, ...waiting] } }),
    requests: [
      ...planned.map(({ request }) => request),
      ...alone.map(({ request }) => (cancelled ? withEvent(request, noEvent(news, at, true)) : request)),
      ...(whole ? dropped.flatMap((room) => removals(room, whole, known, news)) : []),
    ],
  };
}

/**
 * The limit counts rooms, however they were requested. A few thousand separate occurrences fill an
 * application just as a rule does.
 */
function refuseTooMany(
  alone: readonly OccurrenceRequest[],
  others: readonly { readonly key: string }[],
  now: Instant,
): void {
  const known = new Set(others.map(({ key }) => key));
  const more = new Set(
    alone
      .filter(({ room, request }) => request.action === 'ensure' && room.until > now && !known.has(room.key))
      .map(({ room }) => room.key),
  );
  if (more.size === 0 || known.size + more.size <= MOST_ROOMS) return;
  throw new RequestRefusedError(
    `recurrence: has more than ${MOST_ROOMS} occurrences with rooms of their own; ask for one room for the series`,
  );
}

/**
 * Returns the exceptions within the horizon, those of them that had waited (`came`), and those that still
 * wait.
 */
function updatedAlone(news: SeriesUpdate, known: SeriesMemory, floor: string, now: Instant) {
  const isNear = ({ from = now }: OccurrenceRequest) => from <= now;
  const told = [...known.waiting, ...news.exceptions].filter(
    ({ request }) => request.sequence.value >= floor,
  );
  return {
    near: told.filter(isNear),
    came: known.waiting.filter(isNear),
    waiting: nearest(told.filter((exception) => !isNear(exception))),
  };
}

/**
 * Whether a room would be planned if the series still had its occurrence. A message may be read long after it
 * was sent. It does not plan occurrences that came within the horizon since then; the next reading does.
 */
function isWithin({ cancelled, next }: WholeUpdate, { start, planned }: RememberedRoom): boolean {
  return cancelled || !planned || next === undefined || start < next.start;
}

function nextLook(
  { body }: SeriesUpdate,
  known: SeriesMemory,
  whole: WholeUpdate | undefined,
  waiting: readonly OccurrenceRequest[],
): Pick<SeriesMemory, 'nextAt' | 'next'> {
  if ((whole ?? known).cancelled) return {};
  const nextAt = whole ? whole.next?.at : known.nextAt;
  const at = Math.min(nextAt ?? Number.POSITIVE_INFINITY, ...waiting.map(({ from = 0 }) => from));
  if (at === Number.POSITIVE_INFINITY) return {};
  const again = whole ? body : (known.next?.body ?? body);
  return { ...(nextAt !== undefined && { nextAt }), next: { at, body: again } };
}

/** The last entry of each key counts, with the latest end. */
function byKey(rooms: readonly RememberedRoom[]): readonly RememberedRoom[] {
  const found = new Map<string, RememberedRoom>();
  for (const room of rooms) {
    const until = Math.max(room.until, found.get(room.key)?.until ?? 0);
    found.set(room.key, { ...room, until });
  }
  return [...found.values()];
}

/** Returns an occurrence merged with an earlier exception of it. */
function joined(planned: OccurrenceRequest, exceptions: readonly OccurrenceRequest[]): OccurrenceRequest {
  if (exceptions.length === 0) return planned;
  const { room, request } = planned;
  const all = [planned, ...exceptions];
  return {
    room: { ...room, until: Math.max(...all.map((one) => one.room.until)) },
    request: {
      ...request,
      news: { ...request.news, occurrences: all.flatMap((one) => one.request.news?.occurrences ?? []) },
    },
  };
}

function nearest(exceptions: readonly OccurrenceRequest[]): readonly OccurrenceRequest[] {
  const different = new Map(exceptions.map((exception) => [JSON.stringify(exception), exception]));
  return [...different.values()].sort((a, b) => (a.from ?? 0) - (b.from ?? 0)).slice(0, MOST_WAITING);
}

import { startingOver } from './keeping.ts';
import type { EventNews } from './occurrences.ts';
import type { Duration, Instant, Origin, RoomRequest } from './room.ts';
import { HOUR } from './room.ts';

/**
 * Series whose occurrences have rooms of their own, made only a while before they are needed. What such a series has
 * asked for so far is remembered, so that the rooms of occurrences that it does not have any more can be ended; and
 * what it will ask for when time has gone on.
 */

/** A room of one occurrence. */
export interface OccurrenceRoom {
  readonly key: string;
  /** When the occurrence was planned to start. */
  readonly start: Instant;
  /** Until then it may be needed. */
  readonly until: Instant;
}

/** A room of one occurrence, and what follows for it. */
export interface OccurrenceRequest {
  readonly room: OccurrenceRoom;
  readonly request: RoomRequest;
  /** Nobody needs the room before this instant: the request waits. Absent: at once. */
  readonly from?: Instant;
}

/** When a series is to be looked at again, and the message to be read again then. */
export interface NextLook {
  readonly at: Instant;
  readonly body: string;
}

/** News of a series as a whole. */
export interface WholeNews {
  /** Its place among the news of the same series, compared as a string. */
  readonly at: string;
  readonly cancelled: boolean;
  /** It comes with all its exceptions, so that older ones mean nothing any more. */
  readonly complete: boolean;
  /** The occurrences within the horizon, or the event itself where it takes place once. */
  readonly planned: readonly OccurrenceRequest[];
  /** The first occurrence beyond the horizon, and when it comes within. What starts later is left to a later reading. */
  readonly next?: { readonly start: Instant; readonly at: Instant };
}

/** What a calendar tells of a series: of the whole, of occurrences that were moved or cancelled, or of both. */
export interface SeriesNews {
  readonly key: string;
  /** What rooms are called that nobody needs any more. */
  readonly name: string;
  readonly origin: Origin;
  readonly whole?: WholeNews;
  /** Occurrences that are not among those planned. */
  readonly exceptions: readonly OccurrenceRequest[];
  /** The message, to be read again when time has gone on. */
  readonly body: string;
}

/** What is remembered of a series. */
export interface SeriesMemory {
  readonly key: string;
  /** Counts the writes; every write is conditional on it. 0: not written yet. */
  readonly revision: number;
  /** The newest news of the whole; empty where only exceptions are known. */
  readonly at: string;
  readonly cancelled: boolean;
  /** Exceptions from before this mean nothing any more. */
  readonly floor: string;
  /** The rooms that were asked for and may still be needed; `planned` by the newest news, or by an exception alone. */
  readonly rooms: readonly (OccurrenceRoom & { readonly planned: boolean })[];
  /** What was told of occurrences that are too far ahead. */
  readonly waiting: readonly OccurrenceRequest[];
  /** When the next occurrence that is planned comes within the horizon. */
  readonly nextAt?: Instant;
  /** Set where there is something planned or waiting to come within the horizon. */
  readonly next?: NextLook;
  /** When nothing of it matters any more. Absent: it goes on. */
  readonly forgetAt?: Instant;
}

/** Where series are remembered. */
export interface SeriesStore {
  /** Strongly consistent. */
  read(key: string): Promise<SeriesMemory | undefined>;
  /** Writes on the condition that nobody has since `memory.revision`, and returns it with the new revision. */
  write(memory: SeriesMemory): Promise<SeriesMemory>;
  /** The series that are to be looked at again, the longest waiting first. */
  due(before: Instant): AsyncIterable<readonly SeriesMemory[]>;
}

export interface SeriesKeeping {
  readonly series: SeriesStore;
  /** Does what is asked for, all of it or fails. */
  readonly serve: (requests: readonly RoomRequest[]) => Promise<void>;
  readonly now: () => Instant;
  /** How long a series that has ended is remembered, so that late news cannot revive it. */
  readonly retention: Duration;
}

/** How many exceptions far ahead are remembered, the nearest of them. */
const MOST_WAITING = 64;

const UNKNOWN: Omit<SeriesMemory, 'key'> = {
  revision: 0,
  at: '',
  cancelled: false,
  floor: '',
  rooms: [],
  waiting: [],
};

/**
 * Does what news of a series means; what is older than what is known of the whole means nothing. The same set of news
 * ends in the same rooms in every order. What is asked for is on the row before it is asked for, so a crash between any
 * two steps is mended by the same message coming again.
 */
export function followSeries(news: SeriesNews, keeping: SeriesKeeping): Promise<'followed' | 'outdated'> {
  return startingOver(() => follow(news, keeping));
}

async function follow(
  news: SeriesNews,
  { series, serve, now, retention }: SeriesKeeping,
): Promise<'followed' | 'outdated'> {
  const known = (await series.read(news.key)) ?? { key: news.key, ...UNKNOWN };
  const whole = news.whole && known.at <= news.whole.at ? news.whole : undefined;
  if (!whole && news.exceptions.length === 0) return 'outdated';
  const plan = planOf(news, known, whole, now());
  const memory = { ...plan.memory, ...lasting(plan.memory, now() + retention) };
  const begun = await series.write({ ...memory, ...plan.unfinished });
  await serve(plan.requests);
  if (plan.unfinished) await series.write({ ...memory, revision: begun.revision });
  return 'followed';
}

type RememberedRoom = SeriesMemory['rooms'][number];

interface Plan {
  readonly memory: SeriesMemory;
  /** In which the row differs from that until the requests were served, so that a crash leaves them to be made again. */
  readonly unfinished?: Pick<SeriesMemory, 'rooms' | 'waiting'>;
  readonly requests: readonly RoomRequest[];
}

function planOf(news: SeriesNews, known: SeriesMemory, whole: WholeNews | undefined, now: Instant): Plan {
  const { at, cancelled } = whole ?? known;
  const floor = whole?.complete ? whole.at : known.floor;
  const told = [...known.waiting, ...news.exceptions].filter(
    ({ request }) => request.sequence.value >= floor,
  );
  const near = told.filter(({ from = now }) => from <= now);
  const waiting = nearest(told.filter(({ from = now }) => from > now));
  const exceptions = Map.groupBy(near, ({ room }) => room.key);
  const planned = whole?.planned.map((one) => joined(one, exceptions.get(one.room.key) ?? [])) ?? [];
  const plannedKeys = new Set(planned.map(({ room }) => room.key));
  const alone = near.filter(({ room }) => !plannedKeys.has(room.key));
  const living = known.rooms.filter(({ until }) => until > now);
  const before = living.filter(({ key }) => !plannedKeys.has(key));
  const dropped = whole ? before.filter((room) => isWithin(whole, room)) : [];
  const left = before.filter((room) => !dropped.includes(room));
  const remembered = (spare: readonly RememberedRoom[]) =>
    byKey([
      ...living,
      ...alone.map(({ room }) => ({ ...room, planned: false })),
      ...left,
      ...spare,
      ...planned.map(({ room }) => ({ ...room, planned: true })),
    ]);
  const came = known.waiting.filter(({ from = now }) => from <= now);
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
      ...(whole ? dropped.flatMap((room) => farewells(room, whole, known, news)) : []),
    ],
  };
}

/**
 * Whether a room would be planned if the whole still had its occurrence. A message may be read long after it was sent, and
 * of what has come near since then it says nothing: the next look does.
 */
function isWithin({ cancelled, next }: WholeNews, { start, planned }: RememberedRoom): boolean {
  return cancelled || !planned || next === undefined || start < next.start;
}

function nextLook(
  { body }: SeriesNews,
  known: SeriesMemory,
  whole: WholeNews | undefined,
  waiting: readonly OccurrenceRequest[],
): Pick<SeriesMemory, 'nextAt' | 'next'> {
  if ((whole ?? known).cancelled) return {};
  const nextAt = whole ? whole.next?.at : known.nextAt;
  const at = Math.min(nextAt ?? Number.POSITIVE_INFINITY, ...waiting.map(({ from = 0 }) => from));
  if (at === Number.POSITIVE_INFINITY) return {};
  const again = whole ? body : (known.next?.body ?? body);
  return { ...(nextAt !== undefined && { nextAt }), next: { at, body: again } };
}

/** The last of each key counts, and the latest end. */
function byKey(rooms: readonly RememberedRoom[]): readonly RememberedRoom[] {
  const found = new Map<string, RememberedRoom>();
  for (const room of rooms) {
    const until = Math.max(room.until, found.get(room.key)?.until ?? 0);
    found.set(room.key, { ...room, until });
  }
  return [...found.values()];
}

function farewells(
  room: RememberedRoom,
  whole: WholeNews,
  known: SeriesMemory,
  news: SeriesNews,
): readonly RoomRequest[] {
  return after(whole, room, known, news).map((event) => withEvent(farewell(room, news), event));
}

/** What an occurrence's room is to hear that the newest news does not plan. */
function after(
  { at, cancelled, complete }: WholeNews,
  { planned }: RememberedRoom,
  known: SeriesMemory,
  news: SeriesNews,
): EventNews[] {
  if (cancelled) return [noEvent(news, at, true)];
  // it is not planned any more: what was told of itself still holds, unless all was told anew
  if (complete) return [{ ...noEvent(news, at, false), complete }];
  if (planned) return [noEvent(news, at, false)];
  // the series is back, and with it what was told of the occurrence alone; what is planned later is newer than this
  return known.cancelled ? [noEvent(news, `${known.at}~`, false)] : [];
}

/** An event that has no occurrences, and so no need of a room. */
function noEvent({ name, origin }: SeriesNews, at: string, cancelled: boolean): EventNews {
  return { at, epoch: at, name, origin, planned: [], ...(cancelled ? { cancelled } : { whole: true }) };
}

function farewell({ key }: OccurrenceRoom, { origin }: SeriesNews): RoomRequest {
  return {
    key,
    action: 'cancel',
    sequence: { source: 'calendar', value: '' },
    origin,
    news: { occurrences: [] },
  };
}

function withEvent(request: RoomRequest, event: EventNews): RoomRequest {
  const { sequence, news } = request;
  const value = event.at > sequence.value ? event.at : sequence.value;
  return {
    ...request,
    sequence: { ...sequence, value },
    news: { occurrences: news?.occurrences ?? [], event },
  };
}

/** An occurrence together with what was told of it alone, some time before. */
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

function lasting({ next, rooms }: SeriesMemory, past: Instant): Pick<SeriesMemory, 'forgetAt'> {
  return next ? {} : { forgetAt: Math.max(past, ...rooms.map(({ until }) => until)) };
}

/** How long a look is waited for that was asked for: then it is asked for again. */
const PATIENCE: Duration = 6 * HOUR;

/**
 * Has every series read again whose next occurrence has come within the horizon. Reading moves the next look on; until
 * then, and where reading fails, it is asked for again every six hours.
 *
 * @returns how many were sent
 */
export async function lookAgain(
  series: Pick<SeriesStore, 'due' | 'write'>,
  send: (bodies: readonly string[]) => Promise<void>,
  now: () => Instant,
): Promise<number> {
  let sent = 0;
  for await (const page of series.due(now())) {
    const looks = page.flatMap((memory) => (memory.next ? [{ memory, next: memory.next }] : []));
    await send(looks.map(({ next }) => next.body));
    sent += looks.length;
    // one that was read meanwhile has moved on by itself
    await Promise.allSettled(
      looks.map(({ memory, next }) => series.write({ ...memory, next: { ...next, at: now() + PATIENCE } })),
    );
  }
  return sent;
}

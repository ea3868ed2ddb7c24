import { canonicalJson } from './digest.ts';
import type { Origin } from './origin.ts';
import { type Duration, HOUR, type Instant } from './time.ts';

/**
 * The state of a calendar's event, merged from updates that arrive in any order, twice or late.
 *
 * The updates of a series are separate: the series itself, and the occurrences that were moved or cancelled,
 * each with a sequence of its own. No single update describes the whole series. So the row remembers the
 * newest of each. The end of the last occurrence follows from what is remembered, not from the order of
 * arrival.
 */

/** An occurrence: the instant of its planned start, and the instant until which it needs a room. */
export interface PlannedOccurrence {
  readonly id: Instant;
  readonly until: Instant;
}

/** An update of the event as a whole. */
export interface EventUpdate {
  /** Its place among the updates of the event as a whole, compared as a string. */
  readonly at: string;
  /** Cancelled occurrences of an older epoch exist again, because the event was planned again. */
  readonly epoch: string;
  /** The name of its room. */
  readonly name: string;
  /** Its current ids: a booking that is moved may get another id. */
  readonly origin: Origin;
  readonly cancelled?: boolean;
  /** Set if the update comes with all exceptions of the event: older exceptions are then void. */
  readonly complete?: boolean;
  /** The series has no end. */
  readonly endless?: boolean;
  /** The occurrences that end last, the earliest end first. */
  readonly planned: readonly PlannedOccurrence[];
  /** Set if `planned` has all occurrences. */
  readonly whole?: boolean;
}

/** An update of one occurrence: it was moved, added or cancelled. */
export interface OccurrenceUpdate extends PlannedOccurrence {
  readonly at: string;
  readonly epoch: string;
  readonly name: string;
  readonly cancelled?: boolean;
  /** Applies to all later occurrences too. */
  readonly following?: boolean;
}

/** The updates in one message. */
export interface CalendarUpdate {
  readonly event?: EventUpdate;
  readonly occurrences: readonly OccurrenceUpdate[];
}

/** What a row remembers of its calendar event. */
export interface CalendarMemory extends CalendarUpdate {
  /** Counts up with every change of the memory. */
  readonly version: number;
  /** Exceptions older than this are void. */
  readonly floor?: string;
  /**
   * When the last of the exceptions ends for which the row has no space. The room lives at least until then.
   */
  readonly beyond?: Instant;
}

/** The consequence for the room: how long it is needed (absent: for ever), or that it is not needed. */
export type Requirement = { readonly name: string; readonly until?: Instant } | 'none';

/** How many occurrences a row remembers, counted from the last. */
export const REMEMBERED = 100;

/**
 * How many moved occurrences a row remembers, those that end last, and how many cancelled ones, the latest.
 */
const REMEMBERED_MOVES = 64;
const REMEMBERED_CANCELLATIONS = 100;

const NOTHING: CalendarMemory = { version: 0, occurrences: [] };

/**
 * Merges an update into a memory. Returns the same object if the update has nothing new. The same set of
 * updates gives the same memory in every order.
 */
export function mergeUpdate(memory: CalendarMemory = NOTHING, news: CalendarUpdate): CalendarMemory {
  const event = newest(memory.event, news.event);
  const floor = latest(memory.floor, news.event?.complete ? news.event.at : undefined);
  const byId = new Map<string, OccurrenceUpdate>();
  for (const occurrence of [...memory.occurrences, ...news.occurrences]) {
    if (floor !== undefined && occurrence.at < floor) continue;
    const id = `${occurrence.id}${occurrence.following ? '+' : ''}`;
    byId.set(id, newest(byId.get(id), occurrence) ?? occurrence);
  }
  const { occurrences, beyond } = withinLimits([...byId.values()], memory.beyond);
  const learnt = {
    version: memory.version,
    ...(event && { event }),
    ...(floor !== undefined && { floor }),
    ...(beyond !== undefined && { beyond }),
    occurrences,
  };
  return canonicalJson(learnt) === canonicalJson(memory)
    ? memory
    : { ...learnt, version: memory.version + 1 };
}

/**
 * Applies the limits of a row. The end of a dropped occurrence is kept, so that dropping it never shortens
 * the room.
 */
function withinLimits(all: readonly OccurrenceUpdate[], beyond = 0) {
  const cancelled = all.filter((news) => news.cancelled).sort((a, b) => a.id - b.id);
  const moved = all.filter((news) => !news.cancelled).sort((a, b) => a.until - b.until || a.id - b.id);
  const forgotten = moved.slice(0, -REMEMBERED_MOVES).map(({ until }) => until);
  const occurrences = [...moved.slice(-REMEMBERED_MOVES), ...cancelled.slice(-REMEMBERED_CANCELLATIONS)].sort(
    (a, b) => a.id - b.id || Number(a.following ?? false) - Number(b.following ?? false),
  );
  const latestForgotten = Math.max(beyond, ...forgotten);
  return { occurrences, ...(latestForgotten > 0 && { beyond: latestForgotten }) };
}

/** Returns the consequences for a room. */
export function requiredUntil({
  event,
  occurrences,
  beyond,
}: CalendarUpdate & Pick<CalendarMemory, 'beyond'>): Requirement {
  if (event?.cancelled) return 'none';
  const standing = occurrences.filter((news) => stands(news, event));
  const single = newestOf(standing.filter(({ cancelled }) => !cancelled));
  const name = (hasOccurrences(event) ? event : (single ?? event))?.name;
  if (name === undefined) return 'none';
  const cut = standing.find(({ following, cancelled }) => following && cancelled);
  if (event?.endless && !cut) return { name };
  const until = lastEnd(event, standing, cut, beyond);
  return until === undefined ? 'none' : { name, until };
}

/** The occurrences that are planned, as far as the row remembers them. Cancelled ones are left out. */
export function meetingsOf({ event, occurrences }: CalendarUpdate): readonly PlannedOccurrence[] {
  if (event?.cancelled) return [];
  const standing = occurrences.filter((news) => stands(news, event));
  const cut = standing.find(({ following, cancelled }) => following && cancelled)?.id;
  const named = new Set(standing.map(({ id }) => id));
  return [
    ...(event?.planned ?? []).filter(({ id }) => !named.has(id)),
    ...standing.filter(({ cancelled }) => !cancelled),
  ].filter(({ id }) => cut === undefined || id < cut);
}

/**
 * Whether the last occurrence has begun and may still be in progress. An update that only removes occurrences
 * then must not end the meeting. Some feeds list only future occurrences.
 */
export function isInItsLast(
  known: CalendarMemory = NOTHING,
  news: CalendarUpdate = NOTHING,
  now: Instant,
): boolean {
  const { event, occurrences } = known;
  const isLeftOut = news.event && !news.event.cancelled && !hasOccurrences(news.event);
  const needed = requiredUntil(known);
  if (!isLeftOut || needed === 'none' || needed.until === undefined || needed.until <= now) return false;
  const off = new Set(occurrences.filter(({ cancelled }) => cancelled).map(({ id }) => id));
  return [...(event?.planned ?? []), ...occurrences].every(({ id }) => id <= now || off.has(id));
}

/** Whether the event has occurrences besides the single ones. */
function hasOccurrences(event: EventUpdate | undefined): boolean {
  return event?.endless === true || (event?.planned.length ?? 0) > 0;
}

function newest<T extends { readonly at: string }>(a: T | undefined, b: T | undefined): T | undefined {
  if (!a || !b) return a ?? b;
  // equal versions: choose deterministically, in any arrival order
  if (a.at === b.at) return canonicalJson(a) >= canonicalJson(b) ? a : b;
  return a.at > b.at ? a : b;
}

function newestOf(news: readonly OccurrenceUpdate[]): OccurrenceUpdate | undefined {
  return news.reduce<OccurrenceUpdate | undefined>(newest, undefined);
}

function latest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

/**
 * Whether an exception is still valid. A move always is: at worst a room lives too long. A cancellation, or
 * an exception for all later occurrences, is valid only until the event is planned again. Otherwise a room
 * might end too soon.
 */
function stands({ epoch, cancelled, following }: OccurrenceUpdate, event: EventUpdate | undefined): boolean {
  return (!cancelled && !following) || event === undefined || epoch >= event.epoch;
}

function lastEnd(
  event: EventUpdate | undefined,
  exceptions: readonly OccurrenceUpdate[],
  cut: OccurrenceUpdate | undefined,
  beyond: Instant | undefined,
): Instant | undefined {
  // an older exception of an occurrence that was cancelled together with all later ones is void
  const isCutOff = ({ id, at }: OccurrenceUpdate) => cut !== undefined && id >= cut.id && at < cut.at;
  const singles = new Map(
    exceptions
      .filter((single) => !single.following && !isCutOff(single))
      .map((single) => [single.id, single]),
  );
  const ranges = exceptions.filter(({ following }) => following);
  const planned = (event?.planned ?? []).filter(({ id }) => !singles.has(id));
  const standing = planned
    .map((occurrence) => endWithin(occurrence, ranges))
    .filter((end) => end !== undefined);
  const ends = [
    ...standing,
    ...[...singles.values()].map(({ until, cancelled }) => (cancelled ? undefined : until)),
    ...ranges.map(({ until, cancelled }) => (cancelled ? undefined : until)),
  ].filter((end) => end !== undefined);
  // if all remembered occurrences are cancelled, there are earlier ones that the row does not remember
  const isUnknown = event && !event.whole && standing.length === 0;
  const unknown = isUnknown ? (cut?.until ?? event.planned[0]?.until) : undefined;
  const all = [...ends, unknown, ends.length > 0 || unknown !== undefined ? beyond : undefined];
  const known = all.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Added to a shift that is calculated without the time zone, because the clocks may change in between. */
const CLOCK_CHANGE: Duration = HOUR;

function endWithin(occurrence: PlannedOccurrence, ranges: readonly OccurrenceUpdate[]): Instant | undefined {
  const range = ranges.filter(({ id }) => id <= occurrence.id).at(-1);
  if (!range) return occurrence.until;
  return range.cancelled ? undefined : occurrence.id + (range.until - range.id) + CLOCK_CHANGE;
}

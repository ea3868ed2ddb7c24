import type { Outbox } from '../feeds/feed.ts';
import { ThrottledError } from '../rooms/model/errors.ts';
import { DAY, type Duration, type Instant, MINUTE } from '../rooms/model/time.ts';
import { choiceDigest } from './choice.ts';
import type { ConnectedCalendar } from './connection.ts';
import type { MeetingPorts, Place } from './meetings.ts';
import type { CalendarMemories, CalendarMemory, RestOfReading } from './memory.ts';
import { Round, UNSENT } from './round.ts';
import { type CalendarSystem, CalendarUnreadableError } from './system.ts';
import type { CopyTask } from './write-back/task.ts';

export { formatsOf } from './meetings.ts';
export { writeCopyTask } from './write-back/task.ts';

/** The dependencies of a reading. */
export interface CalendarReading extends MeetingPorts {
  readonly system: CalendarSystem;
  readonly memories: CalendarMemories;
  readonly outbox: Outbox;
  /** Starts the reading of events in other calendars that decide about their rooms from now on. */
  readonly lookAt: (places: readonly Place[]) => Promise<void>;
  /** Starts writing links into copies, or removing them. */
  readonly writeCopies: (tasks: readonly CopyTask[]) => Promise<void>;
  /** Whether there is time for another page in this invocation. */
  readonly mayGoOn: () => boolean;
}

/** What a message asks for, besides the changes. */
export interface Asked {
  /** An event to send again, because it decides about its room from now on. */
  readonly look?: string | undefined;
  /** The part of an unfinished reading that comes next. */
  readonly part?: number | undefined;
}

/** The outcome of a reading. */
export interface CalendarResult {
  /** `under-way`: another invocation continues an unfinished reading, and this one did nothing. */
  readonly outcome: 'unchanged' | 'changed' | 'under-way';
  /** Whether everything was read, and not only changes. */
  readonly full: boolean;
  readonly sent: number;
  readonly cancelled: number;
  /** Events that are too large for a message. */
  readonly tooLarge?: number;
  /** Events whose text is cut off. They have no effect until they change. */
  readonly unreadable?: number;
  /** The part that comes next. Absent: the reading is finished. */
  readonly next?: number;
}

/** The memory of more events is larger than a row, unless their ids are short. */
const MOST_EVENTS = 10_000;

/** One reading looks up this many missing events, each by itself; the next part continues. */
const MOST_LOOKS = 200;

/** A system may forget a cursor that is not renewed for weeks. */
const LONGEST_REST = DAY;

/** A calendar that was not read for this long was not connected: all its events are sent again. */
const LONGEST_ABSENCE: Duration = 7 * DAY;

/** A reading without a new part for this long has lost the message of its next part: the schedule continues it. */
const LONGEST_PART: Duration = 10 * MINUTE;

/**
 * A reading with more parts does not end: only the schedule continues it, so that it costs little, and the alarm rings.
 * A mailbox of 100,000 series has about 350.
 */
const MOST_PARTS = 500;

/**
 * Reads the changes of a calendar and sends them on. It sends first and stores the position of the next
 * reading last. A crash between the two repeats the messages, which changes nothing.
 *
 * A reading that is longer than an invocation has several parts. Each stores its position in the same way, and the
 * next one begins there.
 *
 * @throws CalendarUnreadableError and the errors of the system: then nothing was sent, and no room changes. After a
 * part of a reading that does not end, it was sent and stored
 */
export async function readCalendar(
  calendar: ConnectedCalendar,
  { system, memories, outbox, lookAt, writeCopies, now, mayGoOn, ...ports }: CalendarReading,
  asked: Asked = {},
): Promise<CalendarResult> {
  const choice = choiceDigest(calendar);
  const at = now();
  let memory = (await memories.read(calendar.id)) ?? { revision: 0, at: 0, choice, events: [] };
  const { cursor: from, rest, events: sent } = startOf(memory, choice, at);
  if (isElsewhere(asked, rest, at - memory.at))
    return { outcome: 'under-way', full: false, sent: 0, cancelled: 0 };
  const isLook = asked.look !== undefined && rest !== undefined;
  const isFull = rest?.full ?? false;
  const round = new Round(calendar, sent, {
    ...ports,
    system,
    now,
    mayGoOn,
    isFull,
    timeZone: memory.timeZone,
  });
  // the parts that are left read the changes
  const { cursor, isDone } = isLook
    ? { cursor: from, isDone: false }
    : await readPages(calendar, from, { system, round, mayGoOn });
  mustBeFew(calendar, round.size, MOST_EVENTS);
  const events = round.beforeJoining();
  if (events) {
    await memories.prepare(calendar.id, { ...memory, events })();
    memory = { ...memory, revision: memory.revision + 1, events };
  }
  await round.finish({ isDone, mostLooks: MOST_LOOKS, look: asked.look });
  const known = round.known();
  mustBeFew(calendar, known.length, MOST_EVENTS);
  const left = isLook ? rest : restOf(round, isDone, rest?.part);
  const remember = memories.prepare(calendar.id, {
    revision: memory.revision,
    at: isLook ? memory.at : at,
    ...(cursor !== undefined && { cursor }),
    choice,
    events: known,
    ...(round.timeZone !== undefined && { timeZone: round.timeZone }),
    ...(left && { rest: left }),
  });
  await outbox.send(round.bodies);
  await lookAt(round.successors);
  await writeCopies(round.copies);
  // a calendar without changes costs no write: the next reading starts where this one started
  if (!round.isQuiet || rest || at - memory.at > LONGEST_REST) await remember();
  return { ...resultOf(round), ...(left && !isLook && { next: mustEnd(calendar, left) }) };
}

/** After another choice of events, or without a reading for long, everything is read again. */
function startOf(
  { choice: last, at: lastAt, revision, cursor, events, rest }: CalendarMemory,
  choice: string,
  at: Instant,
): Pick<CalendarMemory, 'cursor' | 'events' | 'rest'> {
  // rooms of these events may have been cancelled with those of other calendars
  if (revision > 0 && at - lastAt > LONGEST_ABSENCE)
    return { events: events.map((event) => ({ ...event, digest: UNSENT })) };
  if (last !== choice) return { events };
  return { events, ...(cursor !== undefined && { cursor }), ...(rest && { rest }) };
}

function resultOf({ isFull, bodies, cancelled, tooLarge, unreadable }: Round): CalendarResult {
  return {
    outcome: bodies.length > 0 ? 'changed' : 'unchanged',
    full: isFull,
    sent: bodies.length,
    cancelled,
    ...(tooLarge > 0 && { tooLarge }),
    ...(unreadable > 0 && { unreadable }),
  };
}

/**
 * Whether a message has nothing to do, because the message of the next part continues the reading.
 *
 * @param since the time since the last part
 */
function isElsewhere({ look, part }: Asked, rest: RestOfReading | undefined, since: Duration): boolean {
  if (part !== undefined) return rest?.part !== part;
  // no message is under way
  if (rest && rest.part > MOST_PARTS) return false;
  return look === undefined && rest !== undefined && since < LONGEST_PART;
}

function restOf(round: Round, isDone: boolean, part = 0): RestOfReading | undefined {
  if (isDone && !round.hasMissing) return undefined;
  return { part: part + 1, full: round.isFull && !isDone };
}

/** @throws CalendarUnreadableError */
function mustBeFew({ id }: ConnectedCalendar, events: number, most: number): void {
  if (events <= most) return;
  throw new CalendarUnreadableError(
    id,
    `${events} events get a room, more than ${MOST_EVENTS}; choose fewer with which: marked or invited`,
  );
}

/** @returns the next part @throws CalendarUnreadableError */
function mustEnd({ id }: ConnectedCalendar, { part }: RestOfReading): number {
  if (part <= MOST_PARTS) return part;
  throw new CalendarUnreadableError(
    id,
    `its reading has not ended after ${MOST_PARTS} invocations, so only the schedule continues it`,
  );
}

interface Reading extends Pick<CalendarReading, 'system' | 'mayGoOn'> {
  readonly round: Round;
}

interface Pages {
  /** The position of the next page, or of the next reading. */
  readonly cursor: string | undefined;
  /** Whether the last page was read. */
  readonly isDone: boolean;
}

/** Reads everything if the position is not valid any more. */
async function readPages(
  connected: ConnectedCalendar,
  from: string | undefined,
  reading: Reading,
): Promise<Pages> {
  const pages = from === undefined ? undefined : await pagesFrom(from, connected, reading);
  const found = pages ?? (await pagesFrom(undefined, connected, reading));
  if (found) return found;
  throw new CalendarUnreadableError(connected.id, 'its system has no beginning of its events');
}

/**
 * Reads at least one page, and further ones while there is time.
 *
 * @returns undefined if a position is not valid any more
 */
async function pagesFrom(
  from: string | undefined,
  connected: ConnectedCalendar,
  { system, round, mayGoOn }: Reading,
): Promise<Pages | undefined> {
  let cursor = from;
  if (cursor === undefined) round.startOver();
  for (let isFirst = true; isFirst || mayGoOn(); isFirst = false) {
    const page = await unlessThrottled(system.changes(connected.calendar, cursor), !isFirst);
    if (page === 'throttled') break;
    if (!page) return undefined;
    await round.take(page);
    // later pages may have removals
    mustBeFew(connected, round.size, 2 * MOST_EVENTS);
    cursor = page.cursor;
    if (!page.hasMore) return { cursor, isDone: true };
  }
  return { cursor, isDone: false };
}

/** A throttle after the first page ends the part, and keeps what was read. */
async function unlessThrottled<T>(call: Promise<T>, hasPages: boolean): Promise<T | 'throttled'> {
  try {
    return await call;
  } catch (error) {
    if (hasPages && error instanceof ThrottledError) return 'throttled';
    throw error;
  }
}

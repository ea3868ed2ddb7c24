import type { Outbox } from '../feeds/feed.ts';
import { DAY } from '../rooms/model/time.ts';
import { choiceDigest } from './choice.ts';
import type { ConnectedCalendar } from './connection.ts';
import type { MeetingPorts, Place } from './meetings.ts';
import type { CalendarMemories } from './memory.ts';
import { Round } from './round.ts';
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
}

/** The outcome of a reading. */
export interface CalendarResult {
  readonly outcome: 'unchanged' | 'changed';
  /** Whether everything was read, and not only changes. */
  readonly full: boolean;
  readonly sent: number;
  readonly cancelled: number;
  /** Events that are too large for a message. */
  readonly tooLarge?: number;
  /** Events whose text is cut off. They have no effect until they change. */
  readonly unreadable?: number;
}

/** The memory of more events is larger than a row, unless their ids are short. */
const MOST_EVENTS = 10_000;

/** One reading looks up this many missing events, each by itself; the next one continues. */
const MOST_LOOKS = 200;

/** A system may forget a cursor that is not renewed for weeks. */
const LONGEST_REST = DAY;

/**
 * Reads the changes of a calendar and sends them on. It sends first and stores the position of the next
 * reading last. A crash between the two repeats the messages, which changes nothing.
 *
 * @param look an event to send again, because it decides about its room from now on
 * @throws CalendarUnreadableError and the errors of the system: then nothing was sent, and no room changes
 */
export async function readCalendar(
  calendar: ConnectedCalendar,
  { system, memories, outbox, lookAt, writeCopies, now, ...ports }: CalendarReading,
  look?: string,
): Promise<CalendarResult> {
  const choice = choiceDigest(calendar);
  const at = now();
  let memory = (await memories.read(calendar.id)) ?? { revision: 0, at: 0, choice, events: [] };
  const round = new Round(calendar, memory.events, { ...ports, system, now });
  const from = memory.choice === choice ? memory.cursor : undefined;
  const cursor = await readPages(calendar, from, { system, round });
  mustBeFew(calendar, round.size, MOST_EVENTS);
  const events = round.beforeJoining();
  if (events) {
    await memories.prepare(calendar.id, { ...memory, events })();
    memory = { ...memory, revision: memory.revision + 1, events };
  }
  await round.finish(MOST_LOOKS, look);
  const known = round.known();
  mustBeFew(calendar, known.length, MOST_EVENTS);
  const { revision } = memory;
  const remember = memories.prepare(calendar.id, { revision, at, cursor, choice, events: known });
  await outbox.send(round.bodies);
  await lookAt(round.successors);
  await writeCopies(round.copies);
  // a calendar without changes costs no write: the next reading starts where this one started
  if (!round.isQuiet || at - memory.at > LONGEST_REST) await remember();
  return {
    outcome: round.bodies.length > 0 ? 'changed' : 'unchanged',
    full: round.isFull,
    sent: round.bodies.length,
    cancelled: round.cancelled,
    ...(round.tooLarge > 0 && { tooLarge: round.tooLarge }),
    ...(round.unreadable > 0 && { unreadable: round.unreadable }),
  };
}

/** @throws CalendarUnreadableError */
function mustBeFew({ id }: ConnectedCalendar, events: number, most: number): void {
  if (events <= most) return;
  throw new CalendarUnreadableError(
    id,
    `${events} events get a room, more than ${MOST_EVENTS}; choose fewer with which: marked or invited`,
  );
}

interface Reading {
  readonly system: CalendarSystem;
  readonly round: Round;
}

/** @returns the position of the next reading */
async function readPages(
  connected: ConnectedCalendar,
  from: string | undefined,
  { system, round }: Reading,
): Promise<string> {
  const { id, calendar } = connected;
  let cursor = from;
  if (cursor === undefined) round.startOver();
  for (;;) {
    const page = await system.changes(calendar, cursor);
    if (page) {
      await round.take(page);
      // later pages may have removals
      mustBeFew(connected, round.size, 2 * MOST_EVENTS);
      cursor = page.cursor;
      if (!page.hasMore) return cursor;
    } else {
      if (round.isFull) throw new CalendarUnreadableError(id, 'its system has no beginning of its events');
      round.startOver();
      cursor = undefined;
    }
  }
}

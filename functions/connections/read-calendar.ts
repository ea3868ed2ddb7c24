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

/** What a reading needs. */
export interface CalendarReading extends MeetingPorts {
  readonly system: CalendarSystem;
  readonly memories: CalendarMemories;
  readonly outbox: Outbox;
  /** Has events of other calendars read that speak for their rooms from now on. */
  readonly lookAt: (places: readonly Place[]) => Promise<void>;
  /** Has links written into copies, or taken out of them. */
  readonly writeCopies: (tasks: readonly CopyTask[]) => Promise<void>;
}

/** What became of a reading. */
export interface CalendarResult {
  readonly outcome: 'unchanged' | 'changed';
  /** Whether everything was read, and not only what had changed. */
  readonly full: boolean;
  readonly sent: number;
  readonly cancelled: number;
  /** Events that are too large for a message. */
  readonly tooLarge?: number;
  /** Events whose text is torn. Nothing follows from them until they change. */
  readonly unreadable?: number;
}

/** The memory of more is larger than a row, unless their ids are short. */
const MOST_EVENTS = 10_000;

/** One reading asks for so many missing events, each by itself; the next one goes on. */
const MOST_LOOKS = 200;

/** A cursor that is not renewed for weeks may be forgotten by its system. */
const LONGEST_REST = DAY;

/**
 * Reads what has changed in a calendar and sends it on. What is sent comes first and where the next reading begins comes
 * last, so that a crash between the two sends again, which changes nothing.
 *
 * @param look an event to be told again, since it speaks for its room from now on
 * @throws CalendarUnreadableError and the errors of the system: nothing was sent then, and nothing follows for rooms
 */
export async function readCalendar(
  calendar: ConnectedCalendar,
  { system, memories, outbox, lookAt, writeCopies, now, ...ports }: CalendarReading,
  look?: string,
): Promise<CalendarResult> {
  const choice = choiceDigest(calendar);
  const at = now();
  const memory = (await memories.read(calendar.id)) ?? { revision: 0, at: 0, choice, events: [] };
  const round = new Round(calendar, memory.events, { ...ports, system, now });
  const from = memory.choice === choice ? memory.cursor : undefined;
  const cursor = await readPages(calendar, from, { system, round });
  await round.finish(MOST_LOOKS, look);
  const events = round.known();
  if (events.length > MOST_EVENTS) {
    throw new CalendarUnreadableError(
      calendar.id,
      `${events.length} events get a room, more than ${MOST_EVENTS}; choose fewer with which: marked or invited`,
    );
  }
  const remember = memories.prepare(calendar.id, { revision: memory.revision, at, cursor, choice, events });
  await outbox.send(round.bodies);
  await lookAt(round.successors);
  await writeCopies(round.copies);
  // a quiet calendar costs no write: the next reading begins where this one did
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

interface Reading {
  readonly system: CalendarSystem;
  readonly round: Round;
}

/** @returns where the next reading begins */
async function readPages(
  { id, calendar }: ConnectedCalendar,
  from: string | undefined,
  { system, round }: Reading,
): Promise<string> {
  let cursor = from;
  if (cursor === undefined) round.startOver();
  for (;;) {
    const page = await system.changes(calendar, cursor);
    if (page) {
      await round.take(page);
      cursor = page.cursor;
      if (!page.hasMore) return cursor;
    } else {
      if (round.isFull) throw new CalendarUnreadableError(id, 'its system has no beginning of its events');
      round.startOver();
      cursor = undefined;
    }
  }
}

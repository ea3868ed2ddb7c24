import {
  type ConnectedCalendar,
  type Connection,
  connectedCalendars,
} from '../../functions/connections/connection.ts';
import { formatsOf, type Meetings, type Place } from '../../functions/connections/meetings.ts';
import type { CalendarMemory } from '../../functions/connections/memory.ts';
import type { CalendarReading } from '../../functions/connections/read-calendar.ts';
import { readCalendar } from '../../functions/connections/read-calendar.ts';
import type { CalendarSystem } from '../../functions/connections/system.ts';
import type { CopyTask } from '../../functions/connections/write-back/task.ts';
import { parseMessage } from '../../functions/requests/parse.ts';
import type { Room, RoomRequest } from '../../functions/rooms/model/room.ts';
import { mergeIntoRow } from '../../functions/rooms/series/calendar.ts';
import { EXACT } from '../requests/calendar/texts.ts';
import { memoryMeetings } from '../support/memory-meetings.ts';
import { type Fate, mortal } from '../support/mortal.ts';

/** What a person writes into a calendar, whatever system it is of. */
export interface Planned {
  readonly title?: string;
  readonly place?: string;
  readonly description?: string;
  readonly attendees?: readonly string[];
  readonly isPrivate?: boolean;
  /** In UTC, like `2027-03-01T09:00:00Z`. */
  readonly start?: string;
  /** Default 1, if a start is given. */
  readonly hours?: number;
  /** How many weeks a series takes. */
  readonly weeks?: number;
}

/** A person in front of a calendar. */
export interface Person {
  add(event: Planned, calendar?: string): string;
  edit(id: string, changes: Planned, calendar?: string): void;
  remove(id: string, calendar?: string): void;
  /** Undoes a deletion. */
  restore(id: string): void;
  editOccurrence(seriesId: string, originalStart: string, changes: Planned): void;
  cancelOccurrence(seriesId: string, originalStart: string): void;
}

export interface ReaderOptions {
  /** Which of the connection's. */
  readonly calendar?: number;
  readonly meetings?: Meetings;
  /** Connections of the same deployment. */
  readonly others?: readonly Connection[];
}

/** The reading of one calendar, with what rows would remember of what it has sent. */
export class Reader {
  readonly calendar: ConnectedCalendar;
  readonly sent: string[] = [];
  memory: CalendarMemory | undefined;
  /** The memory cannot be written: a crash after the messages. */
  crashes = false;
  /** The process dies at one of its calls. */
  fate: Fate | undefined;
  /** How many pages, and events by themselves, an invocation has time for after its first. */
  timeFor = Number.POSITIVE_INFINITY;
  writes = 0;
  /** The calls of the last reading. */
  steps: readonly string[] = [];
  /** Events of other calendars that are to be told. */
  readonly successors: Place[] = [];
  /** What is to be written into copies. */
  readonly copies: CopyTask[] = [];
  readonly #system: CalendarSystem;
  readonly #meetings: Meetings;
  readonly #all: readonly ConnectedCalendar[];
  readonly #now: () => number;

  constructor(
    connection: Connection,
    system: CalendarSystem,
    now: () => number,
    { calendar = 0, meetings = memoryMeetings(), others = [] }: ReaderOptions = {},
  ) {
    this.#all = connectedCalendars([connection, ...others]);
    this.calendar = this.#all[calendar] as ConnectedCalendar;
    this.#system = system;
    this.#meetings = meetings;
    this.#now = now;
  }

  /** Reads until nothing is left, with a new container for each part. @param part the one to begin with */
  async readAll(container: () => CalendarSystem, part?: number) {
    const parts = [await this.readPart(container(), part)];
    for (let next = parts[0]?.next; next !== undefined; next = parts.at(-1)?.next)
      parts.push(await this.readPart(container(), next));
    return parts;
  }

  readPart(system: CalendarSystem, part?: number) {
    return this.read(undefined, this.memory, { system, ...(part !== undefined && { part }) });
  }

  /** @param look an event to be told again */
  read(
    look?: string,
    memory = this.memory,
    { system = this.#system, part }: { readonly system?: CalendarSystem; readonly part?: number } = {},
  ) {
    let left = this.timeFor;
    const { ports, steps } = mortal(
      {
        now: this.#now,
        system,
        meetings: this.#meetings,
        memory: {
          read: async () => memory,
          write: async (next: CalendarMemory) => {
            this.writes += 1;
            this.memory = structuredClone({ ...next, revision: next.revision + 1 });
          },
        },
        outbox: {
          send: async (bodies: readonly string[]) => void this.sent.push(...bodies),
          lookAt: async (places: readonly Place[]) => void this.successors.push(...places),
          writeCopies: async (tasks: readonly CopyTask[]) => void this.copies.push(...tasks),
        },
      },
      this.fate,
    );
    this.steps = steps;
    const reading: CalendarReading = {
      ...ports,
      memories: {
        read: () => ports.memory.read(),
        prepare: (_, next) => async () => {
          if (this.crashes && next.at !== (memory?.at ?? 0)) throw new Error('a crash');
          await ports.memory.write(next);
        },
      },
      lookAt: (places) => ports.outbox.lookAt(places),
      writeCopies: (tasks) => ports.outbox.writeCopies(tasks),
      formats: formatsOf(this.#all),
      mayGoOn: () => {
        left -= 1;
        return left >= 0;
      },
    };
    return readCalendar(this.calendar, reading, { look, part });
  }

  /** What the messages so far ask for, in any order, by the name of the room. */
  async rooms(bodies: readonly string[] = this.sent): Promise<Record<string, string>> {
    const { asked, names } = await this.#asked(bodies);
    return Object.fromEntries([...asked].map(([key, request]) => [names.get(key) ?? key, untilOf(request)]));
  }

  /** The events that the messages are about. */
  ids(): ReadonlySet<string> {
    // as this project writes them
    const details = this.sent.map(
      (body) => JSON.parse(body).detail as { eventId?: string; event?: { id: string } },
    );
    return new Set(details.map(({ eventId, event }) => String(event?.id ?? eventId)));
  }

  /** The same by the key of the room. */
  async byKey(bodies: readonly string[] = this.sent): Promise<Record<string, string>> {
    const { asked } = await this.#asked(bodies);
    return Object.fromEntries([...asked].map(([key, request]) => [key, untilOf(request)]));
  }

  async #asked(bodies: readonly string[]) {
    const rows = new Map<string, Room>();
    const asked = new Map<string, RoomRequest>();
    const names = new Map<string, string>();
    for (const body of bodies) {
      const message = { body, messageId: 'm', sentAt: this.#now() };
      const { requests } = await parseMessage(message, { calendar: EXACT });
      for (const request of requests) {
        const { calendar, request: merged } = mergeIntoRow(rows.get(request.key), request);
        rows.set(request.key, { calendar } as Room);
        asked.set(request.key, merged);
        if (merged.spec) names.set(request.key, merged.spec.settings.display_name);
      }
    }
    return { asked, names };
  }
}

function untilOf({ action, spec }: RoomRequest): string {
  return action === 'cancel' ? 'cancelled' : new Date(spec?.expiresAt ?? 0).toISOString().slice(0, 16);
}

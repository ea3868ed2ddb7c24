import {
  type ConnectedCalendar,
  type Connection,
  connectedCalendars,
} from '../../functions/connections/connection.ts';
import type { CalendarMemory } from '../../functions/connections/memory.ts';
import type { CalendarReading } from '../../functions/connections/read-calendar.ts';
import { readCalendar } from '../../functions/connections/read-calendar.ts';
import type { CalendarSystem } from '../../functions/connections/system.ts';
import { parseMessage } from '../../functions/requests/parse.ts';
import type { Room, RoomRequest } from '../../functions/rooms/model/room.ts';
import { mergeIntoRow } from '../../functions/rooms/series/calendar.ts';
import { EXACT } from '../requests/calendar/texts.ts';

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

/** The reading of one calendar, with what rows would remember of what it has sent. */
export class Reader {
  readonly calendar: ConnectedCalendar;
  readonly sent: string[] = [];
  memory: CalendarMemory | undefined;
  /** The memory cannot be written: a crash after the messages. */
  crashes = false;
  writes = 0;
  readonly #system: CalendarSystem;
  readonly #now: () => number;

  constructor(connection: Connection, system: CalendarSystem, now: () => number, calendar = 0) {
    const all = connectedCalendars([connection]);
    this.calendar = all[calendar] as ConnectedCalendar;
    this.#system = system;
    this.#now = now;
  }

  read(memory = this.memory) {
    const reading: CalendarReading = {
      system: this.#system,
      memories: {
        read: async () => memory,
        prepare: (_, next) => async () => {
          if (this.crashes) throw new Error('a crash');
          this.writes += 1;
          this.memory = structuredClone({ ...next, revision: next.revision + 1 });
        },
      },
      outbox: { send: async (bodies) => void this.sent.push(...bodies) },
      now: this.#now,
    };
    return readCalendar(this.calendar, reading);
  }

  /** What the messages so far ask for, in any order, by the name of the room. */
  async rooms(bodies: readonly string[] = this.sent): Promise<Record<string, string>> {
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
    const until = ({ action, spec }: RoomRequest) =>
      action === 'cancel' ? 'cancelled' : new Date(spec?.expiresAt ?? 0).toISOString().slice(0, 16);
    return Object.fromEntries([...asked].map(([key, request]) => [names.get(key) ?? key, until(request)]));
  }
}

import { RoomError } from '../rooms/model/errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * An event in the words of its system, as `requests/calendar` reads it. It holds what people wrote, so it stays in
 * memory: it is in no log, message, table or error.
 */
export type EventContent =
  /** An event of the Google Calendar API. */
  | { readonly format: 'google'; readonly event: Fields }
  /** An event of Microsoft Graph, a series with all its exceptions and cancelled occurrences. */
  | { readonly format: 'graph'; readonly event: Fields }
  /** A calendar object of CalDAV: one UID, a series with all its exceptions. */
  | { readonly format: 'icalendar'; readonly text: string };

/** An event as its calendar has it. */
export interface StoredEvent {
  /** What `read` and `write` call it by: an id, or a path of CalDAV. */
  readonly id: string;
  /** The series, for an exception that its system keeps as an event of its own. */
  readonly seriesId?: string;
  /** Changes with every write: an ETag. */
  readonly version: string;
  readonly content: EventContent;
  /** IANA name of the calendar's zone, where the system tells it. */
  readonly timeZone?: string;
  /**
   * The event happens several times, and its exceptions are not in `content`: `read` gives them.
   *
   * @default false
   */
  readonly hasMore?: boolean;
}

/** An event that its calendar does not have any more. */
export interface RemovedEvent {
  readonly id: string;
  readonly removed: true;
}

/** A page of what changed in a calendar. */
export interface ChangesPage {
  /**
   * Events in the order of the system; an exception may come before its series. An event that only left the window of
   * the reading is not among the removed ones.
   */
  readonly events: readonly (StoredEvent | RemovedEvent)[];
  /** Where the next page begins, or the next reading. */
  readonly cursor: string;
  /** Whether there is a page to read now. */
  readonly hasMore: boolean;
  /**
   * Something was removed that may be an occurrence of any series: every known series has to be read again.
   *
   * @default false
   */
  readonly anySeries?: boolean;
}

/** What a write became. Every other failure is an error, and is tried again. */
export type WriteOutcome =
  | 'written'
  /** The event has another version by now, or is gone: nothing was written; read it again. */
  | 'conflict'
  /** The system accepted the write, and the event is as it was. */
  | 'ignored'
  /** The system does not allow this write, now or later. */
  | 'refused';

/**
 * A system of calendars, by the credential of one connection.
 *
 * Each operation throws the errors of `rooms/model/errors.ts` for a credential that is refused, for a throttle and for
 * an outage, and `CalendarUnreadableError` for all that a person has to correct in one calendar.
 */
export interface CalendarSystem {
  /**
   * One page of what changed since a cursor.
   *
   * @param cursor absent: all that there is, from the first page on
   * @returns undefined where the cursor is no longer valid: everything has to be read again, and what is missing then was
   *   removed, or left the window. A page that cannot be read as a whole is an error.
   */
  changes(calendar: string, cursor?: string): Promise<ChangesPage | undefined>;

  /**
   * An event as it is now, then its exceptions where the system keeps them as events of their own, cancelled ones too.
   *
   * @returns nothing where the event is gone or cancelled
   */
  read(calendar: string, id: string): Promise<readonly StoredEvent[]>;

  /**
   * Changes an event, on the condition that it still has the version, without mails to its guests where the system
   * allows that.
   *
   * @param change the fields to replace (Google, Graph), or the whole object (CalDAV)
   */
  write(
    calendar: string,
    event: Pick<StoredEvent, 'id' | 'version'>,
    change: EventContent,
  ): Promise<WriteOutcome>;
}

/** A calendar could not be read this time; nothing follows from that for its rooms. */
export class CalendarUnreadableError extends RoomError {
  readonly code = 'calendar_unreadable';

  /** @param calendar its id, never its name */
  constructor(calendar: string, reason: string, options?: ErrorOptions) {
    super(
      `calendar ${calendar}: ${reason}; its rooms stay as they are, and it is read again at its next time`,
      options,
    );
  }
}

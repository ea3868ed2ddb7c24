import { RoomError } from '../rooms/model/errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * An event in the format of its system, as `requests/calendar` reads it. It contains text that people wrote,
 * so it stays in memory: it is never in a log, message, table or error.
 */
export type EventContent =
  /** An event of the Google Calendar API. */
  | { readonly format: 'google'; readonly event: Fields }
  /** An event of Microsoft Graph, a series with all its exceptions and cancelled occurrences. */
  | { readonly format: 'graph'; readonly event: Fields }
  /** A calendar object of CalDAV: one UID, a series with all its exceptions. */
  | { readonly format: 'icalendar'; readonly text: string };

/** An event in its calendar. */
export interface StoredEvent {
  /** The event's id for `read` and `write`: an id, or a path of CalDAV. */
  readonly id: string;
  /** The series, for an exception that its system stores as a separate event. */
  readonly seriesId?: string;
  /** Changes with every write: an ETag. */
  readonly version: string;
  readonly content: EventContent;
  /** IANA name of the calendar's zone, if the system names it. */
  readonly timeZone?: string;
  /**
   * The event recurs, and its exceptions are not in `content`: `read` returns them.
   *
   * @default false
   */
  readonly hasMore?: boolean;
}

/** An event that its calendar no longer has. */
export interface RemovedEvent {
  readonly id: string;
  readonly removed: true;
}

/** A page of the changes of a calendar. */
export interface ChangesPage {
  /**
   * Events in the order of the system; an exception may come before its series. An event that only left the window of
   * the reading is not among the removed ones.
   */
  readonly events: readonly (StoredEvent | RemovedEvent)[];
  /** The position of the next page, or of the next reading. */
  readonly cursor: string;
  /** Whether another page can be read now. */
  readonly hasMore: boolean;
  /**
   * A removed item may be an occurrence of any series: every known series must be read again.
   *
   * @default false
   */
  readonly anySeries?: boolean;
  /** IANA name of the calendar's zone, if the system names it. An event that is read by itself may lack it. */
  readonly timeZone?: string;
}

/** The outcome of a write. Any other failure is an error, and is tried again. */
export type WriteOutcome =
  | 'written'
  /** The event has another version now, or is gone: nothing was written; read it again. */
  | 'conflict'
  /** The system accepted the write, but the event is unchanged. */
  | 'ignored'
  /** The system does not allow this write, now or later. */
  | 'refused';

/**
 * A calendar system, with the credential of one connection.
 *
 * Each operation throws the errors of `rooms/model/errors.ts` for a refused credential, a throttle and an
 * outage, and `CalendarUnreadableError` for problems of one calendar that a person must fix.
 */
export interface CalendarSystem {
  /**
   * Gives the write of an event its turn within the quota of its calendar. Later writes get later turns, so
   * each of them comes back once.
   *
   * @param hasWaited whether the write comes back: it had its turn then
   * @throws ThrottledError that says when it must come back
   */
  admit(calendar: string, hasWaited: boolean): void;

  /**
   * Returns one page of the changes since a cursor.
   *
   * @param cursor absent: everything, from the first page on
   * @returns undefined if the cursor is no longer valid: everything must be read again, and an event that is
   * missing then was removed, or left the window. A page that cannot be read completely is an error
   */
  changes(calendar: string, cursor?: string): Promise<ChangesPage | undefined>;

  /**
   * Returns the current event, then its exceptions if the system stores them as separate events, including
   * cancelled ones.
   *
   * @returns an empty list if the event is gone or cancelled
   * @throws HiddenEventError if the event is there, and the credential may not see it
   */
  read(calendar: string, id: string): Promise<readonly StoredEvent[]>;

  /**
   * Whether the credential may change the events of a calendar.
   *
   * @returns undefined if the system does not say so
   */
  mayWrite(calendar: string): Promise<boolean | undefined>;

  /**
   * Changes an event if it still has the version, without mails to its guests if the system allows that.
   *
   * @param change the fields to replace (Google, Graph), or the whole object (CalDAV)
   */
  write(
    calendar: string,
    event: Pick<StoredEvent, 'id' | 'version'>,
    change: EventContent,
  ): Promise<WriteOutcome>;
}

/** A calendar could not be read this time; its rooms stay as they are. */
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

/** The credential may not see an event of the calendar: its room stays as it is. */
export class HiddenEventError extends CalendarUnreadableError {
  /** @param calendar its id, never its name */
  constructor(calendar: string) {
    super(calendar, "an event is hidden from the connection's user");
  }
}

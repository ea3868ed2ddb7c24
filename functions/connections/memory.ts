import type { Instant } from '../rooms/model/time.ts';

/** An event with a room, from the last reading. */
export interface KnownEvent {
  readonly id: string;
  /** Digest of all fields that a room depends on. */
  readonly digest: string;
  /** The series, for an exception. */
  readonly seriesId?: string;
  /** The UID, if keys are derived from it and not from the id. */
  readonly uid?: string;
  /** The meeting of the event, if neither the id nor the UID names it. */
  readonly meeting?: string;
  /** It recurs. */
  readonly repeats?: boolean;
  /** It must still be read by itself: a full reading did not have it, or an occurrence of it may be gone. */
  readonly missing?: boolean;
}

/** A reading that does not fit into an invocation, and goes on at the cursor. */
export interface RestOfReading {
  /** Counts the invocations of the reading. */
  readonly part: number;
  /** Whether pages are left of a list of everything. */
  readonly full: boolean;
}

/** The memory of a calendar between two readings: ids and digests, but no text that people wrote. */
export interface CalendarMemory {
  /** Counts the writes; every write is conditional on it. 0: not written yet. */
  readonly revision: number;
  /** When it was written. */
  readonly at: Instant;
  /** The position of the next reading. Absent: it reads everything. */
  readonly cursor?: string;
  /**
   * Digest of the settings that decide which events get a room: after a change of them, everything is read
   * again.
   */
  readonly choice: string;
  readonly events: readonly KnownEvent[];
  /** IANA name of the calendar's zone, if its system names it. */
  readonly timeZone?: string;
  /** Absent: the last reading is finished. */
  readonly rest?: RestOfReading;
}

/** The store for the memories of calendars. */
export interface CalendarMemories {
  /** @param calendar the id of the connected calendar */
  read(calendar: string): Promise<CalendarMemory | undefined>;
  /**
   * Prepares a memory for writing.
   *
   * @returns a function that writes it, unless another worker has written since `memory.revision`
   * @throws CalendarUnreadableError if it is too large to store
   */
  prepare(calendar: string, memory: CalendarMemory): () => Promise<void>;
}

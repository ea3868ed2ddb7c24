import type { Instant } from '../rooms/model/time.ts';

/** An event that a room was asked for, as it was when it was last read. */
export interface KnownEvent {
  readonly id: string;
  /** Of all that a room depends on. */
  readonly digest: string;
  /** The series, for an exception. */
  readonly seriesId?: string;
  /** The UID, where keys are made of that and not of the id. */
  readonly uid?: string;
  /** The meeting that it is an event of, where neither the id nor the UID tells it. */
  readonly meeting?: string;
  /** It happens several times. */
  readonly repeats?: boolean;
  /** The last full reading did not have it: it is still to be asked for by itself. */
  readonly missing?: boolean;
}

/** What is remembered of a calendar between two readings: ids and digests, nothing that people wrote. */
export interface CalendarMemory {
  /** Counts the writes; every write is conditional on it. 0: not written yet. */
  readonly revision: number;
  /** When it was written. */
  readonly at: Instant;
  /** Where the next reading begins. Absent: with everything. */
  readonly cursor?: string;
  /** Digest of the settings that decide which events get a room: under others, everything is read again. */
  readonly choice: string;
  readonly events: readonly KnownEvent[];
}

/** Where it is remembered what calendars were like. */
export interface CalendarMemories {
  /** @param calendar the id of the connected calendar */
  read(calendar: string): Promise<CalendarMemory | undefined>;
  /**
   * Makes ready what is to be remembered.
   *
   * @returns writes it, on the condition that nobody has since `memory.revision`
   * @throws CalendarUnreadableError where it is more than can be remembered
   */
  prepare(calendar: string, memory: CalendarMemory): () => Promise<void>;
}

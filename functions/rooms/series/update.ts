import type { Origin } from '../model/origin.ts';
import type { RoomRequest } from '../model/room.ts';
import type { Instant } from '../model/time.ts';

/**
 * Series whose occurrences have rooms of their own. A room is created only some time before it is needed. The
 * row of such a series remembers the rooms that it has requested, so that rooms of removed occurrences can be
 * ended. It also remembers what must be requested later.
 */

/** A room of one occurrence. */
export interface OccurrenceRoom {
  readonly key: string;
  /** The planned start of the occurrence. */
  readonly start: Instant;
  /** The room may be needed until then. */
  readonly until: Instant;
}

/** A room of one occurrence, and the request for it. */
export interface OccurrenceRequest {
  readonly room: OccurrenceRoom;
  readonly request: RoomRequest;
  /** The room is not needed before this instant: the request waits. Absent: immediately. */
  readonly from?: Instant;
}

/** The time at which a series must be read again, and its message. */
export interface NextLook {
  readonly at: Instant;
  readonly body: string;
}

/** An update of a series as a whole. */
export interface WholeUpdate {
  /** Its place among the updates of the same series, compared as a string. */
  readonly at: string;
  readonly cancelled: boolean;
  /** It comes with all its exceptions: older exceptions are then void. */
  readonly complete: boolean;
  /** The occurrences within the horizon, or the event itself where it takes place once. */
  readonly planned: readonly OccurrenceRequest[];
  /**
   * The first occurrence beyond the horizon, and when it comes within. Later occurrences are planned by a
   * later reading.
   */
  readonly next?: { readonly start: Instant; readonly at: Instant };
}

/** What a calendar says of a series: an update of the whole, of moved or cancelled occurrences, or both. */
export interface SeriesUpdate {
  readonly key: string;
  /** The name of rooms that are no longer needed. */
  readonly name: string;
  readonly origin: Origin;
  readonly whole?: WholeUpdate;
  /** Occurrences that are not among those planned. */
  readonly exceptions: readonly OccurrenceRequest[];
  /** The message, to be read again later. */
  readonly body: string;
}

/** A room that was requested, either by the newest update of the whole series or by a single exception. */
export interface RememberedRoom extends OccurrenceRoom {
  readonly planned: boolean;
}

/** The memory of a series. */
export interface SeriesMemory {
  readonly key: string;
  /** Counts the writes; every write is conditional on it. 0: not written yet. */
  readonly revision: number;
  /** The newest update of the whole; empty if only exceptions are known. */
  readonly at: string;
  readonly cancelled: boolean;
  /** Exceptions older than this are void. */
  readonly floor: string;
  /** Rooms that may still be needed. */
  readonly rooms: readonly RememberedRoom[];
  /** Updates of occurrences beyond the horizon. */
  readonly waiting: readonly OccurrenceRequest[];
  /** When the next planned occurrence comes within the horizon. */
  readonly nextAt?: Instant;
  /** Set if a planned or waiting occurrence has yet to come within the horizon. */
  readonly next?: NextLook;
  /** When the row can be forgotten. Absent: the series goes on. */
  readonly forgetAt?: Instant;
}

/** The store of series. */
export interface SeriesStore {
  /** Strongly consistent. */
  read(key: string): Promise<SeriesMemory | undefined>;
  /**
   * Writes the memory if no other worker has written it since `memory.revision`. Returns it with the new
   * revision.
   */
  write(memory: SeriesMemory): Promise<SeriesMemory>;
  /** The series that must be read again, the longest waiting first. */
  due(before: Instant): AsyncIterable<readonly SeriesMemory[]>;
}

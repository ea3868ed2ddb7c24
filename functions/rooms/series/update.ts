import type { Origin } from '../model/origin.ts';
import type { RoomRequest } from '../model/room.ts';
import type { Instant } from '../model/time.ts';

/**
 * Series whose occurrences have rooms of their own, made only a while before they are needed. What such a series has
 * asked for so far is remembered, so that the rooms of occurrences that it does not have any more can be ended; and
 * what it will ask for when time has gone on.
 */

/** A room of one occurrence. */
export interface OccurrenceRoom {
  readonly key: string;
  /** When the occurrence was planned to start. */
  readonly start: Instant;
  /** Until then it may be needed. */
  readonly until: Instant;
}

/** A room of one occurrence, and what follows for it. */
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

/** News of a series as a whole. */
export interface WholeUpdate {
  /** Its place among the news of the same series, compared as a string. */
  readonly at: string;
  readonly cancelled: boolean;
  /** It comes with all its exceptions, so that older ones mean nothing any more. */
  readonly complete: boolean;
  /** The occurrences within the horizon, or the event itself where it takes place once. */
  readonly planned: readonly OccurrenceRequest[];
  /** The first occurrence beyond the horizon, and when it comes within. What starts later is left to a later reading. */
  readonly next?: { readonly start: Instant; readonly at: Instant };
}

/** What a calendar tells of a series: of the whole, of occurrences that were moved or cancelled, or of both. */
export interface SeriesUpdate {
  readonly key: string;
  /** The name of rooms that are no longer needed. */
  readonly name: string;
  readonly origin: Origin;
  readonly whole?: WholeUpdate;
  /** Occurrences that are not among those planned. */
  readonly exceptions: readonly OccurrenceRequest[];
  /** The message, to be read again when time has gone on. */
  readonly body: string;
}

/** A room that was asked for: planned by the newest news of the whole, or asked for by an exception alone. */
export interface RememberedRoom extends OccurrenceRoom {
  readonly planned: boolean;
}

/** The memory of a series. */
export interface SeriesMemory {
  readonly key: string;
  /** Counts the writes; every write is conditional on it. 0: not written yet. */
  readonly revision: number;
  /** The newest news of the whole; empty where only exceptions are known. */
  readonly at: string;
  readonly cancelled: boolean;
  /** Exceptions from before this mean nothing any more. */
  readonly floor: string;
  /** Those that may still be needed. */
  readonly rooms: readonly RememberedRoom[];
  /** News of occurrences that are too far ahead. */
  readonly waiting: readonly OccurrenceRequest[];
  /** When the next occurrence that is planned comes within the horizon. */
  readonly nextAt?: Instant;
  /** Set where there is something planned or waiting to come within the horizon. */
  readonly next?: NextLook;
  /** When nothing of it matters any more. Absent: it goes on. */
  readonly forgetAt?: Instant;
}

/** Where series are remembered. */
export interface SeriesStore {
  /** Strongly consistent. */
  read(key: string): Promise<SeriesMemory | undefined>;
  /** Writes the memory if no other worker has written it since `memory.revision`. Returns it with the new revision. */
  write(memory: SeriesMemory): Promise<SeriesMemory>;
  /** The series that must be read again, the longest waiting first. */
  due(before: Instant): AsyncIterable<readonly SeriesMemory[]>;
}

import type { Instant } from '../../rooms/model/time.ts';

/** Why the link of a room is not in its event. */
export type WriteBackProblem =
  /** The system does not allow the write: a missing permission, or a locked event. */
  | 'refused'
  /** The system accepted the write but changed nothing: the event belongs to another person. */
  | 'ignored'
  /** With `writeBack: location`: a person has written another place. */
  | 'place-taken'
  /** A person has written another place, and a description that leaves no space. */
  | 'no-space';

/** The memory of the writes for one key: it contains no text that people wrote. */
export interface WriteBackRecord {
  readonly key: string;
  /** Counts the writes of the record; every write is conditional on it. 0: not written yet. */
  readonly version: number;
  /** The newest revision of the room for which a write was started. */
  readonly revision: number;
  /**
   * Digests of the links that were written, the latest last: a place with one of these links was written by
   * this project.
   */
  readonly links: readonly string[];
  /** The link of that revision, for later copies of the event. Absent: the room is cancelled or has ended. */
  readonly url?: string;
  /** The last reported problem of the event that asked for the room. Absent: the link could be written. */
  readonly problem?: WriteBackProblem;
  /** The same for its copies, by the ids of their calendars. */
  readonly copies?: Readonly<Record<string, WriteBackProblem>>;
  readonly forgetAt: Instant;
}

/** The store of these records. */
export interface WriteBackRecords {
  /** Strongly consistent. */
  read(key: string): Promise<WriteBackRecord | undefined>;
  /**
   * Writes the record if no other worker has written it since `record.version`. Returns it with the new
   * version.
   *
   * @throws RoomChangedError
   */
  write(record: WriteBackRecord): Promise<WriteBackRecord>;
}

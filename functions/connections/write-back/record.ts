import type { Instant } from '../../rooms/model/time.ts';

/** Why the link of a room is not in its event. */
export type WriteBackProblem =
  /** The system does not allow the write: no rights, or an event that is locked. */
  | 'refused'
  /** The system accepted the write and changed nothing: the event belongs to somebody else. */
  | 'ignored'
  /** With `writeBack: location`: a person has written another place. */
  | 'place-taken';

/** What is remembered of the writing for one key: nothing that people wrote. */
export interface WriteBackRecord {
  readonly key: string;
  /** Counts the writes of the record; every write is conditional on it. 0: not written yet. */
  readonly version: number;
  /** The newest revision of the room that somebody set out to write. */
  readonly revision: number;
  /** Digests of the links that were to be written, the latest last: what stands in a place and is one of them is ours. */
  readonly links: readonly string[];
  /** The link of that revision, for copies of the event that come later. Absent: the room is cancelled, or over. */
  readonly url?: string;
  /** What was said last of the event that the room was asked for by. Absent: the link could be written. */
  readonly problem?: WriteBackProblem;
  /** The same of its copies, by the ids of their calendars. */
  readonly copies?: Readonly<Record<string, WriteBackProblem>>;
  readonly forgetAt: Instant;
}

/** Where it is remembered what was written into events. */
export interface WriteBackRecords {
  /** Strongly consistent. */
  read(key: string): Promise<WriteBackRecord | undefined>;
  /**
   * Writes the record if nobody has since `record.version`. Returns it with the new version.
   *
   * @throws RoomChangedError
   */
  write(record: WriteBackRecord): Promise<WriteBackRecord>;
}

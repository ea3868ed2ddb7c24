import { RoomError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';

/** An address of a calendar's iCalendar text. */
export interface Feed {
  /** The calendar's id: part of the keys of its rooms. */
  readonly name: string;
  /** ARN or name of the secret with the address: anybody who knows the address can read the calendar. */
  readonly secret: string;
  /** IANA name of the time zone for dates and floating times, if the text names none. */
  readonly timeZone?: string;
}

/** The validators of a server's answer, to ask later whether the text is unchanged. */
export interface Validators {
  /** Digest of the address they came from: they are valid for this address only. */
  readonly address?: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** An event as the feed had it when it was last read. */
export interface KnownEvent {
  readonly uid: string;
  /** Digest of all fields that a room depends on. */
  readonly digest: string;
}

/** The memory of a feed between two readings. */
export interface FeedMemory {
  /** Counts the writes; every write is conditional on it. 0: not written yet. */
  readonly revision: number;
  readonly validators: Validators;
  readonly events: readonly KnownEvent[];
}

export interface FeedText {
  readonly text: string;
  readonly validators: Validators;
}

/** The source of feeds. */
export interface FeedSource {
  /**
   * Fetches the feed's text; undefined if it has not changed since the validators.
   *
   * @throws FeedUnreadableError
   */
  fetch(feed: Feed, validators: Validators): Promise<FeedText | undefined>;
}

/** The store for the memories of feeds. */
export interface FeedMemories {
  read(name: string): Promise<FeedMemory | undefined>;
  /**
   * Prepares a memory for writing.
   *
   * @returns a function that writes it, unless another worker has written since `memory.revision`
   * @throws FeedUnreadableError if it is too large to store
   */
  prepare(name: string, memory: FeedMemory): () => Promise<void>;
}

/** Sends messages to the requests queue. */
export interface Outbox {
  send(bodies: Iterable<string>): Promise<void>;
}

export interface FeedReading {
  readonly source: FeedSource;
  readonly memories: FeedMemories;
  readonly outbox: Outbox;
  readonly now: () => Instant;
}

/**
 * A feed could not be read this time; its rooms stay as they are. The error never contains the feed's
 * address.
 */
export class FeedUnreadableError extends RoomError {
  readonly code = 'feed_unreadable';

  constructor(feed: string, reason: string, options?: ErrorOptions) {
    super(
      `feed ${feed}: ${reason}; its rooms stay as they are, and it is read again at its next time`,
      options,
    );
  }
}

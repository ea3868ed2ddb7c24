import { RoomError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';

/** An address at which a calendar's iCalendar text is found. */
export interface Feed {
  /** The calendar's id: part of the keys of its rooms. */
  readonly name: string;
  /** ARN or name of the secret that holds the address: whoever knows it can read the calendar. */
  readonly secret: string;
  /** IANA name of the zone of its dates and floating times, where the text names none. */
  readonly timeZone?: string;
}

/** What a server gave with a text, to be asked whether it still has the same. */
export interface Validators {
  /** Digest of the address that it gave them for: at another they mean nothing. */
  readonly address?: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** An event as the feed had it when it was last read. */
export interface KnownEvent {
  readonly uid: string;
  /** Of all that a room depends on. */
  readonly digest: string;
}

/** What is remembered of a feed between two readings. */
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

/** Where feeds come from. */
export interface FeedSource {
  /**
   * The feed's text, or nothing where it is what the validators stand for.
   *
   * @throws FeedUnreadableError
   */
  fetch(feed: Feed, validators: Validators): Promise<FeedText | undefined>;
}

/** Where it is remembered what feeds were like. */
export interface FeedMemories {
  read(name: string): Promise<FeedMemory | undefined>;
  /**
   * Makes ready what is to be remembered.
   *
   * @returns writes it, on the condition that nobody has since `memory.revision`
   * @throws FeedUnreadableError where it is more than can be remembered
   */
  prepare(name: string, memory: FeedMemory): () => Promise<void>;
}

/** The way to the requests queue. */
export interface Outbox {
  send(bodies: Iterable<string>): Promise<void>;
}

export interface FeedReading {
  readonly source: FeedSource;
  readonly memories: FeedMemories;
  readonly outbox: Outbox;
  readonly now: () => Instant;
}

/** A feed could not be read this time; nothing follows from that for its rooms. Its address is in no such error. */
export class FeedUnreadableError extends RoomError {
  readonly code = 'feed_unreadable';

  constructor(feed: string, reason: string, options?: ErrorOptions) {
    super(
      `feed ${feed}: ${reason}; its rooms stay as they are, and it is read again at its next time`,
      options,
    );
  }
}

import type { RoomRequest } from '../rooms/model/room.ts';
import type { Instant } from '../rooms/model/time.ts';
import type { SeriesUpdate } from '../rooms/series/update.ts';
import type { CalendarSettings } from './calendar/event/settings.ts';

/** Bytes that a body may have. */
export const LARGEST_BODY = 256 * 1024;

/** One message of the requests queue as its sender knew it, whatever queues it has been through since. */
export interface IncomingMessage {
  readonly body: string;
  readonly messageId: string;
  /** When a queue took it for the first time. */
  readonly sentAt: Instant;
  /** It came out of the dead-letter queue in a way that does not tell its first id and time: these are not its own. */
  readonly isLost?: boolean;
}

export interface RequestSettings {
  readonly calendar: CalendarSettings;
}

/** What one message asks for. */
export interface ParsedMessage {
  /** Rooms to see to, now and in this order. */
  readonly requests: readonly RoomRequest[];
  /** Bodies to send back to the queue, a message each, before this one is acknowledged. */
  readonly split: readonly string[];
  /** Series whose occurrences have rooms of their own, with what they ask for. */
  readonly series?: readonly SeriesUpdate[];
  /** What was left out or repaired, for a person to read. */
  readonly warnings?: readonly string[];
  /** Why nothing follows from it, for a person to read. */
  readonly skipped?: string;
}

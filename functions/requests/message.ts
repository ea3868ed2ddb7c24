import type { RoomRequest } from '../rooms/model/room.ts';
import type { Instant } from '../rooms/model/time.ts';
import type { SeriesUpdate } from '../rooms/series/update.ts';
import type { CalendarSettings } from './calendar/event/settings.ts';

/** The largest body, in bytes. */
export const LARGEST_BODY = 256 * 1024;

/**
 * One message of the requests queue as its sender sent it, even if it has passed through other queues since.
 */
export interface IncomingMessage {
  readonly body: string;
  readonly messageId: string;
  /** When a queue accepted it for the first time. */
  readonly sentAt: Instant;
  /** It was moved out of the dead-letter queue without its first id and time: these are not its own. */
  readonly isLost?: boolean;
}

export interface RequestSettings {
  readonly calendar: CalendarSettings;
}

/** What one message asks for. */
export interface ParsedMessage {
  /** Requests to serve now and in this order. */
  readonly requests: readonly RoomRequest[];
  /** Bodies to send back to the queue, one message each, before this message is acknowledged. */
  readonly split: readonly string[];
  /** Series whose occurrences have rooms of their own, with their requests. */
  readonly series?: readonly SeriesUpdate[];
  /** The parts that were left out or repaired, as text for a person. */
  readonly warnings?: readonly string[];
  /** Why the message has no consequence, as text for a person. */
  readonly skipped?: string;
}

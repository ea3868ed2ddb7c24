import type { Instant, RoomRequest } from '../rooms/room.ts';
import type { CalendarSettings } from './calendar/settings.ts';

/** One message of the requests queue, as far as its meaning goes. */
export interface IncomingMessage {
  readonly body: string;
  readonly messageId: string;
  /** When the queue took it (`SentTimestamp`). */
  readonly sentAt: Instant;
  /** What a message that came back from the dead-letter queue was when it was first sent. */
  readonly originalMessageId?: string;
  readonly originalSentAt?: Instant;
}

export interface RequestSettings {
  readonly calendar: CalendarSettings;
}

/**
 * Where a series stands whose occurrences have rooms of their own. Written before anything else of the message is
 * done; where a newer one is known under the key, nothing of the message counts.
 */
export interface Appointment {
  readonly key: string;
  /** Compares as a string with that of other news of the same series. */
  readonly sequence: string;
  /** When the body is to be sent to the queue again, for the occurrences that are too far ahead now. */
  readonly next?: { readonly at: Instant; readonly body: string };
}

/** What one message asks for. */
export interface ParsedMessage {
  /** Rooms to see to, now and in this order. */
  readonly requests: readonly RoomRequest[];
  /** Bodies to send back to the queue, a message each, before this one is acknowledged. */
  readonly split: readonly string[];
  readonly agenda?: readonly Appointment[];
  /** Why nothing follows from it, for a person to read. */
  readonly skipped?: string;
}

/** The message as its sender knew it, wherever it has been since. */
export function original(message: IncomingMessage): IncomingMessage {
  const { body, messageId, sentAt, originalMessageId, originalSentAt } = message;
  return { body, messageId: originalMessageId ?? messageId, sentAt: originalSentAt ?? sentAt };
}

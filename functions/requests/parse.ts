import { RequestRefusedError } from '../rooms/model/errors.ts';
import { eventRequest, isEvent, readEvent } from './event.ts';
import { mustNotRepeatFields, readJson } from './json.ts';
import { type IncomingMessage, LARGEST_BODY, type ParsedMessage, type RequestSettings } from './message.ts';
import { roomRequest } from './room-request/room-request.ts';
import { requestSequence } from './room-request/sequence.ts';

const CALENDAR_EVENTS = new Set([
  'Calendar Event Created',
  'Calendar Event Updated',
  'Calendar Event Cancelled',
]);

/**
 * Parses a message of the requests queue: a plain request body, or a whole event of the bus.
 *
 * @throws RequestRefusedError that names the field, the rule and the value
 */
export async function parseMessage(
  message: IncomingMessage,
  settings: RequestSettings,
): Promise<ParsedMessage> {
  const { body: text, messageId, sentAt, isLost } = message;
  mustBeShort(text);
  const body = readJson(text);
  if (!isEvent(body)) {
    mustNotRepeatFields(text);
    // a message without its first send time is older than all that a key has seen
    const askedAt = isLost ? 0 : sentAt;
    const posting = {
      at: '',
      derivedKey: `message:${messageId}`,
      sentAt,
      sequence: requestSequence(askedAt, askedAt),
    };
    if (isLost) mustNameItsRoom(body);
    return { requests: [roomRequest(body, posting)], split: [] };
  }
  const event = readEvent(body);
  if (CALENDAR_EVENTS.has(event['detail-type'])) {
    // the reader of calendars has a parser and tables of time zones: plain requests need not wait for it
    const { readCalendar } = await import('./calendar/read-calendar.ts');
    return readCalendar(event, sentAt, settings.calendar);
  }
  mustNotRepeatFields(text);
  return { requests: [eventRequest(event, sentAt)], split: [] };
}

/** With its current id it would ask for a second room. */
function mustNameItsRoom(body: unknown): void {
  if (typeof body === 'object' && body !== null && 'key' in body) return;
  throw new RequestRefusedError(
    "key: is missing, and the message lost its first id in a redrive by SQS: give messages another try by this project's " +
      'own redrive, which keeps it',
  );
}

function mustBeShort(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= LARGEST_BODY) return;
  throw new RequestRefusedError(`body: must have at most ${LARGEST_BODY} bytes, got ${bytes}`);
}

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
 * What a message of the requests queue asks for: a plain request body, or a whole event of the bus.
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
    // whatever a key has heard is newer than a message that cannot tell when it was sent
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
    // calendars come with a parser and tables of time zones, which plain requests need not wait for
    const { readCalendar } = await import('./calendar/read-calendar.ts');
    return readCalendar(event, sentAt, settings.calendar);
  }
  mustNotRepeatFields(text);
  return { requests: [eventRequest(event, sentAt)], split: [] };
}

/** Under the id that it has now it would ask for a second room. */
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

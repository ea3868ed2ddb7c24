import { CALENDAR_DEFAULTS } from '../../functions/requests/calendar/event/settings.ts';
import type { IncomingMessage, RequestSettings } from '../../functions/requests/message.ts';
import { parseMessage } from '../../functions/requests/parse.ts';
import { RequestRefusedError } from '../../functions/rooms/model/errors.ts';
import type { RoomRequest } from '../../functions/rooms/model/room.ts';

export const SENT_AT = Date.parse('2027-01-15T10:00:00.250Z');

export const SETTINGS: RequestSettings = { calendar: CALENDAR_DEFAULTS };

export function message(body: unknown, overrides: Partial<IncomingMessage> = {}): IncomingMessage {
  return {
    body: typeof body === 'string' ? body : JSON.stringify(body),
    messageId: '7f3c2c5e-0000-4000-8000-000000000001',
    sentAt: SENT_AT,
    ...overrides,
  };
}

/** The smallest body that asks for a room. */
export function body(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { display_name: 'Stand-up', lifetime: 'P30D', ...overrides };
}

/** An event as a rule of the bus puts it into the queue. */
export function busEvent(type: string, detail: unknown, overrides: Record<string, unknown> = {}) {
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': type,
    source: 'acme.bookings',
    account: '111122223333',
    time: '2027-01-15T09:59:58Z',
    region: 'eu-west-1',
    resources: [],
    detail,
    ...overrides,
  };
}

export async function requests(
  content: unknown,
  overrides: Partial<IncomingMessage> = {},
): Promise<readonly RoomRequest[]> {
  return (await parseMessage(message(content, overrides), SETTINGS)).requests;
}

export async function request(
  content: unknown,
  overrides: Partial<IncomingMessage> = {},
): Promise<RoomRequest> {
  const [first, ...others] = await requests(content, overrides);
  if (!first || others.length > 0) throw new Error(`one request was expected, got ${others.length + 1}`);
  return first;
}

/** Why a message is refused. */
export async function refusal(content: unknown, overrides: Partial<IncomingMessage> = {}): Promise<string> {
  const result = await parseMessage(message(content, overrides), SETTINGS).catch((error: unknown) => error);
  if (result instanceof RequestRefusedError) return result.message;
  throw new Error('a refusal was expected', { cause: result });
}

import * as z from 'zod/mini';
import { RequestRefusedError } from '../rooms/model/errors.ts';
import type { RoomRequest } from '../rooms/model/room.ts';
import type { Instant } from '../rooms/model/time.ts';
import { checked, shown } from './refusal.ts';
import { roomRequest } from './room-request/room-request.ts';
import { eventSequence } from './room-request/sequence.ts';

const eventSchema = z.looseObject({
  id: z
    .string()
    .check(z.refine((text) => /^[A-Za-z0-9-]{1,100}$/.test(text), 'must be 1 to 100 letters, digits or -')),
  source: z.string(),
  'detail-type': z.string(),
  time: z.iso.datetime({ offset: true }),
  detail: z.unknown(),
});

/** An event of an EventBridge bus, as a rule sends it to a queue. */
export type BusEvent = z.output<typeof eventSchema>;

/** The source of this project's own announcements, which also have the detail type `Room Cancelled`. */
const OURSELVES = 'evergreen-rooms';

/** Whether a body is a bus event and not a plain request, which has neither of these fields. */
export function isEvent(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'detail-type' in body && 'detail' in body;
}

/** @throws RequestRefusedError */
export function readEvent(body: unknown): BusEvent {
  const event = checked(eventSchema, body, '');
  if (event.source === OURSELVES) {
    throw new RequestRefusedError(
      `source: an event of ${OURSELVES} announces what has happened and asks for nothing; ` +
        'send requests under a source of your own, and leave ours out of the rule',
    );
  }
  return event;
}

/**
 * Converts a `Room Requested` or `Room Cancelled` event to a request.
 *
 * @throws RequestRefusedError
 */
export function eventRequest(event: BusEvent, sentAt: Instant): RoomRequest {
  // a sender may set a time in the future; such an event must not outrank every later request
  const time = Math.min(Date.parse(event.time), sentAt);
  const body = requestBody(event);
  return roomRequest(body, {
    at: 'detail',
    derivedKey: `event:${event.id}`,
    sentAt: time,
    sequence: eventSequence(time, sentAt, isCancellation(body)),
  });
}

function isCancellation(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'action' in body && body.action === 'cancel';
}

function requestBody({ 'detail-type': type, detail }: BusEvent): unknown {
  if (type === 'Room Requested') return detail;
  if (type !== 'Room Cancelled') {
    throw new RequestRefusedError(
      'detail-type: must be "Room Requested", "Room Cancelled", "Calendar Event Created", ' +
        `"Calendar Event Updated" or "Calendar Event Cancelled", got ${shown(type)}`,
    );
  }
  if (typeof detail !== 'object' || detail === null) return detail;
  const action = 'action' in detail ? detail.action : 'cancel';
  if (action !== 'cancel') {
    throw new RequestRefusedError(
      `detail.action: must be "cancel" or absent in a Room Cancelled event, got ${shown(action)}`,
    );
  }
  return { ...detail, action };
}

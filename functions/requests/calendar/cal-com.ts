import * as z from 'zod/mini';
import { RequestRefusedError } from '../../rooms/errors.ts';
import { checked } from '../refusal.ts';
import type { CalendarContext } from './context.ts';
import { instantOf, mustReadDateTime } from './date-time.ts';
import { changeTime, stamp } from './stamp.ts';
import type { Telling } from './telling.ts';
import { UTC } from './zone.ts';

const personSchema = z.looseObject({ name: z.nullish(z.string()) });

const webhookSchema = z.looseObject({
  triggerEvent: z.string(),
  createdAt: z.nullish(z.string()),
  payload: z.looseObject({
    uid: z
      .string()
      .check(z.minLength(1, 'must not be empty'), z.maxLength(255, 'must have at most 255 characters')),
    iCalUID: z.nullish(z.string()),
    rescheduleUid: z.nullish(z.string()),
    title: z.nullish(z.string()),
    eventTitle: z.nullish(z.string()),
    startTime: z.nullish(z.string()),
    endTime: z.nullish(z.string()),
    organizer: z.nullish(personSchema),
    attendees: z.nullish(z.array(personSchema)),
  }),
});

type Webhook = z.output<typeof webhookSchema>;
type Booking = Webhook['payload'];

const TRIGGERS = new Set(['BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED']);

/** Why nothing follows from a webhook, if so. */
export function reasonToSkipWebhook({ triggerEvent }: { triggerEvent?: unknown }): string | undefined {
  if (TRIGGERS.has(String(triggerEvent))) return undefined;
  return 'of the webhooks of cal.com only bookings that are created, rescheduled or cancelled ask for rooms';
}

/**
 * What a webhook of cal.com tells. Rescheduling makes a booking with another uid; where the webhook carries the
 * iCalUID, which stays, so does the room and its link. Where it does not, the room of the booking before is ended.
 *
 * @throws RequestRefusedError
 */
export function readCalCom(body: unknown, context: CalendarContext): readonly Telling[] {
  const { triggerEvent, createdAt, payload } = checked(webhookSchema, body, 'event');
  const cancelled = context.isCancelled || triggerEvent === 'BOOKING_CANCELLED';
  const at = stamp([changeTime(createdAt, context)], cancelled);
  const told = { at, epoch: at, isPrivate: false, complete: true };
  const current: Telling = {
    ...identityOf(payload, context),
    event: { ...told, title: titleOf(payload), cancelled, ...(!cancelled && { times: readTimes(payload) }) },
    occurrences: [],
  };
  const { rescheduleUid, iCalUID } = payload;
  if (!rescheduleUid || iCalUID || rescheduleUid === payload.uid) return [current];
  const before: Telling = {
    ...identityOf({ uid: rescheduleUid }, context),
    event: { ...told, at: stamp([changeTime(createdAt, context)], true), cancelled: true },
    occurrences: [],
  };
  return [before, current];
}

/** A booking's iCalUID is its first uid at Cal.com, unless the calendar that it was put into gave it another. */
function identityOf(
  { uid, iCalUID }: Pick<Booking, 'uid' | 'iCalUID'>,
  { calendarId }: CalendarContext,
): Pick<Telling, 'identity' | 'origin'> {
  const first = (iCalUID ?? uid).replace(/@cal\.com$/i, '');
  return {
    identity: ['cal.com', calendarId ?? '', first],
    origin: {
      format: 'cal.com',
      ...(calendarId !== undefined && { calendarId }),
      bookingUid: uid,
      ...(iCalUID && { uid: iCalUID }),
    },
  };
}

/**
 * Cal.com's titles name the people ("30min between A and B", "Call with A"), by their first or their last name: then
 * the name of the kind of event has to do.
 */
function titleOf({ title, eventTitle, organizer, attendees }: Booking): string {
  const people = [organizer, ...(attendees ?? [])].map((person) => wordsOf(person?.name));
  const names = new Set(people.flatMap((words) => [words.at(0), words.at(-1)]));
  const hasNames = (text: string) => wordsOf(text).some((word) => names.has(word));
  return [title, eventTitle].find((text) => text && !hasNames(text)) ?? '';
}

function wordsOf(text: string | null | undefined): string[] {
  return text?.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

function readTimes({ startTime, endTime }: Booking) {
  const read = (text: string | null | undefined, field: string) => {
    if (!text) throw new RequestRefusedError(`${field}: is missing`);
    return instantOf(mustReadDateTime(text, field), undefined, field);
  };
  const start = read(startTime, 'event.payload.startTime');
  const time = read(endTime, 'event.payload.endTime') - start;
  if (time < 0) throw new RequestRefusedError('event.payload.endTime: must not be before startTime');
  return {
    zone: UTC,
    start,
    length: { days: 0, time },
    rules: [],
    exceptRules: [],
    extra: [],
    excluded: new Set<number>(),
    excludedDays: new Set<number>(),
    shifts: [],
  };
}

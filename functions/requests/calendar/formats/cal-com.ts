import * as z from 'zod/mini';
import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { checked } from '../../refusal.ts';
import type { CalendarContext } from '../event/context.ts';
import { changeTime, stamp } from '../event/version.ts';
import type { ParsedCalendarEvent, ParsedOccurrence } from '../recurrence/calendar-event.ts';
import { instantOf, mustReadDateTime } from '../time/date-time.ts';
import { UTC } from '../time/zone.ts';

const personSchema = z.looseObject({
  name: z.nullish(z.string()),
  email: z.nullish(z.string()),
  bookingId: z.nullish(z.unknown()),
});

const recurrenceSchema = z.looseObject({
  freq: z.nullish(z.number()),
  count: z.nullish(z.number()),
  interval: z.nullish(z.number()),
});

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
    type: z.nullish(z.string()),
    seatsPerTimeSlot: z.nullish(z.number()),
    cancelledBy: z.nullish(z.string()),
    recurringEvent: z.nullish(recurrenceSchema),
  }),
});

type Webhook = z.output<typeof webhookSchema>;
type Booking = Webhook['payload'];

const TRIGGERS = new Set(['BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED']);

/** Returns why a webhook has no consequence; undefined if it has one. */
export function reasonToSkipWebhook(event: {
  readonly triggerEvent?: unknown;
  readonly payload?: unknown;
}): string | undefined {
  if (!TRIGGERS.has(String(event.triggerEvent))) {
    return 'of the webhooks of cal.com only bookings that are created, rescheduled or cancelled ask for rooms';
  }
  return givesUpSeat(event) ? 'an attendee gave up a seat, and the booking stands' : undefined;
}

/**
 * Whether one attendee of a booking with seats cancels only their own seat. The webhook is that of a
 * cancelled booking with this attendee alone, and names no other person who cancelled it.
 */
function givesUpSeat({
  triggerEvent,
  payload,
}: {
  readonly triggerEvent?: unknown;
  readonly payload?: unknown;
}) {
  if (triggerEvent !== 'BOOKING_CANCELLED' || typeof payload !== 'object' || payload === null) return false;
  // only fields outside the booking's schema; each is checked where it is used
  const { seatsPerTimeSlot, cancelledBy, attendees } = payload as Partial<Booking>;
  if (!seatsPerTimeSlot) return false;
  const people = Array.isArray(attendees) ? attendees : [];
  if (!cancelledBy) return people.length <= 1;
  return people.some((person) => sameAddress(person?.email, cancelledBy));
}

function sameAddress(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}

/**
 * Reads a webhook of cal.com. Rescheduling creates a booking with another uid. If the webhook has the
 * iCalUID, which does not change, the room and its link stay. Otherwise the room of the earlier booking is
 * ended.
 *
 * @throws RequestRefusedError
 */
export function readCalCom(body: unknown, context: CalendarContext): readonly ParsedCalendarEvent[] {
  const { triggerEvent, createdAt, payload } = checked(webhookSchema, body, 'event');
  const cancelled = context.isCancelled || triggerEvent === 'BOOKING_CANCELLED';
  const changed = changeTime(createdAt, context);
  const at = stamp([changed], cancelled);
  const told = { at, epoch: at, title: titleOf(payload), isPrivate: false, cancelled };
  const ended = { ...told, at: stamp([changed], true), complete: true, cancelled: true };
  const end = (uid: string): ParsedCalendarEvent => ({
    ...identityOf({ uid }, context),
    event: ended,
    occurrences: [],
  });
  const { uid, rescheduleUid } = payload;
  const booking = identityOf(payload, context);
  const current = payload.recurringEvent
    ? recurringTelling(payload, told, context)
    : {
        ...booking,
        event: { ...told, complete: true, ...(!cancelled && { times: readTimes(payload) }) },
        occurrences: [],
      };
  // earlier webhooks of this booking may have created rooms under another name; if one attendee moves a seat,
  // the others keep the earlier booking
  const before = isOfOneSeat(payload) ? undefined : rescheduleUid;
  const others = [before, cancelled ? uid : undefined].filter(
    (other) => other !== undefined && other !== null,
  );
  const ends = others.map(end).filter(({ identity }) => `${identity}` !== `${current.identity}`);
  return [...ends, current];
}

function isOfOneSeat({ seatsPerTimeSlot, attendees }: Booking): boolean {
  return Boolean(seatsPerTimeSlot) && (attendees ?? []).length <= 1;
}

/**
 * Recurring bookings share a room, because one webhook cancels all remaining ones. That webhook is the only
 * cancellation with `recurringEvent`, and names the first remaining booking. Bookings belong together if they
 * have the same properties.
 */
function recurringTelling(
  payload: Booking,
  told: Omit<ParsedOccurrence, 'id' | 'following'>,
  context: CalendarContext,
): ParsedCalendarEvent {
  const { organizer, attendees, type, eventTitle, recurringEvent } = payload;
  const { freq, count, interval } = recurringEvent ?? {};
  const people = [organizer, ...(attendees ?? [])].map((person) => person?.email ?? person?.name ?? '');
  const common = JSON.stringify([people, type ?? eventTitle ?? '', freq, count, interval]);
  const { origin } = identityOf(payload, context);
  const times = readTimes(payload);
  return {
    identity: ['cal.com', context.calendarId ?? '', `recurring ${common}`],
    origin,
    occurrences: [
      { ...told, id: times.start, following: told.cancelled, end: times.start + times.length.time },
    ],
  };
}

/**
 * The iCalUID of a booking is its first uid at the domain of cal.com or at a custom domain, unless the
 * calendar of the booking assigned another one. Older bookings have an empty iCalUID.
 */
function identityOf(
  { uid, iCalUID: written }: Pick<Booking, 'uid' | 'iCalUID'>,
  { calendarId }: CalendarContext,
): Pick<ParsedCalendarEvent, 'identity' | 'origin'> {
  const iCalUID = written?.trim();
  const first = iCalUID || uid;
  return {
    identity: ['cal.com', calendarId ?? '', CALENDARS.test(first) ? first : first.replace(/@[^@]*$/, '')],
    origin: {
      format: 'cal.com',
      ...(calendarId !== undefined && { calendarId }),
      bookingUid: uid,
      ...(iCalUID && { uid: iCalUID }),
    },
  };
}

/** The domains of calendars that assign UIDs of their own. */
const CALENDARS = /@(?:google|icloud|me|outlook|office365|live|yahoo)\.com$/i;

/**
 * Titles of cal.com name the people ("30min between A and B", "Call with A"), by first or last name. Then the
 * name of the event type is used instead.
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

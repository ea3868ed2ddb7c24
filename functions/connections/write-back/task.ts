import * as z from 'zod/mini';
import { checked } from '../../requests/refusal.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { meetingId } from '../meetings.ts';

/** What a room's announcement means for the event that it is for. */
export interface WriteBackTask {
  /** The room's key. */
  readonly key: string;
  /** The row's: of two tasks of a key the higher one is the newer. */
  readonly revision: number;
  /** The id of the connected calendar. */
  readonly calendar: string;
  /** The event, or the whole series, by the id of its system. */
  readonly event: string;
  /** What guests open. Absent: the room is cancelled, or over. */
  readonly url?: string;
  /** The link before, while it works. */
  readonly previousUrl?: string;
  /** When the room ends, if it is known. */
  readonly endsAt?: Instant;
  /** The meeting of the event, where its UID is known: it may be in other calendars too. */
  readonly meeting?: string;
  /** It is not the event that the room was asked for by, but one of the same meeting in another calendar. */
  readonly isCopy?: boolean;
}

/** What a reading finds out about the copies of a meeting. */
export interface CopyTask {
  /** The room's key. */
  readonly key: string;
  readonly meeting: string;
  /** An event that has lost its mark: the link is taken out of it. Absent: all events of the meeting get the link. */
  readonly without?: { readonly calendar: string; readonly event: string };
}

const copySchema = z.strictObject({
  copies: z.strictObject({
    key: z.string().check(z.minLength(1)),
    meeting: z.string().check(z.minLength(1)),
    without: z.optional(z.strictObject({ calendar: z.string(), event: z.string() })),
  }),
});

export function writeCopyTask(copies: CopyTask): string {
  return JSON.stringify({ copies });
}

/** @returns undefined where a message is no task of a reading, but an announcement */
export function copyTask(message: unknown): CopyTask | undefined {
  if (typeof message !== 'object' || message === null || !('copies' in message)) return undefined;
  const { key, meeting, without } = checked(copySchema, message, '').copies;
  return { key, meeting, ...(without && { without }) };
}

const roomSchema = z.looseObject({ guestUrl: z.string(), expiresAt: z.string() });

/** The fields of an announcement on which the writing depends. */
const announcementSchema = z.looseObject({
  'detail-type': z.string(),
  detail: z.looseObject({
    key: z.string().check(z.minLength(1)),
    revision: z.number(),
    link: z.optional(z.string()),
    room: z.optional(roomSchema),
    previous: z.optional(roomSchema),
    origin: z.optional(z.record(z.string(), z.string())),
  }),
});

/**
 * What is to be written after an announcement of the bus.
 *
 * @returns undefined where there is nothing to write: the room is for no event, there is no link, or the room is for one
 *   occurrence of a series, which is no event of its own
 * @throws RequestRefusedError where it is no announcement of a room
 */
export function writeBackTask(announcement: unknown): WriteBackTask | undefined {
  const { 'detail-type': type, detail } = checked(announcementSchema, announcement, '');
  const { key, revision, link, room, previous, origin = {} } = detail;
  const { calendarId: calendar, eventId: event, occurrence, uid } = origin;
  if (calendar === undefined || event === undefined || occurrence !== undefined) return undefined;
  const isOver = type === 'Room Cancelled' || type === 'Room Ended';
  const url = isOver ? undefined : (link ?? room?.guestUrl);
  if (url === undefined && !isOver) return undefined;
  return {
    key,
    revision,
    calendar,
    event,
    ...(url !== undefined && { url }),
    ...(link === undefined && previous && { previousUrl: previous.guestUrl }),
    ...(room && { endsAt: Date.parse(room.expiresAt) }),
    ...(uid !== undefined && { meeting: meetingId(uid) }),
  };
}

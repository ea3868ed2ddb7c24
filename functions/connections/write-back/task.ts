import * as z from 'zod/mini';
import { checked } from '../../requests/refusal.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { meetingId } from '../meetings.ts';

/** The consequence of a room's announcement for the event of the room. */
export interface WriteBackTask {
  /** The room's key. */
  readonly key: string;
  /** The revision of the row: of two tasks of a key, the higher one is newer. */
  readonly revision: number;
  /** The id of the connected calendar. */
  readonly calendar: string;
  /** The event, or the whole series, by its id in the system. */
  readonly event: string;
  /** The address for guests. Absent: the room is cancelled or has ended. */
  readonly url?: string;
  /** The previous link, while it works. */
  readonly previousUrl?: string;
  /** When the room ends, if it is known. */
  readonly endsAt?: Instant;
  /** The meeting of the event, if its UID is known: it may be in other calendars too. */
  readonly meeting?: string;
  /** It is not the event that asked for the room, but one of the same meeting in another calendar. */
  readonly isCopy?: boolean;
}

/** A reading's finding about the copies of a meeting. */
export interface CopyTask {
  /** The room's key. */
  readonly key: string;
  readonly meeting: string;
  /**
   * An event that has lost its mark, or is gone: the link is removed from it, and no problem of it remains. Absent:
   * all events of the meeting get the link.
   */
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

/** @returns undefined if a message is not a task of a reading, but an announcement */
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
 * Returns the task after an announcement of the bus.
 *
 * @returns undefined if there is nothing to write: the room has no event, there is no link, or the room is
 * for one occurrence of a series, which is not a separate event
 * @throws RequestRefusedError if it is not an announcement of a room
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

import { calendarKey } from '../requests/calendar/to-requests/key.ts';
import { retryOnConflict } from '../rooms/lifecycle/context.ts';
import { base32Digest } from '../rooms/model/digest.ts';
import { DAY, type Duration, type Instant } from '../rooms/model/time.ts';
import type { ConnectedCalendar, Connection } from './connection.ts';
import type { EventContent } from './system.ts';

/** The format of events for each kind of connection. */
export const FORMATS = {
  google: 'google',
  microsoft: 'graph',
  caldav: 'icalendar',
} as const satisfies Record<Connection['kind'], EventContent['format']>;

export type Format = (typeof FORMATS)[Connection['kind']];

/** The format of each connected calendar, by its id. */
export type Formats = ReadonlyMap<string, Format>;

export function formatsOf(calendars: readonly ConnectedCalendar[]): Formats {
  return new Map(calendars.map(({ id, connection }) => [id, FORMATS[connection.kind]]));
}

/**
 * How much a calendar's event says about a meeting. It is higher if the event is the organizer's own, and
 * lower if it is a single occurrence of a series that the calendar does not have.
 */
export type Rank = 0 | 1 | 2;
export const ONE_OCCURRENCE: Rank = 0;
export const WHOLE: Rank = 1;
export const ORGANIZERS: Rank = 2;

/** The event of a meeting in one connected calendar. */
export interface Place {
  /** The id of the connected calendar. */
  readonly calendar: string;
  /** The event's id in its system. */
  readonly event: string;
  readonly rank: Rank;
}

/** The identity of an event among all connected calendars. */
type EventPlace = Pick<Place, 'calendar' | 'event'>;

/**
 * The event from which a room's key and origin are derived: the first that was read. This does not change if
 * that event is gone.
 */
export interface Identity {
  readonly key: string;
  readonly format: Format;
  readonly calendar: string;
  readonly event: string;
}

/**
 * A meeting, and its places in connected calendars. A meeting has several places if its events have one UID,
 * in any systems. It has one room. One of its events decides about the room, and all get the link.
 */
export interface Meeting {
  /** Digest of the UID. */
  readonly id: string;
  /** Counts the writes; every write is conditional on it. 0: not written yet. */
  readonly version: number;
  readonly room: Identity;
  /** Empty: no connected calendar has it any more. If one has it again, the room opens again. */
  readonly places: readonly Place[];
  /** When its room was last cancelled because no connected calendar had it any more. */
  readonly overAt?: Instant;
  /** When it can be forgotten. */
  readonly forgetAt?: Instant;
}

/** The store of meetings. */
export interface Meetings {
  /** Strongly consistent. */
  read(id: string): Promise<Meeting | undefined>;
  /** @throws RoomChangedError if another worker has written it since `meeting.version` */
  write(meeting: Meeting): Promise<void>;
}

/** Returns the id of a meeting. Systems may write the same UID in upper or lower case. */
export function meetingId(uid: string): string {
  return base32Digest(`meeting ${uid.trim().toLowerCase()}`, 16);
}

const PREFIXES = { google: 'google', graph: 'graph', icalendar: 'ical' } as const;

/** Returns the identity of a room that the event of a calendar asks for. */
export function identityOf(format: Format, { calendar, event }: EventPlace, uid: string): Identity {
  const own = format === 'icalendar' ? uid : event;
  return { key: calendarKey([PREFIXES[format], calendar, own]), format, calendar, event };
}

export interface MeetingPorts {
  readonly meetings: Meetings;
  /** The connected calendars. */
  readonly formats: Formats;
  readonly now: () => Instant;
}

/** The role of a calendar's event in its meeting. */
export interface Role {
  /** Whether its event decides about the room. */
  readonly speaks: boolean;
  /** Whether the meeting has other events: its room may have been announced before this one was read. */
  readonly hasOthers: boolean;
  readonly room: Identity;
  /** See `Meeting`. */
  readonly overAt?: Instant | undefined;
}

/**
 * Adds the event of a calendar to its meeting.
 *
 * @param identity of the room, if this is the first event of the meeting
 */
export function joinMeeting(
  id: string,
  place: Place,
  identity: Identity,
  { meetings, formats }: MeetingPorts,
): Promise<Role> {
  return retryOnConflict(async () => {
    const known = (await meetings.read(id)) ?? { id, version: 0, room: identity, places: [] };
    // nothing that is still connected can speak for the room
    const isAnew = known.room.format !== identity.format && !speakerOf(known, formats);
    const { forgetAt: _, ...before } = { ...known, ...(isAnew && { room: identity }) };
    const isSame = isAt(place);
    const found = before.places.find(isSame);
    // a series contains its occurrences
    const isWithin = (each: Place) =>
      each.calendar === place.calendar && each.rank === ONE_OCCURRENCE && place.rank > ONE_OCCURRENCE;
    const others = before.places.filter((each) => isSame(each) || !isWithin(each));
    const all = found ? others.map((each) => (each === found ? place : each)) : [...others, place];
    const after = { ...before, places: remembered(all) };
    const isNoted = found?.rank === place.rank || !after.places.includes(place);
    const isUnchanged = isNoted && !isAnew && after.places.length === known.places.length;
    if (!isUnchanged) await meetings.write(after);
    const speaker = speakerOf(after, formats);
    return {
      speaks: isAnew || (speaker !== undefined && isSame(speaker)),
      hasOthers: !known.places.every(isSame),
      room: after.room,
      overAt: after.overAt,
    };
  });
}

function isAt({ calendar, event }: EventPlace): (place: Place | undefined) => boolean {
  return (place) => place?.calendar === calendar && place.event === event;
}

/** What a row has for the places of a meeting: hundreds of calendars. */
const MOST_BYTES = 100 * 1024;

/** Those that say most of the meeting are kept. A copy that is left out gets no link, and no room either. */
function remembered(places: readonly Place[]): readonly Place[] {
  let left = MOST_BYTES;
  const kept = places
    .toSorted((one, other) => other.rank - one.rank)
    .filter((place) => {
      left -= Buffer.byteLength(JSON.stringify(place));
      return left >= 0;
    });
  return places.filter((place) => kept.includes(place));
}

/** Returns the current role of an event in its meeting. An event that is not in it was removed meanwhile. */
export async function roleIn(
  id: string,
  of: EventPlace,
  { meetings, formats }: MeetingPorts,
): Promise<Role | undefined> {
  const known = await meetings.read(id);
  if (!known) return undefined;
  const isSame = isAt(of);
  return {
    speaks: isSame(speakerOf(known, formats)),
    hasOthers: !known.places.every(isSame),
    room: known.room,
    overAt: known.overAt,
  };
}

/** An event that was deleted by mistake may come back, and a crash may repeat the reading of its deletion. */
const KEPT_AFTER: Duration = 90 * DAY;

/** The result of removing an event from its meeting. */
export interface Left {
  /** It was the last event that could decide about the room: the room must be cancelled. */
  readonly isOver: boolean;
  /** Absent if the meeting was unknown. */
  readonly room?: Identity;
  /** When it was over before. */
  readonly overAt?: Instant | undefined;
  /**
   * Events that must be read now: one that decides about the room from now on, or those that need another
   * room.
   */
  readonly successors: readonly Place[];
}

/** Removes the event of a calendar from its meeting. Safe to repeat. */
export function leaveMeeting(
  id: string,
  of: EventPlace,
  { meetings, formats, now }: MeetingPorts,
): Promise<Left> {
  return retryOnConflict(async () => {
    const known = await meetings.read(id);
    if (!known) return { isOver: true, successors: [] };
    const { room, overAt } = known;
    const isLeaving = isAt(of);
    const after = { ...known, places: known.places.filter((each) => !isLeaving(each)) };
    const speaker = speakerOf(after, formats);
    if (!speaker) {
      // events in the format of another system cannot decide about this room: they get another one
      await meetings.write({ ...after, places: [], overAt: now(), forgetAt: now() + KEPT_AFTER });
      return {
        isOver: true,
        room,
        overAt,
        successors: after.places.filter((each) => formats.has(each.calendar)),
      };
    }
    const hasLeft = after.places.length < known.places.length;
    if (hasLeft) await meetings.write(after);
    // if it had left already, the successor may not have been read
    const isNew = !hasLeft || isLeaving(speakerOf(known, formats));
    return { isOver: false, room, successors: isNew ? [speaker] : [] };
  });
}

/**
 * Returns the event that decides about the room: the organizer's first; among equals, the one that was read
 * first.
 */
function speakerOf({ places, room }: Meeting, formats: Formats): Place | undefined {
  const able = places.filter(({ calendar }) => formats.get(calendar) === room.format);
  return able.toSorted((one, other) => other.rank - one.rank)[0];
}

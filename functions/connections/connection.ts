import { base32Digest } from '../rooms/model/digest.ts';

/** What every connection says of itself, whatever its system. */
interface ConnectionBase {
  /** Names the connection in logs, secrets and the ids of its calendars. */
  readonly name: string;
  /** ARN or name of the secret with the credential. */
  readonly secret: string;
  /** The calendars by the names of their system: an address of mail, or a path below the URL of a CalDAV server. */
  readonly calendars: readonly string[];
  readonly which: WhichEvents;
  /**
   * The text that marks an event, with `which: marked`.
   *
   * @default '#room'
   */
  readonly mark?: string;
  /** The address of the mailbox whose invitation asks for a room, with `which: invited`. */
  readonly mailbox?: string;
  /** IANA name of the zone of dates and floating times, where the calendar names none. */
  readonly timeZone?: string;
  readonly writeBack: WriteBack;
  /**
   * The language of what is written into events, as a tag: `de`.
   *
   * @default 'en'
   */
  readonly language?: string;
}

/**
 * Which events get a room.
 *
 * - `all`: every event
 * - `marked`: those with the mark in their title, place or description
 * - `invited`: those with the mailbox among their attendees
 */
export type WhichEvents = 'all' | 'marked' | 'invited';

/**
 * What is written into the events.
 *
 * - `full`: the place, a block of the description, and the field for programs
 * - `location`: the place alone
 * - `off`: nothing
 */
export type WriteBack = 'full' | 'location' | 'off';

/** Google Calendar, by a service account. The secret holds its JSON key. */
export interface GoogleConnection extends ConnectionBase {
  readonly kind: 'google';
  /**
   * Whom the service account acts for by domain-wide delegation: `owner` for the owner of each calendar, or the address
   * of one user. Absent: for itself, in calendars that are shared with it.
   */
  readonly actAs?: string;
  /** @default 'https://www.googleapis.com/calendar/v3' */
  readonly baseUrl?: string;
}

/** Microsoft 365, by an app of Entra. The secret holds a client secret, or a private key with its certificate. */
export interface MicrosoftConnection extends ConnectionBase {
  readonly kind: 'microsoft';
  readonly tenant: string;
  readonly client: string;
  /** @default 'https://graph.microsoft.com/v1.0' */
  readonly baseUrl?: string;
  /** @default 'https://login.microsoftonline.com' */
  readonly loginUrl?: string;
}

/** A CalDAV server. The secret holds `user:password`, or a bearer token. */
export interface CaldavConnection extends ConnectionBase {
  readonly kind: 'caldav';
  readonly url: string;
}

/** Calendars of one system that are read, and written, with one credential. */
export type Connection = GoogleConnection | MicrosoftConnection | CaldavConnection;

/** One calendar of a connection. */
export interface ConnectedCalendar {
  /** The part of keys, origins and messages that stands for the calendar. */
  readonly id: string;
  readonly connection: Connection;
  /** The calendar by the name of its system. */
  readonly calendar: string;
}

/**
 * The calendars of all connections.
 *
 * An id has a digest in place of the calendar's name, since that is the address of a person in most systems, and ids are
 * in keys, logs and announcements. It is the same in every deployment, and does not depend on the order of the calendars.
 */
export function connectedCalendars(connections: readonly Connection[]): readonly ConnectedCalendar[] {
  return connections.flatMap((connection) =>
    connection.calendars.map((calendar) => ({
      id: `${connection.name}-${base32Digest(calendar, 8)}`,
      connection,
      calendar,
    })),
  );
}

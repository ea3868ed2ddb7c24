import { base32Digest } from '../rooms/model/digest.ts';

/** The fields of every connection, for any system. */
interface ConnectionBase {
  /** Names the connection in logs, secrets and the ids of its calendars. */
  readonly name: string;
  /** ARN or name of the secret with the credential. */
  readonly secret: string;
  /**
   * The calendars by their names in the system: an e-mail address, or a path below the URL of a CalDAV
   * server.
   */
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
  /** IANA name of the time zone for dates and floating times, if the calendar names none. */
  readonly timeZone?: string;
  readonly writeBack: WriteBack;
  /**
   * The language of the text that is written into events, as a tag: `de`.
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
 * The fields of an event that are written.
 *
 * - `full`: the place, a block of the description, and the field for programs
 * - `location`: the place only
 * - `off`: none
 */
export type WriteBack = 'full' | 'location' | 'off';

/** Google Calendar, with a service account. The secret contains its JSON key. */
export interface GoogleConnection extends ConnectionBase {
  readonly kind: 'google';
  /**
   * The user for whom the service account acts by domain-wide delegation: `owner` is the owner of each
   * calendar, and an address is one user. Absent: for itself, in calendars that are shared with it.
   */
  readonly actAs?: string;
  /** @default 'https://www.googleapis.com/calendar/v3' */
  readonly baseUrl?: string;
}

/**
 * Microsoft 365, with an app of Entra. The secret contains a client secret, or a private key with its
 * certificate.
 */
export interface MicrosoftConnection extends ConnectionBase {
  readonly kind: 'microsoft';
  readonly tenant: string;
  readonly client: string;
  /** @default 'https://graph.microsoft.com/v1.0' */
  readonly baseUrl?: string;
  /** @default 'https://login.microsoftonline.com' */
  readonly loginUrl?: string;
}

/** A CalDAV server. The secret contains `user:password`, or a bearer token. */
export interface CaldavConnection extends ConnectionBase {
  readonly kind: 'caldav';
  readonly url: string;
}

/** Calendars of one system that are read and written with one credential. */
export type Connection = GoogleConnection | MicrosoftConnection | CaldavConnection;

/** One calendar of a connection. */
export interface ConnectedCalendar {
  /** The calendar's id in keys, origins and messages. */
  readonly id: string;
  readonly connection: Connection;
  /** The calendar's name in the system. */
  readonly calendar: string;
}

/**
 * Returns the calendars of all connections.
 *
 * An id has a digest instead of the calendar's name, because that is the address of a person in most systems,
 * and ids are in keys, logs and announcements. The digest is the same in every deployment, and does not
 * depend on the order of the calendars.
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

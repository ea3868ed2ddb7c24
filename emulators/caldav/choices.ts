/**
 * What RFC 4791, 6578 and 6638 leave open, or what servers do otherwise. Each choice is made here, once, and told in
 * docs/emulators.md. Those that a client could trip over are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** The status of a sync token that is not known, or not any more: 403 is the RFC's. */
  unknownToken: [403, 409, 410, 500],
  /** Whether the server has the report `sync-collection`. */
  sync: ['supported', 'missing'],
  /** How many members a page of `sync-collection` has; 0 for all. */
  largestPage: [0, 2],
  /** Whether a report without a token names members that were removed. */
  removedInFull: [false, true],
  /** Whether removed members are told as their own status, or as a property that is not found. */
  removedAs: ['response', 'propstat'],
  /** How the server writes the text of an event anew: properties sorted, commas and semicolons of URIs escaped, or not. */
  rewriting: ['sorted', 'escaped', 'none'],
  /** Whether a PUT is answered with the new etag. */
  etagInAnswer: [true, false],
  /** What a PUT comes to that is allowed: it is kept, or answered with success and forgotten. */
  writes: ['kept', 'silent'],
  /** The changes that attendees get mail about: of time and rule, all, or none since the server does not schedule. */
  scheduling: ['significant', 'all', 'off'],
  /** The prefixes of namespaces in XML. */
  namespaces: ['default', 'prefixed', 'numbered'],
  /** How members are named: by their path, or by their whole URL. */
  hrefs: ['path', 'url'],
  /** How texts stand in XML. */
  calendarData: ['escaped', 'cdata'],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const DAY = 86_400_000;

/** What every other gap is filled with. */
export const CHOICES = {
  tokenLife: 30 * DAY,
  /** The properties whose change is significant to attendees. */
  significant: ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RDATE', 'EXDATE', 'STATUS'],
} as const;

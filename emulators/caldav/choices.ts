/**
 * Choices that RFC 4791, 6578 and 6638 leave open, or in which servers differ. Each choice is made here,
 * once, and explained in docs/emulators.md. Choices that could break a client are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** The status for an unknown or expired sync token: 403 is the RFC's. */
  unknownToken: [403, 409, 410, 500],
  /** Whether the server has the report `sync-collection`. */
  sync: ['supported', 'missing'],
  /** How many members a page of `sync-collection` has; 0 for all. */
  largestPage: [0, 2],
  /** Whether a report without a token names removed members. */
  removedInFull: [false, true],
  /** Whether a removed member has its own status, or a property that is not found. */
  removedAs: ['response', 'propstat'],
  /**
   * How the server rewrites the text of an event: sorts properties, escapes commas and semicolons of URIs, or
   * neither.
   */
  rewriting: ['sorted', 'escaped', 'none'],
  /** Whether a PUT is answered with the new etag. */
  etagInAnswer: [true, false],
  /** The effect of an allowed PUT: the event is stored, or the answer is success but nothing is stored. */
  writes: ['kept', 'silent'],
  /**
   * Changes for which attendees get mail: of time and rule, all, or none because the server does not
   * schedule.
   */
  scheduling: ['significant', 'all', 'off'],
  /** The prefixes of namespaces in XML. */
  namespaces: ['default', 'prefixed', 'numbered'],
  /** The form of members' names: their path, or their whole URL. */
  hrefs: ['path', 'url'],
  /** The form of texts in XML. */
  calendarData: ['escaped', 'cdata'],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const DAY = 86_400_000;

/** The values of all other choices. */
export const CHOICES = {
  tokenLife: 30 * DAY,
  /** The properties whose changes are significant for attendees. */
  significant: ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RDATE', 'EXDATE', 'STATUS'],
} as const;

/**
 * Choices about Microsoft Graph's calendars that no source documents, or on which sources disagree. Each
 * choice is made here, once, and explained in docs/emulators.md. Choices that could break a client are
 * switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether a delta contains the series itself as well as its occurrences. */
  mastersInDelta: [true, false],
  /** The fields of an unchanged occurrence in a delta. */
  plainOccurrences: ['minimal', 'full'],
  /** Whether `If-Match` is a condition. */
  ifMatch: ['honoured', 'ignored'],
  /**
   * The effect of a guest's write: it changes the guest's copy, is accepted without effect, or is refused.
   */
  guestWrites: ['apply', 'ignore', 'refuse'],
  /** The changes about which the organizer's guests get a mail. */
  mails: ['significant', 'all'],
  /** The status of an expired delta link. */
  staleLink: [410, 400],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const MINUTE = 60_000;

/** The numbers of the contract, and the values of all other choices. */
export const CHOICES = {
  tokenLife: 60 * MINUTE,
  pageSize: 10,
  largestPage: 1000,
  /** Calls of an app for a mailbox. */
  perTenMinutes: 10_000,
  atOnce: 4,
  /** `Retry-After` of a call above that, in seconds. */
  pauseOfConcurrency: 1,
  /** Changes of these fields are significant. */
  significant: ['start', 'end', 'recurrence', 'attendees', 'location', 'subject'],
} as const;

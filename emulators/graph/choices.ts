/**
 * What no source says of Microsoft Graph's calendars, or what sources contradict each other about. Each choice is made
 * here, once, and told in docs/emulators.md. Those that a client could trip over are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether a delta has the series itself beside its occurrences. */
  mastersInDelta: [true, false],
  /** How much a delta shows of an occurrence that is as its series says. */
  plainOccurrences: ['minimal', 'full'],
  /** Whether `If-Match` is a condition. */
  ifMatch: ['honoured', 'ignored'],
  /** What becomes of a guest's write: it changes the own copy, it is accepted without effect, or refused. */
  guestWrites: ['apply', 'ignore', 'refuse'],
  /** Which changes of the organizer's guests get a mail about. */
  mails: ['significant', 'all'],
  /** The status of a delta link that is over. */
  staleLink: [410, 400],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const MINUTE = 60_000;

/** What the contract says in numbers, and what every other gap is filled with. */
export const CHOICES = {
  tokenLife: 60 * MINUTE,
  pageSize: 10,
  largestPage: 1000,
  /** Calls of an app for a mailbox. */
  perTenMinutes: 10_000,
  atOnce: 4,
  /** A change of these is significant. */
  significant: ['start', 'end', 'recurrence', 'attendees', 'location', 'subject'],
} as const;

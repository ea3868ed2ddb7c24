/**
 * What no source says of Google's Calendar API, or what sources contradict each other about. Each choice is made here,
 * once, and told in docs/emulators.md. Those that a client could trip over are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** What a deleted event, or a cancelled exception, shows in a list: what is sure to be there, or all of it. */
  deletedEvents: ['bare', 'full'],
  /** What becomes of a guest's write of what the organizer decides: accepted without effect, accepted, or refused. */
  guestWrites: ['ignore', 'apply', 'refuse'],
  /** Whether guests get a mail where `sendUpdates` is left out. */
  mailsByDefault: [true, false],
  /** The status of a call over the quota. */
  quotaStatus: [403, 429],
  /** The order of a list. */
  listOrder: ['oldest-change-first', 'newest-change-first'],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What the contract says in numbers, and what every other gap is filled with. */
export const CHOICES = {
  tokenLife: 60 * MINUTE,
  /** The most that `exp` may be after `iat`. */
  longestAssertion: 60 * MINUTE,
  /** How far `iat` may be ahead of the clock. */
  skew: 5 * MINUTE,
  pageSize: 250,
  largestPage: 2500,
  /** Calls in a minute by one user. */
  perMinute: 600,
} as const;

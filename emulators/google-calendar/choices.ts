/**
 * Choices about Google's Calendar API that no source documents, or on which sources disagree. Each choice is
 * made here, once, and explained in docs/emulators.md. Choices that could break a client are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** The fields of a deleted event, or a cancelled exception, in a list: the guaranteed ones, or all. */
  deletedEvents: ['bare', 'full'],
  /**
   * The effect of a guest's write to the organizer's fields: accepted without effect, accepted, or refused.
   */
  guestWrites: ['ignore', 'apply', 'refuse'],
  /** Whether guests get a mail if `sendUpdates` is left out. */
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

/** The numbers of the contract, and the values of all other choices. */
export const CHOICES = {
  tokenLife: 60 * MINUTE,
  /** The longest time from `iat` to `exp`. */
  longestAssertion: 60 * MINUTE,
  /** How far `iat` may be ahead of the clock. */
  skew: 5 * MINUTE,
  pageSize: 250,
  largestPage: 2500,
  /** Characters. */
  longestDescription: 8192,
  /** Calls of one user per minute. */
  perMinute: 600,
} as const;

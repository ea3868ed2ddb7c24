/**
 * What no source says of Daily's REST API. Each choice is made here, once, and told in docs/emulators.md. Those that
 * a client could trip over are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether a room past its `exp` is treated as deleted, or still answers GET, can be revived, and is listed. */
  expiredRooms: ['gone', 'lingering'],
  /** Whether the name of an expired room that is gone is free at once, or only when it was deleted or collected. */
  nameOfExpiredRoom: ['free', 'taken'],
  /** What a `limit` over 100 comes to. */
  tooLargeLimit: ['clamp', 'refuse'],
  /** Whether a cursor still stands for its place in the list after its room was deleted. */
  cursorOfDeletedRoom: ['works', 'refused'],
  /** What a field comes to that the definition does not have. */
  unknownFields: ['refuse', 'ignore'],
  /** Whether room names differ by their case alone. */
  nameCase: ['sensitive', 'insensitive'],
  /** Whether tokens are made for rooms that do not exist. */
  tokensForMissingRooms: ['mint', 'refuse'],
  /** Whether a 429 says when to come back. */
  retryAfter: ['absent', 'seconds'],
  /** Whose calls a rate limit counts together. */
  rateScope: ['domain', 'key'],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const HOUR = 3_600_000;

/** What every other gap of the contract is filled with. */
export const CHOICES = {
  /** Milliseconds after its `exp` until the collector deletes a room. */
  collectedAfter: 24 * HOUR,
  /** The definition says int32, so no `exp` is later. */
  latestExp: 2_147_483_647,
  defaultPrivacy: 'public',
  /** What a webhook hears unless it says otherwise. */
  eventTypes: ['meeting.started', 'meeting.ended', 'participant.joined', 'participant.left'],
  /** Failures in a row after which the circuit breaker of a webhook opens. */
  webhookFailures: 3,
} as const;

/** Texts that were never captured. Daily declares `info` unstable anyway. */
export const TEXTS = {
  nameTooLong: (length: number) => `name is ${length} characters long but should be at most 128`,
  wrongType: (field: string, value: unknown, wanted: string) =>
    `${field} was '${typeof value === 'object' ? JSON.stringify(value) : value}' but should be ${wanted}`,
  unknownField: (field: string) => `unknown parameter '${field}'`,
  tooMany: 'too many requests',
  unknownCursor: (id: string) => `cursor '${id}' is not a room`,
} as const;

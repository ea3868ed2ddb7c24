/**
 * Choices that no source about Daily's REST API documents. Each choice is made here, once, and explained in
 * docs/emulators.md. Choices that could break a client are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether a room past its `exp` counts as deleted, or still answers GET, can be revived, and is listed. */
  expiredRooms: ['gone', 'lingering'],
  /**
   * Whether the name of an expired room that is gone is free immediately, or only after the room was deleted
   * or collected.
   */
  nameOfExpiredRoom: ['free', 'taken'],
  /** The effect of a `limit` over 100. */
  tooLargeLimit: ['clamp', 'refuse'],
  /** Whether a cursor keeps its place in the list after its room was deleted. */
  cursorOfDeletedRoom: ['works', 'refused'],
  /** The effect of a field that the definition does not have. */
  unknownFields: ['refuse', 'ignore'],
  /** Whether upper and lower case in room names differ. */
  nameCase: ['sensitive', 'insensitive'],
  /** Whether tokens are created for rooms that do not exist. */
  tokensForMissingRooms: ['mint', 'refuse'],
  /** Whether a 429 says how long to wait. */
  retryAfter: ['absent', 'seconds'],
  /** The calls that a rate limit counts together. */
  rateScope: ['domain', 'key'],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const HOUR = 3_600_000;

/** The values of all other choices. */
export const CHOICES = {
  /** Milliseconds after its `exp` until the collector deletes a room. */
  collectedAfter: 24 * HOUR,
  /** The definition says int32, so no `exp` is later. */
  latestExp: 2_147_483_647,
  defaultPrivacy: 'public',
  /** The events of a webhook that names none. */
  eventTypes: ['meeting.started', 'meeting.ended', 'participant.joined', 'participant.left'],
  /** The circuit breaker of a webhook opens after this many failures in a row. */
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

/**
 * Choices that no source about Whereby's REST API documents. Each choice is made here, once, and explained in
 * docs/emulators.md. Choices that could break a client are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /**
   * The effect of `roomName[startsWith]` on the list of meetings, whose documentation does not mention it.
   */
  listFilter: ['honoured', 'ignored', 'refused'],
  listOrder: ['oldest', 'newest', 'shuffled'],
  /** Whether a meeting past its `endDate` is listed while it can still be read. */
  expiredListed: [true, false],
  /** Whether a deleted meeting is still listed. In both cases it cannot be read. */
  deletedListed: [false, true],
  /**
   * Hours after its `endDate` until a meeting is deleted: one by the definition, up to 24 by the
   * documentation.
   */
  deletedAfter: [1, 24],
  /** The cost of a list: 3 points in the newer text, 1 in the older. */
  listPoints: [3, 1],
  meetingId: ['digits', 'uuid'],
  /** Whether the key in a host's link is the same in every reply. */
  roomKey: ['stable', 'fresh'],
  /** The field of a 429 that says how long to wait. */
  throttleField: ['msLeft', 'ms_left'],
  /** The bodies of errors without a documented body. */
  errorBodies: ['json', 'empty'],
  /** The effect of a field that the definition does not have. */
  unknownFields: ['ignore', 'refuse'],
  /** The status of PATCH and PUT of a meeting. */
  updateStatus: [404, 405],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const HOUR = 3_600_000;

/** The values of all other choices. */
export const CHOICES = {
  /** Milliseconds after its `endDate` during which people can still enter a meeting. */
  grace: HOUR,
  /** Milliseconds of the window in which points are counted; it begins with its first call. */
  pointsWindow: 60_000,
  firstMeetingId: 87_673_375,
  /** A prefix may also have dashes. Any other character is refused. */
  prefix: /^[a-z0-9-]*$/,
} as const;

/** Texts that were never captured, except for those of 401, 403 and 404. */
export const TEXTS = {
  unauthorized: 'Access token is missing or invalid',
  notFound: "The requested resource doesn't exist",
  throttled: (throttleKey: string) => `Rate limit active for throttle key: ${throttleKey}`,
  required: (field: string) => `${field} is required`,
  invalid: (field: string, wanted: string) => `${field} must be ${wanted}`,
  unknownField: (field: string) => `${field} is not a known field`,
} as const;

/**
 * What no source says of Whereby's REST API. Each choice is made here, once, and told in docs/emulators.md. Those that
 * a client could trip over are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** What `roomName[startsWith]` does on the list of meetings, where its documentation does not mention it. */
  listFilter: ['honoured', 'ignored', 'refused'],
  listOrder: ['oldest', 'newest', 'shuffled'],
  /** Whether a meeting past its `endDate` is listed while it can still be read. */
  expiredListed: [true, false],
  /** Whether a deleted meeting is still listed. It cannot be read either way. */
  deletedListed: [false, true],
  /** Hours after its `endDate` when a meeting is deleted: one by the definition, up to 24 by the documentation. */
  deletedAfter: [1, 24],
  /** What a list costs: 3 points by the newer text, 1 by the older. */
  listPoints: [3, 1],
  meetingId: ['digits', 'uuid'],
  /** Whether the key in a host's link is the same in every reply. */
  roomKey: ['stable', 'fresh'],
  /** Where a 429 says how long to wait. */
  throttleField: ['msLeft', 'ms_left'],
  /** What errors carry whose body is not documented. */
  errorBodies: ['json', 'empty'],
  /** What a field comes to that the definition does not have. */
  unknownFields: ['ignore', 'refuse'],
  /** What PATCH and PUT of a meeting come to. */
  updateStatus: [404, 405],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const HOUR = 3_600_000;

/** What every other gap of the contract is filled with. */
export const CHOICES = {
  /** Milliseconds after its `endDate` that a meeting can still be entered. */
  grace: HOUR,
  /** Milliseconds of the window that points are counted in; it begins with its first call. */
  pointsWindow: 60_000,
  firstMeetingId: 87_673_375,
  /** Beside letters and digits, in a prefix. Anything else is refused. */
  prefix: /^[a-z0-9-]*$/,
} as const;

/** Texts that were never captured, but for those of 401, 403 and 404. */
export const TEXTS = {
  unauthorized: 'Access token is missing or invalid',
  notFound: "The requested resource doesn't exist",
  throttled: (throttleKey: string) => `Rate limit active for throttle key: ${throttleKey}`,
  required: (field: string) => `${field} is required`,
  invalid: (field: string, wanted: string) => `${field} must be ${wanted}`,
  unknownField: (field: string) => `${field} is not a known field`,
} as const;

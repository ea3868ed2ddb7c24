/**
 * What no source says of Zoom's API, or what sources contradict each other about. Each choice is made here, once, and
 * told in docs/emulators.md. Those that a client could trip over are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether the grant may stand in the query of the token call instead of its body. */
  grantInQuery: ['accept', 'refuse'],
  /** Whether a new access token ends the one before. */
  tokens: ['side-by-side', 'single'],
  /** What becomes of a field that the contract does not have. */
  unknownFields: ['ignore', 'refuse'],
  /** Whether a recurring meeting without a fixed time shows a start time. */
  startTimeOfRecurring: ['omit', 'show'],
  /** What a `page_size` over 300 comes to. */
  tooLargePage: ['clamp', 'refuse'],
  /** The order of a host's list. */
  listOrder: ['newest-first', 'oldest-first'],
  /** Seconds until a new meeting is in its host's list. */
  listLag: [0, 30],
  /** Whether a change starts the 365 days of a recurring meeting anew. */
  changeExtends: [false, true],
  /** The farthest start of a scheduled meeting, in days from now; 0 for none. */
  farthestStart: [0, 730],
  /** What the deletion of a meeting comes to while people are in it. */
  deleteWhileLive: ['end', 'refuse'],
  /** What ending a meeting comes to that nobody is in. */
  endWhileIdle: ['accept', 'refuse'],
  /** Whether a meeting in the trash still answers GET. */
  meetingInTrash: ['gone', 'shown'],
  /** Whether deletions count among the hundred changes of a host and day. */
  deletionsCount: [false, true],
  /** Whether refused calls count among them. */
  refusedCallsCount: [true, false],
  /** What a throttled call is told of the limit: everything, the category alone, or nothing. */
  rateHeaders: ['full', 'category', 'none'],
  /** The unit of the timestamp that webhooks are signed with. */
  webhookTimestamp: ['seconds', 'milliseconds'],
  /** Whether a webhook is sent again after a 4xx. */
  webhookRetriesRefusals: [false, true],
  /** The status of a call whose token lacks a scope: 400 with 4711, or 401 with 4700. */
  missingScope: [4711, 4700],
} as const satisfies Positions;

export type Switches = SwitchesOf<typeof POSITIONS>;

export const SWITCHES: Switches = defaultsOf(POSITIONS);

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What the contract says in numbers, and what every other gap is filled with. */
export const CHOICES = {
  tokenLife: 60 * MINUTE,
  pageTokenLife: 15 * MINUTE,
  /** A scheduled meeting after its date, and after each start. */
  scheduledLife: 30 * DAY,
  /** A recurring meeting after its last start. */
  recurringLife: 365 * DAY,
  trashLife: 7 * DAY,
  /** Creations and changes of a host in a UTC day. */
  changesPerDay: 100,
  /** Calls a second: light, medium. */
  perSecond: { Light: 30, Medium: 20 },
  /** People who can be in meetings of one host at once, counted in meetings. */
  meetingsAtOnce: { 1: 1, 2: 2 } as Readonly<Record<number, number>>,
  webhookRetries: 3,
  /** As much of the agenda as a list shows. */
  agendaInList: 250,
} as const;

/** The scopes that a token of the app can have, by what they allow. */
export const SCOPES = {
  create: 'meeting:write:meeting:admin',
  read: 'meeting:read:meeting:admin',
  list: 'meeting:read:list_meetings:admin',
  change: 'meeting:update:meeting:admin',
  delete: 'meeting:delete:meeting:admin',
  status: 'meeting:update:status:admin',
  user: 'user:read:user:admin',
} as const;

/**
 * Choices about Zoom's API that no source documents, or on which sources disagree. Each choice is made here,
 * once, and explained in docs/emulators.md. Choices that could break a client are switches.
 */
import { defaultsOf, type Positions, type SwitchesOf } from '../http/switches.ts';

/** The positions of each switch, the default first. */
export const POSITIONS = {
  /** Whether the grant may be in the query of the token call instead of its body. */
  grantInQuery: ['accept', 'refuse'],
  /** Whether a new access token ends the previous one. */
  tokens: ['side-by-side', 'single'],
  /** The effect of a field that the contract does not have. */
  unknownFields: ['ignore', 'refuse'],
  /** Whether a recurring meeting without a fixed time shows a start time. */
  startTimeOfRecurring: ['omit', 'show'],
  /** The effect of a `page_size` over 300. */
  tooLargePage: ['clamp', 'refuse'],
  /** The order of a host's list. */
  listOrder: ['newest-first', 'oldest-first'],
  /** Seconds until a new meeting is in its host's list. */
  listLag: [0, 30],
  /** Whether a change restarts the 365 days of a recurring meeting. */
  changeExtends: [false, true],
  /** The latest start of a scheduled meeting, in days from now; 0 for no limit. */
  farthestStart: [0, 730],
  /** The effect of deleting a meeting while people are in it. */
  deleteWhileLive: ['end', 'refuse'],
  /** The effect of ending a meeting without people. */
  endWhileIdle: ['accept', 'refuse'],
  /** Whether a meeting in the trash still answers GET. */
  meetingInTrash: ['gone', 'shown'],
  /** Whether deletions count towards the hundred daily changes of a host. */
  deletionsCount: [false, true],
  /** Whether refused calls count towards them. */
  refusedCallsCount: [true, false],
  /** The limit's headers in the answer to a throttled call: all, only the category, or none. */
  rateHeaders: ['full', 'category', 'none'],
  /** The unit of the timestamp in a webhook's signature. */
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

/** The numbers of the contract, and the values of all other choices. */
export const CHOICES = {
  tokenLife: 60 * MINUTE,
  pageTokenLife: 15 * MINUTE,
  /** The life of a scheduled meeting after its date, and after each start. */
  scheduledLife: 30 * DAY,
  /** The life of a recurring meeting after its last start. */
  recurringLife: 365 * DAY,
  trashLife: 7 * DAY,
  /** Creations and changes of a host per UTC day. */
  changesPerDay: 100,
  /** Calls per second: light, medium. */
  perSecond: { Light: 30, Medium: 20 },
  /** Concurrent meetings of one host, by the host's type. */
  meetingsAtOnce: { 1: 1, 2: 2 } as Readonly<Record<number, number>>,
  webhookRetries: 3,
  /** The length of the agenda in a list. */
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

import { createClock } from '../http/clock.ts';
import { Deliveries, type Delivery } from '../http/deliveries.ts';
import { seededRandom } from '../http/random.ts';
import { startEmulator } from '../http/server.ts';
import type { Entry, InventoryEntry, RoomEmulator } from '../room-emulator.ts';
import { type AccountOptions, Accounts } from './accounts.ts';
import { createApi } from './api.ts';
import type { MeetingBody } from './bodies.ts';
import { CHOICES, SWITCHES, type Switches } from './choices.ts';
import { createControls } from './controls.ts';
import { failure } from './errors.ts';
import { Limits } from './limits.ts';
import { type KeptMeeting, type MeetingRecord, Meetings } from './meetings.ts';
import { joinUrl, readTicket } from './shown.ts';
import { type WebhookOptions, Webhooks } from './webhooks.ts';

export interface ZoomOptions {
  readonly accounts: readonly AccountOptions[];
  /** The meetings of an earlier run. */
  readonly rooms?: readonly KeptMeeting[];
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; the rate limits use it too. Default: the machine's clock. */
  readonly now?: () => number;
  /** The seed of random faults and generated ids. Default 1. */
  readonly seed?: number;
  /** The choices that the contract leaves open, see choices.ts. */
  readonly switches?: Partial<Switches>;
  /**
   * With a clock that does not move, a full window never becomes empty: turn the limits off then. Default
   * true.
   */
  readonly rateLimits?: boolean;
  /**
   * Creations and changes of a host per UTC day. This limit is also kept without the others. Default: 100, or none without
   * the others.
   */
  readonly changesPerDay?: number;
  readonly webhook?: WebhookOptions;
  /** Whether webhooks that are not on loopback are called too. Default false. */
  readonly callbacksAnywhere?: boolean;
}

export interface Zoom extends RoomEmulator {
  /** The URL that issues access tokens. */
  readonly tokenUrl: string;
  /** The calls to the webhook. */
  readonly callbacks: readonly Delivery[];
  /** Every meeting ever created, including deleted ones, the oldest first. */
  meetings(accountId?: string): readonly MeetingRecord[];
  /**
   * A host schedules a meeting in their client, which counts towards no limit of the API. @throws Error if
   * there is no such host
   */
  schedule(email: string, body: MeetingBody): MeetingRecord;
  /** The meeting as a call would find it now; undefined if there is none. */
  meeting(id: string): MeetingRecord | undefined;
  /** Creations and changes of a host in this UTC day. */
  changesToday(email: string): number;
  /**
   * Counts this many creations or changes of the host today, as if another program had made them. @throws
   * Error if there is no such host
   */
  spend(email: string, changes: number): void;
  /** An administrator locks a setting: its value in requests is ignored without an error. */
  lock(setting: string, value: unknown): void;
  /** Removes a meeting without a trace: it is not even in the trash. */
  removeMeeting(id: string): void;
  /** Follows a link as a person does, who then stays. @throws Error if it leads nowhere */
  join(link: string, name: string): Entry;
  leave(id: string, name: string): void;
  /**
   * A person enters the address of a webhook on the page of the app. Zoom sends a challenge to it
   * immediately.
   */
  subscribe(hook: WebhookOptions): void;
  challengeWebhook(): void;
  trust(accountId: string, clientSecret: string): void;
  /** From now on, every secret and every token of the account is refused. */
  distrust(accountId: string): void;
  /** From now on, tokens of the account have only these scopes. */
  limitScopes(accountId: string, scopes: readonly string[]): void;
}

/** Starts Zoom's Meetings API on loopback, as its contract describes it. */
export async function startZoom(options: ZoomOptions): Promise<Zoom> {
  const switches = { ...SWITCHES, ...options.switches };
  const clock = createClock(options.now);
  const accounts = new Accounts(options.accounts, switches);
  const meetings = new Meetings(seededRandom(options.seed ?? 1), switches);
  const rateLimits = options.rateLimits ?? true;
  const { changesPerDay = rateLimits ? CHOICES.changesPerDay : Number.POSITIVE_INFINITY } = options;
  const limits = new Limits(switches, changesPerDay);
  const deliveries = new Deliveries({ anywhere: options.callbacksAnywhere ?? false });
  const webhooks = new Webhooks(options.webhook, deliveries, switches);

  const hostNamed = (email: string) =>
    accounts.all.flatMap(({ hosts }) => hosts).find((each) => each.email === email);
  const existingHost = (email: string) => {
    const host = hostNamed(email);
    if (!host) throw new Error(`there is no host ${email}`);
    return host;
  };
  for (const { host, ...meeting } of options.rooms ?? [])
    meetings.keep({ ...meeting, host: existingHost(host), participants: new Set() });
  const known = (id: string): MeetingRecord => {
    const meeting = meetings.existing(id);
    if (!meeting) throw new Error(`there is no meeting ${id}`);
    return meeting;
  };
  const endSession = (meeting: MeetingRecord) => {
    if (meeting.participants.size === 0) return;
    meeting.participants.clear();
    if (meeting.type === 1) meeting.endedAt = clock.now();
    webhooks.tell('meeting.ended', meeting, clock.now());
  };
  const visit = (link: string): { meeting: MeetingRecord; role: Entry['role'] } =>
    visitByLink(link, meetings, clock.now());

  const inside = {
    callbacks: deliveries.log,
    meetings: (accountId?: string) =>
      meetings.all
        .filter(({ host }) => accountId === undefined || host.account.accountId === accountId)
        .sort((a, b) => a.createdAt - b.createdAt),
    meeting: (id: string) => meetings.find(id, clock.now()),
    schedule: (email: string, body: MeetingBody) => meetings.create(existingHost(email), body, clock.now()),
    lock: (setting: string, value: unknown) => meetings.lock(setting, value),
    spend(email: string, changes: number) {
      for (let nth = 0; nth < changes; nth += 1) limits.countChange(existingHost(email), clock.now());
    },
    changesToday(email: string) {
      const host = hostNamed(email);
      return host ? limits.changesOf(host, clock.now()) : 0;
    },
    kept: (): readonly KeptMeeting[] =>
      meetings.all
        .filter(({ deletedAt = 0 }) => Number.isFinite(deletedAt))
        .map(({ host, participants: _, ...meeting }) => ({ ...meeting, host: host.email })),
    removeMeeting(id: string) {
      known(id).deletedAt = Number.NEGATIVE_INFINITY;
    },
    inventory: (accountId?: string): readonly InventoryEntry[] =>
      inside.meetings(accountId).map((meeting) => ({
        id: meeting.id,
        account: meeting.host.account.accountId,
        label: meeting.agenda,
        createdAt: meeting.createdAt,
        expiresAt: meetings.expiryOf(meeting),
        usable: meetings.isThere(meeting, clock.now()),
      })),
    enter(link: string): Entry {
      const { meeting, role } = visit(link);
      return { roomId: meeting.id, role };
    },
    join(link: string, name: string): Entry {
      const { meeting, role } = visit(link);
      if (meeting.participants.size === 0) begin(meeting, role);
      meeting.participants.add(name);
      return { roomId: meeting.id, role };
    },
    leave(id: string, name: string) {
      const meeting = known(id);
      if (meeting.participants.size === 1 && meeting.participants.has(name)) endSession(meeting);
      meeting.participants.delete(name);
    },
    subscribe(hook: WebhookOptions) {
      webhooks.subscribe(hook);
      webhooks.challenge(clock.now());
    },
    challengeWebhook: () => webhooks.challenge(clock.now()),
    trust: (accountId: string, clientSecret: string) =>
      void accounts.named(accountId).clientSecrets.add(clientSecret),
    distrust(accountId: string) {
      const { clientSecrets, tokens } = accounts.named(accountId);
      clientSecrets.clear();
      tokens.clear();
    },
    limitScopes(accountId: string, scopes: readonly string[]) {
      accounts.named(accountId).scopes = scopes;
    },
    settle: () => deliveries.settled(),
  };

  /**
   * @throws Error if the host has too many meetings in progress, or the meeting must be started by its host
   */
  const begin = (meeting: MeetingRecord, role: Entry['role']) => {
    const { host, settings } = meeting;
    if (role === 'guest' && !settings.join_before_host) {
      throw new Error(`nobody enters meeting ${meeting.id} before its host`);
    }
    const live = meetings.all.filter((each) => each.host === host && each.participants.size > 0).length;
    if (live >= (CHOICES.meetingsAtOnce[host.type] ?? 1)) {
      throw new Error(`${host.email} has another meeting in progress`);
    }
    meetings.start(meeting, clock.now());
    webhooks.tell('meeting.started', meeting, clock.now());
  };

  const emulator = await startEmulator({
    title: 'Zoom emulator',
    clock,
    prefixes: ['/v2'],
    failure,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    answer: createApi({
      accounts,
      meetings,
      webhooks,
      limits,
      switches,
      rateLimits,
      now: clock.now,
      endSession,
    }),
    controls: createControls(inside),
  });

  return {
    ...emulator,
    ...inside,
    url: `${emulator.origin}/v2`,
    tokenUrl: `${emulator.origin}/oauth/token`,
    async close() {
      deliveries.close();
      await emulator.close();
    },
  };
}

/** Returns the meeting of a link, and the visitor's role. @throws Error if the link leads nowhere */
function visitByLink(
  link: string,
  meetings: Meetings,
  now: number,
): { meeting: MeetingRecord; role: Entry['role'] } {
  const { pathname, searchParams } = new URL(link);
  const [, kind, id = ''] = /^\/(j|s)\/(\d+)$/.exec(pathname) ?? [];
  const meeting = meetings.existing(id);
  if (!meeting) throw new Error(`the link leads to no meeting: ${pathname}`);
  if (!meetings.isThere(meeting, now)) throw new Error(`meeting ${id} is over or was deleted`);
  if (kind === 's') {
    const ticket = readTicket(searchParams.get('zak') ?? '');
    if (ticket.id !== id || ticket.hostId !== meeting.host.id)
      throw new Error('the host link is for another meeting');
    if (ticket.until <= now) throw new Error('the host link has expired');
    return { meeting, role: 'host' };
  }
  const expected = new URL(joinUrl(meeting)).searchParams.get('pwd');
  if (searchParams.get('pwd') !== expected) throw new Error(`the passcode of meeting ${id} is another`);
  return { meeting, role: 'guest' };
}

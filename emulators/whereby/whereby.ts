import { createClock } from '../http/clock.ts';
import { Deliveries } from '../http/deliveries.ts';
import { seededRandom } from '../http/random.ts';
import { startEmulator } from '../http/server.ts';
import type { Entry, InventoryEntry, RoomEmulator } from '../room-emulator.ts';
import { createApi } from './api.ts';
import { SWITCHES, type Switches } from './choices.ts';
import { type Controlled, createControls } from './controls.ts';
import { createErrors } from './errors.ts';
import { createLinks, type Links } from './links.ts';
import { isUsable, type MeetingRecord } from './meetings.ts';
import { type OrganizationOptions, Organizations, type WebhookOptions } from './organizations.ts';
import { type Client, Sessions } from './sessions.ts';

export interface WherebyOptions {
  readonly organizations: readonly OrganizationOptions[];
  /** The meetings of an earlier run. */
  readonly rooms?: readonly MeetingRecord[];
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; the points use it too. Default: the machine's clock. */
  readonly now?: () => number;
  /** The seed of random faults and short room names. Default 1. */
  readonly seed?: number;
  /** The choices that the contract leaves open, see choices.ts. */
  readonly switches?: Partial<Switches>;
  /** With a clock that does not move, no points become free: turn the limits off then. Default true. */
  readonly rateLimits?: boolean;
  /** Whether webhooks that are not on loopback are called too. Default false. */
  readonly callbacksAnywhere?: boolean;
}

export interface Whereby extends RoomEmulator, Controlled {
  /** Every meeting ever created, including deleted ones, the oldest first. Default: of all organisations. */
  meetings(subdomain?: string): readonly MeetingRecord[];
  /** The meeting as a call would find it now; undefined if there is none. */
  meeting(meetingId: string, subdomain?: string): MeetingRecord | undefined;
  /** Follows a link as a person does. @throws Error if it leads nowhere */
  join(link: string, name?: string): Client;
  leave(meetingId: string, clientId: string, subdomain?: string): void;
}

/** Starts Whereby's REST API on loopback, as its contract describes it. */
export async function startWhereby(options: WherebyOptions): Promise<Whereby> {
  const switches = { ...SWITCHES, ...options.switches };
  const clock = createClock(options.now);
  const organizations = new Organizations(options.organizations, seededRandom(options.seed ?? 1), switches);
  for (const meeting of options.rooms ?? [])
    organizations.named(meeting.subdomain).meetings.keep({ ...meeting });
  const deliveries = new Deliveries({ anywhere: options.callbacksAnywhere ?? false });
  const sessions = new Sessions(organizations, deliveries, clock.now);
  const links = createLinks(switches.roomKey);
  const errors = createErrors(switches);
  const catchUp = () => {
    for (const { meetings } of organizations.all()) meetings.deleteDue(clock.now());
  };
  const organization = (subdomain = options.organizations[0]?.subdomain ?? '') =>
    organizations.named(subdomain);
  const existing = (meetingId: string, subdomain?: string): MeetingRecord => {
    catchUp();
    const meeting = organization(subdomain).meetings.find(meetingId);
    if (!meeting) throw new Error(`there is no meeting ${meetingId}`);
    return meeting;
  };
  const visit = (link: string) => {
    catchUp();
    return visitByLink(link, links, organizations, clock.now());
  };

  const inside = {
    callbacks: deliveries.log,
    meetings(subdomain?: string) {
      catchUp();
      return (subdomain === undefined ? organizations.all() : [organization(subdomain)]).flatMap(
        ({ meetings }) => meetings.all(),
      );
    },
    meeting(meetingId: string, subdomain?: string) {
      catchUp();
      return organization(subdomain).meetings.find(meetingId);
    },
    kept: () => inside.meetings(),
    removeMeeting: (meetingId: string, subdomain?: string) =>
      organization(subdomain).meetings.delete(existing(meetingId, subdomain), clock.now()),
    inventory: (subdomain?: string) =>
      inside.meetings(subdomain).map((meeting) => inventoryEntry(meeting, clock.now())),
    enter(link: string): Entry {
      const { meeting, role } = visit(link);
      return { roomId: meeting.meetingId, role: role === 'host' ? 'host' : 'guest' };
    },
    join(link: string, name = 'somebody') {
      const { meeting, role } = visit(link);
      return sessions.join(meeting, { name, role });
    },
    leave: (meetingId: string, clientId: string, subdomain?: string) =>
      sessions.leave(existing(meetingId, subdomain), clientId),
    participants: (meetingId: string, subdomain?: string) => sessions.in(existing(meetingId, subdomain)),
    addWebhook: (webhook: WebhookOptions, subdomain?: string) =>
      void organization(subdomain).webhooks.push(webhook),
    trust: (subdomain: string, apiKey: string) => void organization(subdomain).apiKeys.add(apiKey),
    distrust(subdomain: string, apiKey?: string) {
      const { apiKeys } = organization(subdomain);
      if (apiKey === undefined) apiKeys.clear();
      else apiKeys.delete(apiKey);
    },
    async settle() {
      catchUp();
      await deliveries.settled();
    },
  };

  const emulator = await startEmulator({
    title: 'Whereby emulator',
    clock,
    prefixes: ['/v1'],
    failure: errors.failure,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    answer: createApi({
      organizations,
      sessions,
      links,
      errors,
      switches,
      rateLimits: options.rateLimits ?? true,
      now: clock.now,
      catchUp,
    }),
    controls: createControls(inside),
  });
  clock.onTurn(catchUp);

  return {
    ...emulator,
    ...inside,
    url: `${emulator.origin}/v1`,
    async close() {
      deliveries.close();
      await emulator.close();
    },
  };
}

/** Returns the room of a link, and the visitor's role. @throws Error if the link leads nowhere */
function visitByLink(
  link: string,
  links: Links,
  organizations: Organizations,
  now: number,
): { meeting: MeetingRecord; role: string } {
  const { subdomain, roomName, meetingId, role } = links.read(link);
  const meeting = organizations.named(subdomain).meetings.findByName(roomName);
  if (!meeting) throw new Error(`the link leads to no room: ${roomName}`);
  if (!isUsable(meeting, now)) throw new Error(`nobody can enter ${roomName} any more: it is over`);
  if (meetingId !== undefined && meetingId !== meeting.meetingId)
    throw new Error('the room key is for another room');
  return { meeting, role };
}

const inventoryEntry = (meeting: MeetingRecord, now: number): InventoryEntry => ({
  id: meeting.meetingId,
  account: meeting.subdomain,
  label: meeting.roomName.slice(1),
  createdAt: meeting.startDate,
  expiresAt: meeting.endDate,
  usable: isUsable(meeting, now),
});

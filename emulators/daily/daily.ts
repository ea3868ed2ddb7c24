import { createClock } from '../http/clock.ts';
import { Deliveries } from '../http/deliveries.ts';
import { seededRandom } from '../http/random.ts';
import { startEmulator } from '../http/server.ts';
import type { Entry, InventoryEntry, RoomEmulator } from '../room-emulator.ts';
import { createApi } from './api.ts';
import { SWITCHES, type Switches } from './choices.ts';
import { type Controlled, createControls } from './controls.ts';
import { type Domain, type DomainOptions, Domains } from './domains.ts';
import { failure } from './errors.ts';
import { readMeetingToken } from './links.ts';
import { Meetings, type Participant } from './meetings.ts';
import { expiryOf, type RoomRecord } from './rooms.ts';
import { Webhooks } from './webhooks.ts';

export interface DailyOptions {
  readonly domains: readonly DomainOptions[];
  /** The rooms of an earlier run. */
  readonly rooms?: readonly RoomRecord[];
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; the rate limits use it too. Default: the machine's clock. */
  readonly now?: () => number;
  /** The seed of random faults and generated names. Default 1. */
  readonly seed?: number;
  /** The choices that the contract leaves open, see choices.ts. */
  readonly switches?: Partial<Switches>;
  /**
   * With a clock that does not move, a full window never becomes empty: turn the limits off then. Default
   * true.
   */
  readonly rateLimits?: boolean;
  /** Whether webhooks that are not on loopback are called too. Default false. */
  readonly callbacksAnywhere?: boolean;
}

export interface Daily extends RoomEmulator, Controlled {
  /** Every room ever created, including deleted ones, the oldest first. Default: of all domains. */
  rooms(domainName?: string): readonly RoomRecord[];
  /** The room as a call would find it now; undefined if there is none. */
  room(name: string, domainName?: string): RoomRecord | undefined;
  /**
   * Follows a link as a person does; an owner's token in it makes the person an owner. @throws Error if it
   * leads nowhere
   */
  join(link: string, userId?: string): Participant;
  leave(roomName: string, participantId: string, domainName?: string): void;
}

/** Starts Daily's REST API on loopback, as its contract describes it. */
export async function startDaily(options: DailyOptions): Promise<Daily> {
  const switches = { ...SWITCHES, ...options.switches };
  const clock = createClock(options.now);
  const domains = new Domains(options.domains, seededRandom(options.seed ?? 1), switches);
  for (const room of options.rooms ?? []) domains.named(room.domainName).rooms.keep({ ...room });
  const deliveries = new Deliveries({ anywhere: options.callbacksAnywhere ?? false });
  const webhooks = new Map(domains.all().map(({ domainName }) => [domainName, new Webhooks(deliveries)]));
  // every domain has its webhooks
  const webhooksOf = (domainName: string) => webhooks.get(domainName) as Webhooks;
  const meetings = new Meetings((room, type, payload) =>
    webhooksOf(room.domainName).tell(type, payload, clock.now()),
  );
  const catchUp = () => {
    meetings.ejectDue(clock.now());
    for (const { rooms } of domains.all()) rooms.collect(clock.now());
  };
  const domainOf = (name = options.domains[0]?.domainName ?? ''): Domain => domains.named(name);
  const existing = (name: string, domainName?: string): RoomRecord => {
    const room = domainOf(domainName).rooms.existing(name);
    if (!room) throw new Error(`there is no room ${name}`);
    return room;
  };
  const visit = (link: string) => visitByLink(link, domains, clock.now());

  const inside = {
    callbacks: deliveries.log,
    rooms(domainName?: string) {
      catchUp();
      return (domainName === undefined ? domains.all() : [domainOf(domainName)]).flatMap(({ rooms }) =>
        rooms.all(),
      );
    },
    room(name: string, domainName?: string) {
      catchUp();
      return domainOf(domainName).rooms.find(name, clock.now());
    },
    kept() {
      catchUp();
      return domains.all().flatMap(({ rooms }) => rooms.existingOnes());
    },
    removeRoom: (name: string, domainName?: string) =>
      domainOf(domainName).rooms.delete(existing(name, domainName)),
    inventory: (domainName?: string) =>
      inside.rooms(domainName).map((room) => inventoryEntry(room, domains, clock.now())),
    enter(link: string): Entry {
      const { room, isOwner } = visit(link);
      return { roomId: room.id, role: isOwner ? 'host' : 'guest' };
    },
    join(link: string, userId?: string) {
      catchUp();
      const { room, isOwner } = visit(link);
      return meetings.join(room, { isOwner, ...(userId !== undefined && { userId }) }, clock.now());
    },
    leave: (name: string, participantId: string, domainName?: string) =>
      meetings.leave(existing(name, domainName), participantId, clock.now()),
    participants(name: string, domainName?: string) {
      catchUp();
      return meetings.in(existing(name, domainName));
    },
    trust: (domainName: string, apiKey: string) => void domainOf(domainName).apiKeys.add(apiKey),
    distrust(domainName: string, apiKey?: string) {
      const { apiKeys } = domainOf(domainName);
      if (apiKey === undefined) apiKeys.clear();
      else apiKeys.delete(apiKey);
    },
    async settle() {
      catchUp();
      await deliveries.settled();
    },
  };

  const emulator = await startEmulator({
    title: 'Daily emulator',
    clock,
    prefixes: ['/v1'],
    failure,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    answer: createApi({
      domains,
      meetings,
      webhooksOf: ({ domainName }) => webhooksOf(domainName),
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

/** Returns the room of a link, and whether the visitor may enter. @throws Error if the link leads nowhere */
function visitByLink(link: string, domains: Domains, now: number): { room: RoomRecord; isOwner: boolean } {
  const { hostname, pathname, searchParams } = new URL(link);
  const domain = domains.named(hostname.replace(/\.daily\.co$/, ''));
  const room = domain.rooms.existing(pathname.slice(1));
  if (!room) throw new Error(`the link leads to no room: ${pathname.slice(1)}`);
  if (expiryOf(room) <= now) throw new Error(`nobody can join room ${room.name} any more: it has expired`);
  if (Number(room.config.nbf ?? 0) > now / 1000) throw new Error(`nobody can join room ${room.name} yet`);
  const token = searchParams.get('t');
  if (token === null) {
    const { enable_knocking, enable_prejoin_ui } = room.config;
    // people knock in the prejoin screen
    if (room.privacy !== 'private' || (enable_knocking && enable_prejoin_ui)) return { room, isOwner: false };
    throw new Error(`room ${room.name} is private: enter with a token, or let people knock`);
  }
  const claims = readMeetingToken(token, domain.apiKeys, now);
  if (claims.d !== domain.domainId) throw new Error('the token is for another domain');
  if (claims.r !== undefined && claims.r !== room.name) throw new Error('the token is for another room');
  return { room, isOwner: claims.o === true };
}

function inventoryEntry(room: RoomRecord, domains: Domains, now: number): InventoryEntry {
  const expiry = expiryOf(room);
  const isThere = domains.named(room.domainName).rooms.existing(room.name) === room;
  return {
    id: room.id,
    account: room.domainName,
    label: room.name,
    createdAt: room.createdAt,
    ...(Number.isFinite(expiry) && { expiresAt: expiry }),
    usable: isThere && expiry > now,
  };
}

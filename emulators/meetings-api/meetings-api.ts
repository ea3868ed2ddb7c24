import type { KeyObject } from 'node:crypto';
import { createClock } from '../http/clock.ts';
import { Deliveries } from '../http/deliveries.ts';
import { seededRandom } from '../http/random.ts';
import { startEmulator } from '../http/server.ts';
import type { Entry, InventoryEntry, RoomEmulator } from '../room-emulator.ts';
import { createApi } from './api.ts';
import { type ApplicationOptions, Applications } from './applications.ts';
import { type CreateBody, checkCreate } from './bodies.ts';
import { Callbacks, type Participant, type Session } from './callbacks.ts';
import { SWITCHES, type Switches } from './choices.ts';
import { type Controlled, createControls } from './controls.ts';
import { failure } from './errors.ts';
import { createRoomLinks } from './links.ts';
import type { RoomRecord } from './room.ts';
import { Rooms } from './rooms.ts';
import { Gate } from './tokens.ts';

export interface MeetingsApiOptions {
  readonly applications: readonly ApplicationOptions[];
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  readonly now?: () => number;
  /** The room limit of an application. Default 1,000. */
  readonly roomLimit?: number;
  /** The seed of random faults, meeting codes and gaps between serials. Default 1. */
  readonly seed?: number;
  /** The choices that the contract leaves open, see choices.ts. */
  readonly switches?: Partial<Switches>;
  /** Whether callback URLs that are not on loopback are called too. Default false. */
  readonly callbacksAnywhere?: boolean;
  /** Rooms that already exist, as `rooms()` of an earlier run returned them. */
  readonly rooms?: readonly RoomRecord[];
}

export interface MeetingsApi extends RoomEmulator, Controlled {
  /** Creates a room without a call and without the limit. Default: a long-term room of 30 days. */
  addRoom(applicationId: string, body?: CreateBody): RoomRecord;
  /** @returns the participant's id */
  join(roomId: string, participant: Participant): string;
  leave(roomId: string, participantId: string, participant: Participant): void;
}

const PREFIXES = ['/v1/meetings', '/beta/meetings', '/meetings'];
const DAY = 24 * 3_600_000;

/** Milliseconds between two checks of the clock, for callbacks of rooms that expire without any call. */
const TICK = 1000;

/** Starts the Meetings API on loopback, as its contract describes it. */
export async function startMeetingsApi(options: MeetingsApiOptions): Promise<MeetingsApi> {
  const switches = { ...SWITCHES, ...options.switches };
  const clock = createClock(options.now);
  const gate = new Gate();
  const rooms = new Rooms(seededRandom(options.seed ?? 1), switches);
  for (const room of options.rooms ?? []) rooms.keep({ ...room });
  const deliveries = new Deliveries({ anywhere: options.callbacksAnywhere ?? false });
  const callbacks = new Callbacks(deliveries);
  const links = createRoomLinks();
  const applications = new Applications(options.applications, gate, options.roomLimit ?? 1000);

  const catchUp = () => {
    for (const room of rooms.expireDue(clock.now())) callbacks.expired(room);
  };
  const existing = (id: string): RoomRecord => {
    catchUp();
    const room = rooms.find(id);
    if (!room) throw new Error(`there is no room ${id}`);
    return room;
  };
  const withSession = (id: string): [RoomRecord, Session] => {
    const room = existing(id);
    const session = callbacks.sessionIn(room);
    if (!session) throw new Error(`there is no session in room ${id}: start one first`);
    return [room, session];
  };

  const inside = {
    callbacks: deliveries.log,
    rooms: (applicationId?: string) => {
      catchUp();
      return applicationId === undefined ? rooms.all() : rooms.of(applicationId);
    },
    room: (id: string) => {
      catchUp();
      return rooms.find(id);
    },
    kept: () => inside.rooms(),
    inventory: (applicationId?: string) => inside.rooms(applicationId).map(inventoryEntry),
    enter(link: string): Entry {
      catchUp();
      const { meetingCode, role } = links.read(link);
      const room = rooms.findByCode(meetingCode);
      if (!room) throw new Error(`the link leads to no room: ${meetingCode}`);
      if (room.expired) throw new Error(`the link leads to a room that has expired: ${meetingCode}`);
      return { roomId: room.id, role };
    },
    addRoom(applicationId: string, body: CreateBody = stranger(clock.now())) {
      const [complaint] = checkCreate(body, clock.now());
      if (complaint) throw new Error(complaint);
      return rooms.create(applicationId, body, clock.now());
    },
    removeRoom: (id: string) => rooms.remove(existing(id)),
    expireRoom(id: string) {
      const room = existing(id);
      if (room.expired) return;
      rooms.expire(room, clock.now());
      callbacks.expired(room);
    },
    startSession(id: string) {
      const room = existing(id);
      if (room.expired) throw new Error(`room ${id} has expired: nobody can meet in it`);
      return callbacks.sessionIn(room) ?? callbacks.started(room, clock.now());
    },
    endSession(id: string) {
      const [room, session] = withSession(id);
      callbacks.ended(room, session, clock.now());
      if (room.expire_after_use) inside.expireRoom(id);
    },
    join: (id: string, participant: Participant) => callbacks.joined(...withSession(id), participant),
    leave: (id: string, participantId: string, participant: Participant) =>
      callbacks.left(...withSession(id), participantId, participant),
    async settle() {
      catchUp();
      await deliveries.settled();
    },
    trust: (applicationId: string, key: string | KeyObject) => gate.trust(applicationId, key),
    distrust: (applicationId: string, key?: string | KeyObject) => gate.distrust(applicationId, key),
    token: (applicationId?: string) => applications.token(clock.now(), applicationId),
  };

  const emulator = await startEmulator({
    title: 'Meetings API emulator',
    clock,
    prefixes: PREFIXES,
    failure,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    answer: createApi({
      gate,
      rooms,
      links,
      switches,
      now: clock.now,
      catchUp,
      roomLimit: (applicationId) => applications.roomLimit(applicationId),
    }),
    controls: createControls(inside),
  });
  clock.onTurn(catchUp);
  const ticking = setInterval(catchUp, TICK).unref();

  return {
    ...emulator,
    ...inside,
    url: `${emulator.origin}${PREFIXES[0]}`,
    async close() {
      clearInterval(ticking);
      deliveries.close();
      await emulator.close();
    },
  };
}

const stranger = (now: number): CreateBody => ({
  display_name: 'Somebody else',
  type: 'long_term',
  expires_at: new Date(now + 30 * DAY).toISOString(),
});

const inventoryEntry = (room: RoomRecord): InventoryEntry => ({
  id: room.id,
  account: room.applicationId,
  label: room.metadata ?? '',
  createdAt: room.createdAt,
  expiresAt: room.expiresAt,
  usable: !room.expired,
});

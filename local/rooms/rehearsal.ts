import { randomUUID } from 'node:crypto';
import { pool } from '../../functions/adapters/pool.ts';
import { roomProvider } from '../../functions/adapters/providers.ts';
import { readFile } from '../../functions/feeds/read-file.ts';
import {
  CALENDAR_DEFAULTS,
  type CalendarSettings,
} from '../../functions/requests/calendar/event/settings.ts';
import { parseMessage } from '../../functions/requests/parse.ts';
import { serveRequest } from '../../functions/rooms/actions/serve.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { RequestRefusedError } from '../../functions/rooms/model/errors.ts';
import type { ProviderRoom, RoomChange, RoomProvider, RoomStore } from '../../functions/rooms/model/ports.ts';
import type { Room, RoomRequest } from '../../functions/rooms/model/room.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import { numberIn, readApplications } from '../../functions/runtime/configuration.ts';
import { deploymentMarks } from '../../functions/runtime/deployment-marks.ts';
import type { CalendarVariable, CreateRoomsEnvironment } from '../../functions/runtime/environment.ts';
import type { BusEvent } from './bus-event.ts';

/** The effect that a request would have on one key. */
export interface Rehearsed {
  readonly key: string;
  readonly action: string;
  /** The current row; absent if there is none. */
  readonly found?: { readonly state: string; readonly generation: number; readonly expiresAt?: string };
  /** The outcome as the log of `create-rooms` has it, or `refused`. */
  readonly outcome: string;
  /** The reason of the decision, or a note about a refusal or a series. */
  readonly reason?: string;
  /** The row afterwards. */
  readonly state?: string;
  readonly expiresAt?: string;
  readonly warnings: readonly string[];
}

const SECOND = 1000;

/**
 * Returns what a message would do, without doing it. The message goes through the function's parser and
 * domain, with the current table. The provider only answers, and writes are not kept.
 *
 * @param body of a message in the requests queue
 * @param environment of the function `create-rooms`
 */
export async function rehearse(
  body: string,
  environment: CreateRoomsEnvironment,
  rooms: RoomStore,
): Promise<readonly Rehearsed[]> {
  const expiries = new Map<string, Instant>();
  const store = unkept(rooms, expiries);
  const context = keepingOf(environment, store, expiries);
  try {
    const message = { body, messageId: `<its id>-${randomUUID()}`, sentAt: context.now() };
    const parsed = await parseMessage(message, { calendar: calendarOf(environment) });
    const { requests, split, series = [], skipped } = parsed;
    const results: Rehearsed[] = [];
    for (const request of requests) results.push(await rehearseOne(request, store, context));
    for (const part of split) results.push(...(await rehearse(part, environment, store)));
    for (const { key, whole, exceptions } of series) {
      const count = (whole?.planned.length ?? 0) + exceptions.length;
      const reason = `${count} of its meetings have rooms of their own, each made when it is near`;
      results.push({ key, action: 'series', outcome: 'followed', reason, warnings: [] });
    }
    if (skipped === undefined) return results;
    return [...results, { key: '-', action: '-', outcome: 'skipped', reason: skipped, warnings: [] }];
  } catch (error) {
    return [refused({ key: '-', action: '-' }, error)];
  }
}

/** Returns what a calendar file in the bucket would do, message by message. */
export async function rehearseFile(
  file: { readonly key: string; readonly text: string },
  environment: CreateRoomsEnvironment,
  rooms: RoomStore,
): Promise<readonly Rehearsed[]> {
  const bodies: string[] = [];
  const source = { read: async () => file.text };
  const outbox = { send: async (more: readonly string[]) => void bodies.push(...more) };
  const results: Rehearsed[] = [];
  try {
    await readFile({ bucket: '', key: file.key, at: Date.now() }, { source, outbox });
  } catch (error) {
    results.push(refused({ key: '-', action: '-' }, error));
  }
  for (const body of bodies) results.push(...(await rehearse(body, environment, rooms)));
  return results;
}

/** An event reaches the queue unchanged through a rule of the bus. */
export function asMessage(event: BusEvent): string {
  const time = new Date().toISOString();
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    account: '000000000000',
    region: 'local',
    time,
    resources: [],
    ...event,
  });
}

async function rehearseOne(request: RoomRequest, store: RoomStore, context: RoomContext): Promise<Rehearsed> {
  const found = await store.read(request.key);
  const about = {
    key: request.key.replace(/<its id>-\S+/, '<its id>'),
    action: request.action,
    ...(found && { found: { state: found.state, generation: found.generation, ...expiryOf(found) } }),
  };
  if (request.imported) {
    const reason = 'this run asks no provider: import --dry-run does, and says what would come of it';
    return { ...about, outcome: 'looked for at its provider', reason, warnings: [] };
  }
  try {
    const { outcome, reason, room } = await serveRequest(request, context);
    const after = room && { state: room.state, ...expiryOf(room) };
    return {
      ...about,
      outcome,
      ...(reason !== undefined && { reason }),
      ...after,
      warnings: room?.warnings ?? [],
    };
  } catch (error) {
    return refused(about, error);
  }
}

const expiryOf = ({ current }: Room) =>
  current ? { expiresAt: new Date(current.expiresAt).toISOString() } : {};

function refused(about: Pick<Rehearsed, 'key' | 'action' | 'found'>, error: unknown): Rehearsed {
  const { message } = error as Error;
  return {
    ...about,
    outcome: error instanceof RequestRefusedError ? 'refused' : 'tried again',
    reason: message,
    warnings: [],
  };
}

function keepingOf(
  environment: CreateRoomsEnvironment,
  rooms: RoomStore,
  expiries: ReadonlyMap<string, Instant>,
): RoomContext {
  const seconds = (name: 'LEASE_SECONDS' | 'RENEW_BEFORE_SECONDS' | 'LONGEST_GAP_SECONDS') =>
    numberIn(name, environment[name]) * SECOND;
  const now = () => Date.now();
  return {
    rooms,
    pool: pool(readApplications(environment.APPLICATIONS), (entry) =>
      onlyAnswering(roomProvider(entry, { now, secrets: { read: unasked } }), expiries),
    ),
    events: { announce: async () => {}, report: async () => {} },
    now,
    newOwner: randomUUID,
    ...deploymentMarks(environment),
    lease: seconds('LEASE_SECONDS'),
    renewal: { renewBefore: seconds('RENEW_BEFORE_SECONDS'), longestGap: seconds('LONGEST_GAP_SECONDS') },
  };
}

function unasked(): never {
  throw new Error('a dry run asks for no credential');
}

function calendarOf({ CALENDAR }: CreateRoomsEnvironment): CalendarSettings {
  const { graceSeconds, horizonSeconds, ...settings }: CalendarVariable = JSON.parse(CALENDAR);
  return {
    ...CALENDAR_DEFAULTS,
    ...settings,
    ...(graceSeconds !== undefined && { grace: graceSeconds * SECOND }),
    ...(horizonSeconds !== undefined && { horizon: horizonSeconds * SECOND }),
  };
}

/**
 * Reads from the table; only this run sees its writes.
 *
 * @param expiries receives the expiries of the rooms that were read, by their ids
 */
function unkept(rooms: RoomStore, expiries: Map<string, Instant>): RoomStore {
  const written = new Map<string, Room>();
  const read = async (key: string) => {
    const room = written.get(key) ?? (await rooms.read(key));
    if (room?.current) expiries.set(room.current.id, room.current.expiresAt);
    return room;
  };
  return {
    read,
    glance: read,
    async write(room) {
      const next = { ...room, revision: room.revision + 1 };
      written.set(room.key, next);
      return next;
    },
    archive: async () => {},
    history: (key) => rooms.history(key),
    due: (...asked) => rooms.due(...asked),
    scan: (cursor) => rooms.scan(cursor),
    reserve: async (_place, key) => ({ key, since: Date.now() }),
    keyOf: (application, roomId) => rooms.keyOf(application, roomId),
    listEnd: (application) => rooms.listEnd(application),
    noteListEnd: async () => {},
  };
}

/** A provider with the rules of the real one, which creates, changes and ends nothing. */
function onlyAnswering(provider: RoomProvider, expiries: ReadonlyMap<string, Instant>): RoomProvider {
  const room = (id: string, expiresAt: number): ProviderRoom => ({
    id,
    guestUrl: '<its link>',
    createdAt: Date.now(),
    expiresAt,
    available: true,
  });
  return {
    capabilities: provider.capabilities,
    limitations: (settings) => provider.limitations(settings),
    create: async ({ expiresAt, token }) => ({ ...room('<its id>', expiresAt), token }),
    find: async () => [],
    get: async () => undefined,
    change: async (id, change: RoomChange) => room(id, change.expiresAt ?? expiries.get(id) ?? Date.now()),
    retire: async () => Date.now() + provider.capabilities.shortestLife,
    hostUrl: async () => undefined,
    list: async function* () {},
    bookmark: () => undefined,
  };
}

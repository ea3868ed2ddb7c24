import { roomRequest } from '../../functions/requests/room-request/room-request.ts';
import { requestSequence } from '../../functions/requests/room-request/sequence.ts';
import { decideImport } from '../../functions/rooms/decisions/import.ts';
import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
import { notOfPool } from '../../functions/rooms/model/placement.ts';
import type { ProviderRoom } from '../../functions/rooms/model/ports.ts';
import type { ImportedRoom, PastGeneration, Room } from '../../functions/rooms/model/room.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import { blankRoom, hasEnded, isAlive } from '../../functions/rooms/model/transitions.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { CallError, forEveryOne } from '../frame/errors.ts';
import type { NamedRoom } from './import-file.ts';

/** The effect of an import on a room, as JSON. */
export interface PlannedImport {
  readonly key: string;
  readonly application: string;
  /** The provider's id; a link without a room stays unchanged. */
  readonly room: string;
  readonly guestUrl?: string;
  /** When the room ends; absent if it has no end, or does not exist. */
  readonly expiresAt?: string;
  /** `import`: it would be requested; `sent`: it was. `unchanged`: the key already has it. */
  readonly outcome: 'import' | 'sent' | 'unchanged' | 'refused';
  readonly reason?: string;
}

/** A room to request, with the body of its message. */
export interface Import extends PlannedImport {
  readonly body: string;
}

/** The selected rooms of the accounts, in addition to those of a file. */
export interface RoomChoice {
  readonly applications: readonly string[];
  /** A text in the id, the link or the name of each; empty for all. */
  readonly matching: string;
  /** Returns the prefix of the keys, before the ids. */
  readonly prefix: (application: string) => string;
}

export interface Wanted {
  readonly named: readonly NamedRoom[];
  readonly choice?: RoomChoice;
  /** Fields of every room that does not have them. */
  readonly usual: Readonly<Record<string, unknown>>;
  /** Called with progress messages. */
  readonly told: (progress: string) => void;
}

/**
 * Returns what an import would do. It reads the providers' lists, then all rows, and then makes the workers'
 * own decision for each room. It keeps only the selected rooms in memory.
 *
 * @throws CallError if a file has an invalid request
 */
export async function planImport(deployment: Deployment, wanted: Wanted): Promise<readonly Import[]> {
  const { applications } = deployment;
  const names = applications.map(({ name }) => name);
  const asked = forEveryOne(wanted.named, (room) => askedOf(room, wanted.usual, names));
  mustBeDifferent(asked);
  const lists = await readLists(deployment, asked, wanted);
  const candidates = [...asked.map((each) => resolved(each, lists)), ...chosenRooms(asked, lists, wanted)];
  const owners = await readOwners(deployment, candidates, wanted.told);
  return candidates.map((candidate) => planned(candidate, owners, deployment));
}

/** A room that a file requests. */
interface Asked {
  readonly at: string;
  readonly key: string;
  readonly application: string;
  /** An id or a link. */
  readonly room: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function askedOf({ at, fields, wrong }: NamedRoom, usual: Wanted['usual'], names: readonly string[]): Asked {
  if (wrong !== undefined) throw new CallError(`${at}: ${wrong}`);
  const [only] = names;
  const { link, room = link, ...rest } = fields;
  const body = { application: names.length === 1 ? only : undefined, ...usual, ...rest, room };
  // any object can be asked for a field, which is unknown
  const { key, application } = body as { key?: unknown; application?: unknown };
  if (typeof room !== 'string' || room === '')
    throw new CallError(`${at}: room: is missing: name its id or its link`);
  if (typeof application !== 'string' || !names.includes(application)) {
    throw new CallError(
      `${at}: application: ${notOfPool(names, application === undefined ? undefined : String(application))}`,
    );
  }
  // a link is looked up first, because a request needs an id
  importedBy({ ...body, room: 'id' }, at);
  return { at, key: String(key), application, room, fields: body };
}

/** @throws CallError with the text of the refusal that the request would get */
function importedBy(
  fields: Readonly<Record<string, unknown>>,
  at: string,
  now: Instant = Date.now(),
): ImportedRoom {
  try {
    const sequence = requestSequence(now, now);
    const { imported } = roomRequest(
      { ...fields, action: 'import' },
      { at: '', derivedKey: '', sentAt: now, sequence },
    );
    if (imported) return imported;
  } catch (cause) {
    throw new CallError(`${at}: ${(cause as Error).message}`, { cause });
  }
  throw new CallError(`${at}: is no import`);
}

function mustBeDifferent(asked: readonly Asked[]): void {
  for (const name of ['key', 'room'] as const) {
    const seen = new Map<string, string>();
    forEveryOne(asked, (each) => {
      const value = name === 'key' ? each.key : `${each.application} ${each.room}`;
      const before = seen.get(value);
      if (before !== undefined)
        throw new CallError(`${each.at}: ${name}: ${each[name]} is in ${before} already`);
      seen.set(value, each.at);
    });
  }
}

/** The selected rooms of an account. */
interface WantedRooms {
  readonly byId: Map<string, ProviderRoom>;
  /** `undefined`: two rooms have it. */
  readonly byLink: Map<string, ProviderRoom | undefined>;
  readonly chosen: ProviderRoom[];
}

async function readLists(
  { pool }: Deployment,
  asked: readonly Asked[],
  { choice, told }: Wanted,
): Promise<ReadonlyMap<string, WantedRooms>> {
  const lists = new Map<string, WantedRooms>();
  const chosen = choice?.applications ?? [];
  for (const application of new Set([...asked.map((each) => each.application), ...chosen])) {
    const named = asked.filter((each) => each.application === application).map(({ room }) => plain(room));
    const matching = chosen.includes(application) ? choice?.matching : undefined;
    const found = new ListSearch(new Set(named), matching);
    let read = 0;
    for await (const page of pool.provider(application).list()) {
      for (const room of page) found.take(room);
      read += page.length;
      told(`${read.toLocaleString('en')} rooms of ${application} listed`);
    }
    lists.set(application, found);
  }
  return lists;
}

/** Keeps the selected rooms of a list. */
class ListSearch implements WantedRooms {
  readonly byId = new Map<string, ProviderRoom>();
  readonly byLink = new Map<string, ProviderRoom | undefined>();
  readonly chosen: ProviderRoom[] = [];
  readonly #named: ReadonlySet<string>;
  readonly #matching: string | undefined;

  constructor(named: ReadonlySet<string>, matching: string | undefined) {
    this.#named = named;
    this.#matching = matching;
  }

  take(room: ProviderRoom): void {
    const link = plain(room.guestUrl);
    if (this.#named.has(room.id)) this.byId.set(room.id, room);
    if (this.#named.has(link)) this.byLink.set(link, this.byLink.has(link) ? undefined : room);
    if (this.#matching !== undefined && matches(room, this.#matching)) this.chosen.push(room);
  }
}

/**
 * Removes the parts of a link that do not distinguish rooms: people's copies have a passcode, a slash or
 * neither.
 */
function plain(room: string): string {
  if (!/^https?:\/\//i.test(room) || !URL.canParse(room)) return room;
  const { host, pathname } = new URL(room);
  return `${host}${pathname.replace(/\/+$/, '')}`;
}

/** Rooms of deployments are already kept, so they do not match. */
function matches({ id, guestUrl, settings, token, available }: ProviderRoom, text: string): boolean {
  if (token !== undefined || !available) return false;
  return [id, guestUrl, settings?.display_name ?? ''].some((part) =>
    part.toLowerCase().includes(text.toLowerCase()),
  );
}

interface Candidate {
  readonly at: string;
  readonly key: string;
  readonly application: string;
  readonly room: string;
  readonly seen?: ProviderRoom;
  readonly fields: Readonly<Record<string, unknown>>;
}

function resolved(asked: Asked, lists: ReadonlyMap<string, WantedRooms>): Candidate {
  const { byId, byLink } = lists.get(asked.application) ?? {};
  const seen = byId?.get(asked.room) ?? byLink?.get(plain(asked.room));
  return { ...asked, room: seen?.id ?? asked.room, ...(seen && { seen }) };
}

function chosenRooms(
  asked: readonly Asked[],
  lists: ReadonlyMap<string, WantedRooms>,
  { choice, usual }: Wanted,
): Candidate[] {
  if (!choice) return [];
  return choice.applications.flatMap((application) => {
    const { byId, byLink, chosen = [] } = lists.get(application) ?? {};
    const isAsked = ({ id, guestUrl }: ProviderRoom) => byId?.has(id) || byLink?.has(plain(guestUrl));
    return chosen
      .filter((room) => asked.length === 0 || !isAsked(room))
      .map((seen) => {
        const key = `${choice.prefix(application)}${seen.id}`;
        return { at: seen.id, key, application, room: seen.id, seen, fields: { ...usual, key, application } };
      });
  });
}

/** The table's data about the candidates. */
interface Owners {
  /** The key that has a room, by its place. */
  readonly rooms: ReadonlyMap<string, string>;
  /** Earlier rooms of a key, by place and key. */
  readonly past: ReadonlySet<string>;
  readonly rows: ReadonlyMap<string, Room>;
}

async function readOwners(
  { rooms: store, now }: Deployment,
  candidates: readonly Candidate[],
  told: Wanted['told'],
): Promise<Owners> {
  const places = new Set(candidates.map(placeOf));
  const keys = new Set(candidates.map(({ key }) => key));
  const rooms = new Map<string, string>();
  const past = new Set<string>();
  const rows = new Map<string, Room>();
  const take = (entry: Room | PastGeneration) => {
    if (!('revision' in entry)) {
      const place = placeOf({ application: entry.application, room: entry.roomId });
      if (places.has(place)) past.add(`${place} ${entry.key}`);
      return;
    }
    if (keys.has(entry.key)) rows.set(entry.key, entry);
    for (const { application, id } of livingOf(entry, now())) {
      const place = placeOf({ application, room: id });
      if (places.has(place)) rooms.set(place, entry.key);
    }
  };
  let read = 0;
  for await (const entries of readRows(store)) {
    entries.forEach(take);
    read += entries.length;
    told(`${read.toLocaleString('en')} rows compared`);
  }
  return { rooms, past, rows };
}

const placeOf = ({ application, room }: Pick<Candidate, 'application' | 'room'>) => `${application} ${room}`;

function livingOf({ current, previous, retirees }: Room, now: Instant) {
  return [
    ...[current, previous].filter((room) => isAlive(room, now)),
    ...retirees.filter((retiree) => !hasEnded(retiree, now)),
  ].filter((room) => room !== undefined);
}

function planned(candidate: Candidate, owners: Owners, { pool, mark, now }: Deployment): Import {
  const { at, key, application, room, seen, fields } = candidate;
  const body = JSON.stringify({ ...fields, room, action: 'import' });
  const about = {
    key,
    application,
    room,
    ...(seen && { guestUrl: seen.guestUrl }),
    ...(seen && isDated(seen) && { expiresAt: new Date(seen.expiresAt).toISOString() }),
    body,
  };
  const owner = owners.rooms.get(placeOf(candidate));
  if (owner !== undefined && owner !== key) {
    return { ...about, outcome: 'refused', reason: `it is the room of key ${owner} already` };
  }
  if (owners.past.has(`${placeOf(candidate)} ${key}`)) {
    return {
      ...about,
      outcome: 'unchanged',
      reason: 'it was imported before, and another room took its place',
    };
  }
  if (!seen && /^https?:/i.test(room)) {
    return {
      ...about,
      outcome: 'refused',
      reason: 'no room of the account has this link, or two have it: name its id',
    };
  }
  const imported = importedBy({ ...fields, room }, at, now());
  const row = owners.rows.get(key) ?? blankRoom(key, now());
  const decision = decideImport(row, imported, seen, now(), { pool, deployment: mark });
  if (decision.action === 'take') return { ...about, outcome: 'import' };
  return {
    ...about,
    outcome: decision.action === 'leave' ? 'unchanged' : 'refused',
    reason: decision.reason,
  };
}

/** A room without an end has the last possible instant as its end. */
function isDated({ byUse, expiresAt }: ProviderRoom): boolean {
  return byUse !== true && expiresAt < 8_640_000_000_000_000;
}

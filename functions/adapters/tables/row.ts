import type { PlannedOccurrence } from '../../rooms/model/occurrences.ts';
import type { DueRoom } from '../../rooms/model/ports.ts';
import type {
  Announcement,
  Claim,
  LiveRoom,
  PastGeneration,
  PreviousRoom,
  Room,
} from '../../rooms/model/room.ts';
import { sameSpec } from '../../rooms/model/spec.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { readRuns, writeRuns } from './planned-runs.ts';

/**
 * A room as an item of the table: attributes have the names of the domain. A write costs by the kilobyte, so
 * a row leaves out what its reader can derive, and most instants are milliseconds. Rows of earlier versions
 * have all attributes, and ISO 8601: both are read.
 */
export type Item = Record<string, unknown>;

const INSTANTS = new Set([
  'beyond',
  'createdAt',
  'dueAt',
  'emergencyAt',
  'endsAt',
  'expiresAt',
  'leaseUntil',
  'meetingSince',
  'openedAt',
  'renewAt',
  'renewedAt',
  'replacedAt',
  'since',
  'takenAt',
  'triedAt',
  'until',
  'updatedAt',
]);

/**
 * Written as ISO 8601 with milliseconds: the index sorts `dueAt` as text, and people look for `expiresAt`.
 */
const READABLE = new Set(['dueAt', 'expiresAt']);

/** Attributes with the caller's or the source's own content: no value in them is converted. */
const OPAQUE = new Set(['settings', 'origin', 'sequences']);

export function toItem(entry: Room | PastGeneration): Item {
  return 'revision' in entry ? toRoomItem(entry) : toReadable(entry);
}

/** The values of a row that leaves them out. */
const USUAL: Pick<Room, 'retirees' | 'warnings' | 'attempts'> = { retirees: [], warnings: [], attempts: 0 };

function toRoomItem({ claim, previous, past = [], ...room }: Room): Item {
  const { retirees, warnings, attempts, renewAt, dueAt, current } = room;
  const readable = toReadable({
    ...room,
    retirees: retirees.length > 0 ? retirees : undefined,
    warnings: warnings.length > 0 ? warnings : undefined,
    attempts: attempts > 0 ? attempts : undefined,
    renewAt: renewAt === dueAt ? undefined : renewAt,
  });
  return {
    ...readable,
    ...(previous && { previous: shortened(away(previous, current)) }),
    ...(past.length > 0 && { past: past.map((each) => shortened(briefPast(each, previous, current))) }),
    ...(claim && { claim: shortened(away(briefClaim(claim, room), current)) }),
  };
}

/** Leaves out the application if it is that of the current room. */
function away<Part extends { application: string }>(
  part: Part,
  current: LiveRoom | undefined,
): Partial<Part> {
  return part.application === current?.application ? { ...part, application: undefined } : part;
}

/** Shortens a claim: most claims have the spec of the row. */
function briefClaim({ spec, warnings = [], ...claim }: Claim, room: Pick<Room, 'spec'>) {
  return {
    ...claim,
    spec: sameSpec(room.spec, spec) ? undefined : spec,
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}

/** Shortens a past generation: while its links work, its room is the previous one. */
function briefPast(past: PastGeneration, previous: PreviousRoom | undefined, current: LiveRoom | undefined) {
  const { key: _key, roomId: id, openedAt: createdAt, ...others } = past;
  const known: Item = { ...placeOf(previous), application: current?.application };
  return Object.fromEntries(
    Object.entries({ ...others, id, createdAt }).filter(([name, value]) => value !== known[name]),
  );
}

/** Returns what a past generation leaves out if it is the same in the previous room. */
function placeOf({ id, createdAt, expiresAt }: Partial<PreviousRoom> = {}): Item {
  return { id, createdAt, expiresAt };
}

/**
 * Short names inside a claim, a past generation and the previous room, which people rarely read. Rows of earlier
 * versions have the long ones.
 */
const SHORT: ReadonlyMap<string, string> = new Map<
  keyof Claim | keyof PreviousRoom | keyof PastGeneration,
  string
>([
  ['announcement', 'n'],
  ['application', 'a'],
  ['bookmark', 'b'],
  ['change', 'h'],
  ['createdAt', 'c'],
  ['ends', 'd'],
  ['expiresAt', 'e'],
  ['from', 'f'],
  ['generation', 'g'],
  ['gone', 'v'],
  ['guestUrl', 'u'],
  ['id', 'i'],
  ['leaseUntil', 'l'],
  ['meetingCode', 'm'],
  ['origin', 'o'],
  ['owner', 'w'],
  ['purpose', 'p'],
  ['reason', 'y'],
  ['replacedAt', 'k'],
  ['sequence', 's'],
  ['spec', 'r'],
  ['takenAt', 't'],
  ['warnings', 'x'],
]);
const LONG: ReadonlyMap<string, string> = new Map([...SHORT].map(([long, short]) => [short, long]));

function shortened(part: object): Item {
  return renamed(part, SHORT);
}

function renamed(part: object, names: ReadonlyMap<string, string>): Item {
  const attributes = Object.entries(part).filter(([, value]) => value !== undefined);
  return Object.fromEntries(attributes.map(([name, value]) => [names.get(name) ?? name, value]));
}

/** @throws TypeError if the item is not a row of this table */
export function toRoom(item: Item): Room {
  // this table has one writer, and the required fields are checked below
  const room = fromItem(lengthened(item)) as unknown as Room & { roomKey: string } & Pick<DueRoom, 'held'> & {
      application?: string;
    };
  if (typeof room.revision !== 'number' || typeof room.state !== 'string') {
    throw new TypeError(
      `the rooms table has an entry of key ${room.roomKey} that is no room: it lacks revision or state`,
    );
  }
  const { roomKey: key, application: _application, held: _held, ...attributes } = room;
  const { dueAt, unannounced } = attributes;
  return {
    ...USUAL,
    ...(dueAt !== undefined && { renewAt: dueAt }),
    ...attributes,
    key,
    unannounced: announcementsOf(unannounced),
  };
}

/** Restores all parts that `toRoomItem` leaves out. */
function lengthened(item: Item): Item {
  const { claim, current, spec, ...parts } = item as { [part: string]: Item | undefined };
  const application = current?.application;
  const previous = parts.previous && { application, ...withoutHostLink(renamed(parts.previous, LONG)) };
  const past = pastOf(item);
  return {
    ...item,
    ...(current && { current: withoutHostLink(current) }),
    ...(previous && { previous }),
    ...(past.length > 0 && { past }),
    ...(claim && { claim: { application, spec, ...renamed(claim, LONG) } }),
  };
}

/** @param item the row of a key */
export function pastOf(item: Item): readonly PastGeneration[] {
  // this table has one writer
  const {
    roomKey: key,
    past = [],
    previous = {},
    current,
  } = item as {
    roomKey: string;
    past?: readonly Item[];
    previous?: Item;
    current?: Item;
  };
  const known: Item = { ...placeOf(renamed(previous, LONG)), application: current?.application };
  return past.map((each) => {
    const { id: roomId, createdAt: openedAt, ...others } = { ...known, ...renamed(each, LONG) };
    // it is written as a whole
    return { ...others, key, roomId, openedAt } as unknown as PastGeneration;
  });
}

/** Rows of earlier versions have host links, which are no longer used. The next write removes them. */
function withoutHostLink({ hostUrl: _hostUrl, ...room }: Item): Item {
  return room;
}

/** Rows of earlier versions have a single announcement. */
function announcementsOf(written: unknown): Room['unannounced'] {
  return written === undefined || Array.isArray(written) ? written : [written as Announcement];
}

/** Entries of earlier versions have the link of the room, which leads nowhere once it has ended. */
export function toPastGeneration(item: Item): PastGeneration {
  const { roomKey: key, guestUrl: _guestUrl, ...attributes } = fromItem(item);
  // this table has one writer
  return { ...attributes, key } as unknown as PastGeneration;
}

/** @param item of the due index, which shows a part of the row */
export function toDueRoom(item: Item): DueRoom {
  const { roomKey, generation, held, application, dueAt, renewAt = dueAt, emergencyAt } = item;
  return {
    key: String(roomKey),
    generation: Number(generation),
    held: held === true || undefined,
    application: String(application ?? ''),
    dueAt: instantOf(dueAt),
    renewAt: instantOf(renewAt),
    emergencyAt: instantOf(emergencyAt),
  };
}

function instantOf(written: unknown): Instant {
  return typeof written === 'number' ? written : Date.parse(String(written));
}

function toReadable(entry: object): Item {
  return translated(entry, (value, name) =>
    typeof value === 'number' && READABLE.has(name) ? new Date(value).toISOString() : value,
  );
}

function fromItem({ entry: _entry, dueShard: _dueShard, ttl: _ttl, writer: _writer, ...item }: Item): Item {
  return translated(item, (value) => (typeof value === 'string' ? Date.parse(value) : value));
}

type Translation = (value: unknown, name: string) => unknown;

function translated(part: object, instant: Translation): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(part)) {
    if (value !== undefined) item[name] = translatedValue(name, value, instant);
  }
  return item;
}

function translatedValue(name: string, value: unknown, instant: Translation): unknown {
  if (INSTANTS.has(name)) return instant(value, name);
  if (OPAQUE.has(name)) return value;
  if (name === 'planned') return plannedAs(value) ?? deep(value, instant);
  return deep(value, instant);
}

/** Converts the occurrences of a series to runs. Rows of earlier versions have a list. */
function plannedAs(value: unknown): unknown {
  if (typeof value === 'string') return readRuns(value);
  const isOurs = Array.isArray(value) && value.every(({ until }) => typeof until === 'number');
  // the type of `until` tells them apart
  return isOurs ? writeRuns(value as readonly PlannedOccurrence[]) : undefined;
}

function deep(value: unknown, instant: Translation): unknown {
  if (Array.isArray(value)) return value.map((element) => deep(element, instant));
  return typeof value === 'object' && value !== null ? translated(value, instant) : value;
}

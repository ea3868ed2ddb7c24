import { canonicalJson } from '../../rooms/model/digest.ts';
import type { PlannedOccurrence } from '../../rooms/model/occurrences.ts';
import type { DueRoom } from '../../rooms/model/ports.ts';
import type { Announcement, Claim, PastGeneration, Renewal, Room, RoomSpec } from '../../rooms/model/room.ts';
import { sameSpec } from '../../rooms/model/spec.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { readEarlier, writeEarlier } from './earlier-rooms.ts';
import { readRuns, writeRuns } from './planned-runs.ts';
import { type Item, lengthened, shortened } from './short-names.ts';

export type { Item };

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

/**
 * Returns an entry as an item of the table: attributes have the names of the domain. Writes, storage and
 * comparisons cost by the byte, so a row leaves out what its reader can derive, and most instants are
 * milliseconds. Rows of earlier versions have all attributes, and ISO 8601: both are read.
 */
export function toItem(entry: Room | PastGeneration): Item {
  return 'revision' in entry ? toRoomItem(entry) : toReadable(entry);
}

/** The values of a row that leaves them out. */
const USUAL: Pick<Room, 'retirees' | 'warnings' | 'attempts'> = { retirees: [], warnings: [], attempts: 0 };

function toRoomItem(entry: Room): Item {
  const { claim, previous: _previous, past: _past, ...room } = entry;
  const { retirees, warnings, attempts, renewAt, dueAt, current, spec, updatedAt, revision } = room;
  const readable = toReadable({
    ...room,
    spec: spec && briefSpec(spec),
    // at the top of the row, for the index
    application: current?.application,
    current: current && { ...current, application: undefined },
    retirees: retirees.length > 0 ? retirees : undefined,
    warnings: warnings.length > 0 ? warnings : undefined,
    attempts: attempts > 0 ? attempts : undefined,
    renewAt: renewAt === dueAt ? undefined : renewAt,
    updatedAt: updatedAt === revision ? undefined : updatedAt,
  });
  return {
    ...readable,
    ...writeEarlier(entry),
    ...(claim && { claim: shortened(briefClaim(claim, room)) }),
  };
}

/** Most rooms are renewed so. */
const USUAL_RENEWAL: Renewal = { mode: 'recreate' };

function briefSpec({ renewal, ...spec }: RoomSpec): Item {
  return canonicalJson(renewal) === canonicalJson(USUAL_RENEWAL) ? spec : { ...spec, renewal };
}

function wholeSpec(spec: Item): Item {
  return { renewal: USUAL_RENEWAL, ...spec };
}

/** Shortens a claim: most claims have the spec and the application of the row. */
function briefClaim(
  { application, spec, warnings = [], ...claim }: Claim,
  { current, spec: own }: Pick<Room, 'spec' | 'current'>,
) {
  return {
    ...claim,
    application: application === current?.application ? undefined : application,
    spec: sameSpec(own, spec) ? undefined : briefSpec(spec),
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}

/** @throws TypeError if the item is not a row of this table */
export function toRoom(item: Item): Room {
  // this table has one writer, and the required fields are checked below
  const room = fromItem(restored(item)) as unknown as Room & { roomKey: string } & Pick<DueRoom, 'held'> & {
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
function restored(item: Item): Item {
  const { claim, ...parts } = item as { [part: string]: Item | undefined };
  const { application } = item;
  const current = parts.current && { application, ...withoutHostLink(parts.current) };
  const spec = parts.spec && wholeSpec(parts.spec);
  return {
    updatedAt: item.revision,
    ...item,
    ...(current && { current }),
    ...(spec && { spec }),
    ...readEarlier({ ...item, current, spec }),
    ...(claim && { claim: wholeClaim({ ...(current && { application }), spec, ...lengthened(claim) }) }),
  };
}

function wholeClaim({ spec, ...claim }: Item): Item {
  // this table has one writer
  return spec === undefined ? claim : { ...claim, spec: wholeSpec(spec as Item) };
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

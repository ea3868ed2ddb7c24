import type { PlannedOccurrence } from '../../rooms/model/occurrences.ts';
import type { DueRoom } from '../../rooms/model/ports.ts';
import type { Announcement, PastGeneration, Room } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { readRuns, writeRuns } from './planned-runs.ts';

/**
 * How rooms stand in the table: attributes named as in the domain, instants as ISO 8601 with milliseconds so that
 * they sort as text and a person can read them.
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

/** Attributes that are the caller's or the source's own: nothing in them is ours to translate. */
const OPAQUE = new Set(['settings', 'origin', 'sequences']);

export function toItem(entry: Room | PastGeneration): Item {
  return translated(entry, (value) => (typeof value === 'number' ? new Date(value).toISOString() : value));
}

/** @throws TypeError where the item is no row of this table */
export function toRoom(item: Item): Room {
  // this table has one writer, and what it must have is checked below
  const room = fromItem(item) as unknown as Room & { roomKey: string; application?: string; held?: boolean };
  if (typeof room.revision !== 'number' || typeof room.state !== 'string') {
    throw new TypeError(
      `the rooms table has an entry of key ${room.roomKey} that is no room: it lacks revision or state`,
    );
  }
  const { roomKey: key, application: _application, held: _held, ...attributes } = room;
  return { ...attributes, key, unannounced: announcementsOf(attributes.unannounced) };
}

/** Rows of earlier versions have a single announcement. */
function announcementsOf(written: unknown): Room['unannounced'] {
  return written === undefined || Array.isArray(written) ? written : [written as Announcement];
}

export function toPastGeneration(item: Item): PastGeneration {
  const { roomKey: key, ...attributes } = fromItem(item);
  // this table has one writer
  return { ...attributes, key } as unknown as PastGeneration;
}

/** @param item of the due index, which shows a part of the row */
export function toDueRoom(item: Item): DueRoom {
  const { roomKey, generation, held, application, dueAt, renewAt, emergencyAt } = item;
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

function instantOf(iso: unknown): Instant {
  return Date.parse(String(iso));
}

function fromItem({ entry: _entry, dueShard: _dueShard, ttl: _ttl, writer: _writer, ...item }: Item): Item {
  return translated(item, (value) => (typeof value === 'string' ? Date.parse(value) : value));
}

function translated(part: object, instant: (value: unknown) => unknown): Item {
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => {
      if (INSTANTS.has(name)) return [name, instant(value)];
      if (OPAQUE.has(name)) return [name, value];
      if (name === 'planned') return [name, plannedAs(value) ?? deep(value, instant)];
      return [name, deep(value, instant)];
    }),
  );
}

/** The occurrences of a series, or the runs that they stand in a row as. Rows of earlier versions have a list. */
function plannedAs(value: unknown): unknown {
  if (typeof value === 'string') return readRuns(value);
  const isOurs = Array.isArray(value) && value.every(({ until }) => typeof until === 'number');
  // told by the type of `until`
  return isOurs ? writeRuns(value as readonly PlannedOccurrence[]) : undefined;
}

function deep(value: unknown, instant: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => deep(element, instant));
  return typeof value === 'object' && value !== null ? translated(value, instant) : value;
}

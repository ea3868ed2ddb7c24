import { DUE_SHARDS } from '../../functions/adapters/tables/rooms-table.ts';
import { fraction } from '../../functions/rooms/model/digest.ts';
import { RoomChangedError } from '../../functions/rooms/model/errors.ts';
import { historyOf } from '../../functions/rooms/model/history.ts';
import type { DueRoom, ListEnd, Reservation, RoomStore } from '../../functions/rooms/model/ports.ts';
import type { PastGeneration, Room } from '../../functions/rooms/model/room.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import { nextRevision } from '../../functions/rooms/model/transitions.ts';

/** So many past generations have place on a row here: the campaigns also see those that have entries. */
const PLACES = 2;

/**
 * The rooms table in memory, for campaigns with very many runs. It passes the same tests as the real one
 * (`test/adapters/tables/rooms-table.test.ts`).
 *
 * @param lateGlances whether a glance shows each row before its last write, which is as late as it may be
 */
export function memoryRooms(
  duePage = 250,
  now: () => Instant = Date.now,
  { lateGlances = false } = {},
): RoomStore & {
  readonly rows: Map<string, Room>;
  /** @returns a function that restores the whole table to this moment */
  backUp(): () => void;
} {
  const rows = new Map<string, Room>();
  /** Each row before its last write. */
  const before = new Map<string, Room | undefined>();
  const past = new Map<string, PastGeneration>();
  const listEnds = new Map<string, ListEnd>();
  const reservations = new Map<string, Reservation>();
  return {
    rows,
    backUp() {
      const restores = [backUp(rows), backUp(before), backUp(past), backUp(listEnds), backUp(reservations)];
      return () => {
        for (const restore of restores) restore();
      };
    },
    async read(key) {
      return rows.get(key);
    },
    async glance(key) {
      return (lateGlances ? before : rows).get(key);
    },
    async write({ past: all = [], ...given }) {
      const kept = all.slice(-PLACES);
      const room: Room = kept.length > 0 ? { ...given, past: kept } : given;
      // before the row, as in the real table
      for (const entry of all.slice(0, -PLACES)) past.set(`${entry.key} ${entry.generation}`, entry);
      if ((rows.get(room.key)?.revision ?? 0) !== room.revision) {
        throw new RoomChangedError(
          `room ${room.key} was changed by another worker after revision ${room.revision}`,
        );
      }
      const written = frozen({ ...room, revision: nextRevision(room, now()) });
      before.set(room.key, rows.get(room.key));
      rows.set(room.key, written);
      return written;
    },
    async keyOf(application, roomId) {
      const rooms = [...rows.values()].filter(({ current }) => current?.application === application);
      return rooms.find(({ current }) => current?.id === roomId)?.key;
    },
    async archive(entry) {
      past.set(`${entry.key} ${entry.generation}`, entry);
    },
    async history(key) {
      const entries = [...past.values()].filter((entry) => entry.key === key);
      const row = rows.get(key);
      return historyOf([...entries, ...(row?.past ?? [])], row);
    },
    async due(shard, before, cursor, earliest = 0) {
      const from = cursor === undefined ? undefined : (JSON.parse(cursor) as DueRoom);
      const due = [...rows.values()]

        .filter(
          ({ key, dueAt = Number.POSITIVE_INFINITY }) =>
            dueAt >= earliest && dueAt <= before && shardOf(key) === shard,
        )
        .map(shown)
        .sort(inOrder)
        .filter((room) => from === undefined || inOrder(from, room) < 0);
      const items = due.slice(0, duePage);
      return { items, cursor: due.length > duePage ? JSON.stringify(items.at(-1)) : undefined };
    },
    async scan(cursor = '0', most = Number.POSITIVE_INFINITY) {
      const entries = Map.groupBy(past.values(), ({ key }) => key);
      const all = [...new Set([...entries.keys(), ...rows.keys()])].flatMap((key) => {
        const row = rows.get(key);
        return [...(entries.get(key) ?? []), ...(row ? [row, ...(row.past ?? [])] : [])];
      });
      const end = Number(cursor) + most;
      const items = all.slice(Number(cursor), end);
      return end < all.length ? { items, cursor: String(end) } : { items };
    },
    async reserve({ application, id }, key, over) {
      const noted = reservations.get(`${application} ${id}`);
      const isFree = !noted || noted.key === key || (noted.key === over?.key && noted.since === over.since);
      const standing = isFree ? { key, since: now() } : noted;
      reservations.set(`${application} ${id}`, standing);
      return standing;
    },
    async listEnd(application) {
      return listEnds.get(application);
    },
    async noteListEnd(end) {
      listEnds.set(end.application, end);
    },
  };
}

/** @returns a function that restores the entries to this moment */
export function backUp<T>(entries: Map<string, T>): () => void {
  const backup = [...entries];
  return () => {
    entries.clear();
    for (const [key, entry] of backup) entries.set(key, entry);
  };
}

const shards = new Map<string, number>();

function shardOf(key: string): number {
  const shard = shards.get(key) ?? Math.floor(fraction(`shard ${key}`) * DUE_SHARDS);
  shards.set(key, shard);
  return shard;
}

/** Freezes a row, so that no caller can change it; a frozen object is frozen in depth. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

function shown(room: Room): DueRoom {
  const { key, generation, state, current, dueAt = 0, renewAt = 0, emergencyAt = 0 } = room;
  const held = state === 'held' ? true : undefined;
  return { key, generation, held, application: current?.application ?? '', dueAt, renewAt, emergencyAt };
}

function inOrder(a: DueRoom, b: DueRoom): number {
  return a.dueAt - b.dueAt || (a.key < b.key ? -1 : Number(a.key > b.key));
}

import { DUE_SHARDS } from '../../functions/adapters/tables/rooms-table.ts';
import type { DueRoom, RoomStore } from '../../functions/rooms/model/ports.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';

/**
 * Returns the rooms of all shards in one order, the longest overdue first. It keeps at most a page of each
 * shard in memory, and reads no further than requested.
 */
export async function* dueRooms(
  rooms: Pick<RoomStore, 'due'>,
  before: Instant,
  from?: Instant,
): AsyncGenerator<DueRoom> {
  const heads = Array.from({ length: DUE_SHARDS }, (_, shard) => ofShard(rooms, shard, { before, from }));
  const waiting: { readonly room: DueRoom; readonly rest: AsyncGenerator<DueRoom> }[] = [];
  for (const { value, done, rest } of await Promise.all(heads.map(next))) {
    if (!done) waiting.push({ room: value, rest });
  }
  while (waiting.length > 0) {
    const first = waiting.reduce((least, each) => (each.room.dueAt < least.room.dueAt ? each : least));
    yield first.room;
    const { value, done, rest } = await next(first.rest);
    waiting.splice(waiting.indexOf(first), 1, ...(done ? [] : [{ room: value, rest }]));
  }
}

async function next(rest: AsyncGenerator<DueRoom>) {
  return { ...(await rest.next()), rest };
}

async function* ofShard(
  rooms: Pick<RoomStore, 'due'>,
  shard: number,
  { before, from }: { readonly before: Instant; readonly from: Instant | undefined },
): AsyncGenerator<DueRoom> {
  let cursor: string | undefined;
  do {
    const page = await rooms.due(shard, before, cursor, from);
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

import { randomBytes } from 'node:crypto';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { fraction } from '../../rooms/model/digest.ts';
import { RoomChangedError } from '../../rooms/model/errors.ts';
import { historyOf } from '../../rooms/model/history.ts';
import { neededUntil } from '../../rooms/model/link.ts';
import type { Page, RoomStore } from '../../rooms/model/ports.ts';
import type { PastGeneration, Room } from '../../rooms/model/room.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { DAY } from '../../rooms/model/time.ts';
import { nextRevision } from '../../rooms/model/transitions.ts';
import { type DynamoDb, isConditionFailed } from '../aws/operations.ts';
import { bytesOf } from './item-size.ts';
import { type Item, toDueRoom, toItem, toPastGeneration, toRoom } from './row.ts';
import { timeToLive } from './time-to-live.ts';

/** Spreads the due index over partitions. Changing it orphans the entries of the old shards. */
export const DUE_SHARDS = 16;

const ROOM = 'room';
/** The first character of keys that no caller can name: such an entry is not a room. */
const NOT_A_ROOM = '#';
const LIST_ENDS = `${NOT_A_ROOM}list-ends`;
const IMPORTED = `${NOT_A_ROOM}imported`;
const KEY = 'key';
const GENERATION = 'generation#';

/**
 * A round of the planner reads a page of the due index from each shard, and must take a few seconds at most.
 */
const DUE_PAGE = 250;

export interface RoomsTableOptions {
  readonly tableName: string;
  /** How long the row of an ended room is kept. */
  readonly retention?: Duration;
  /** The largest number of rooms on a page of the due index. */
  readonly duePage?: number;
  /** Whether the key of an application's room can be found by the room. Default: for no application. */
  readonly findsKeys?: (application: string) => boolean;
  /** Default: the time of this machine. */
  readonly now?: () => Instant;
}

/**
 * The rooms table: one row for each key with its latest past generations, and an entry for each older one that
 * has no place on it.
 */
export function roomsTable(dynamoDb: DynamoDb, options: RoomsTableOptions): RoomStore {
  const { tableName: TableName, retention = 90 * DAY, duePage = DUE_PAGE, now = Date.now } = options;
  const { findsKeys = () => false } = options;

  async function readItem(roomKey: string, ConsistentRead = true): Promise<Item | undefined> {
    const { Item } = await dynamoDb('GetItem', { TableName, Key: { roomKey, entry: ROOM }, ConsistentRead });
    return Item;
  }

  async function query(input: Omit<QueryCommandInput, 'TableName'>): Promise<Page<Item>> {
    const { Items = [], LastEvaluatedKey } = await dynamoDb('Query', { TableName, ...input });
    return { items: Items, cursor: LastEvaluatedKey && JSON.stringify(LastEvaluatedKey) };
  }

  /**
   * Writes the note before the row, so that every room on a row is found. A note of a room that is on no row
   * does no harm.
   */
  async function noteKey({ key, current }: Room): Promise<void> {
    if (!current || !findsKeys(current.application)) return;
    const { application, id, expiresAt } = current;
    const Item = { ...placeOfKey(application, id), key, ttl: timeToLive(expiresAt + retention) };
    await dynamoDb('PutItem', { TableName, Item });
  }

  async function archive(past: PastGeneration): Promise<void> {
    await dynamoDb('PutItem', { TableName, Item: toHistory(past, retention) });
  }

  return {
    async read(key) {
      const item = await readItem(key);
      return item && toRoom(item);
    },

    async glance(key) {
      const item = await readItem(key, false);
      return item && toRoom(item);
    },

    async write(given) {
      await noteKey(given);
      const revision = nextRevision(given, now());
      const { room: written, item, others } = placed({ ...given, revision }, retention, now());
      for (const past of others) await archive(past);
      // as short as possible: each write costs by the size of the row
      const writer = randomBytes(9).toString('base64url');
      try {
        await dynamoDb('PutItem', {
          TableName,
          Item: { ...item, writer },
          ...(given.revision === 0
            ? { ConditionExpression: 'attribute_not_exists(roomKey)' }
            : {
                ConditionExpression: 'revision = :revision',
                ExpressionAttributeValues: { ':revision': given.revision },
              }),
        });
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        // a write whose answer was lost is repeated, and conflicts with the first one
        if ((await readItem(given.key))?.writer !== writer) {
          throw new RoomChangedError(
            `room ${given.key} was changed by another worker after revision ${given.revision}`,
            {
              cause: error,
            },
          );
        }
      }
      return written;
    },

    archive,

    async history(key) {
      const found: Item[] = [];
      let cursor: string | undefined;
      do {
        const page = await query({
          KeyConditionExpression: 'roomKey = :key',
          ExpressionAttributeValues: { ':key': key },
          ExclusiveStartKey: startKey(cursor),
          // a cancellation must find what the last write moved from the row
          ConsistentRead: true,
        });
        found.push(...page.items);
        cursor = page.cursor;
      } while (cursor !== undefined);
      const item = found.find(({ entry }) => entry === ROOM);
      const row = item && toRoom(item);
      const entries = found.filter(({ entry }) => entry !== ROOM).map(toPastGeneration);
      return historyOf([...entries, ...(row?.past ?? [])], row);
    },

    async due(shard, before, cursor, from = 0) {
      const page = await query({
        IndexName: 'due',
        KeyConditionExpression: 'dueShard = :shard AND dueAt BETWEEN :from AND :before',
        ExpressionAttributeValues: {
          ':shard': shard,
          ':from': new Date(from).toISOString(),
          ':before': new Date(before).toISOString(),
        },
        Limit: duePage,
        ExclusiveStartKey: startKey(cursor),
      });
      return { items: page.items.map(toDueRoom), cursor: page.cursor };
    },

    async scan(cursor, most) {
      const { Items = [], LastEvaluatedKey } = await dynamoDb('Scan', {
        TableName,
        ExclusiveStartKey: startKey(cursor),
        Limit: most,
      });
      const entries = Items.filter(({ roomKey }) => !roomKey.startsWith(NOT_A_ROOM));
      const items = entries.flatMap((item) => {
        if (item.entry !== ROOM) return toPastGeneration(item);
        const room = toRoom(item);
        return room.past ? [room, ...room.past] : room;
      });
      return { items, cursor: LastEvaluatedKey && JSON.stringify(LastEvaluatedKey) };
    },

    async reserve({ application, id }, key, over) {
      const place = { roomKey: `${IMPORTED} ${application} ${id}`, entry: IMPORTED };
      const since = now();
      const others = over ? { ':key': key, ':other': over.key, ':since': over.since } : { ':key': key };
      try {
        await dynamoDb('PutItem', {
          TableName,
          Item: { ...place, holder: key, since },
          ConditionExpression: `attribute_not_exists(roomKey) OR holder = :key${over ? ' OR (holder = :other AND since = :since)' : ''}`,
          ExpressionAttributeValues: others,
        });
        return { key, since };
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        const { Item: noted } = await dynamoDb('GetItem', { TableName, Key: place, ConsistentRead: true });
        // a note is never deleted
        return { key: noted?.holder ?? key, since: noted?.since ?? since };
      }
    },

    async keyOf(application, roomId) {
      const { Item } = await dynamoDb('GetItem', { TableName, Key: placeOfKey(application, roomId) });
      return Item?.key;
    },

    async listEnd(application) {
      const { Item } = await dynamoDb('GetItem', {
        TableName,
        Key: { roomKey: LIST_ENDS, entry: application },
      });
      return Item && { application, bookmark: Item.bookmark, seenAt: Date.parse(Item.seenAt) };
    },

    async noteListEnd({ application, bookmark, seenAt }) {
      const Item = {
        roomKey: LIST_ENDS,
        entry: application,
        bookmark,
        seenAt: new Date(seenAt).toISOString(),
      };
      await dynamoDb('PutItem', { TableName, Item });
    },
  };
}

function placeOfKey(application: string, roomId: string) {
  return { roomKey: `${NOT_A_ROOM}room ${application} ${roomId}`, entry: KEY };
}

function startKey(cursor: string | undefined): Item | undefined {
  return cursor === undefined ? undefined : JSON.parse(cursor);
}

/** Converts a room to the row of the table. */
export function toRow(room: Room, retention: Duration): Item {
  const { key, ...attributes } = room;
  return {
    roomKey: key,
    entry: ROOM,
    // all of a room but its key
    ...toItem(attributes as Room),
    // only rooms with a due time are in the index, which keeps it small
    dueShard: room.dueAt === undefined ? undefined : Math.floor(fraction(`shard ${key}`) * DUE_SHARDS),
    // the index has this instead of the state: every claim changes the state, and would also write the index
    held: room.state === 'held' ? true : undefined,
    ttl: endOfRow(room, retention),
  };
}

/** DynamoDB charges a write for each started unit of this many bytes. */
const UNIT = 1024;

/** The store's own attribute: the mark of the writer, with its name. */
const WRITER_BYTES = 18;

/**
 * Keeps the past generations on the row that do not make its write cost more, the latest first. The others need
 * entries of their own. Those that need not be remembered any longer are dropped.
 */
function placed({ past: all = [], ...given }: Room, retention: Duration, now: Instant) {
  const past = all.filter(({ expiresAt }) => expiresAt + retention > now);
  for (let kept = past.length; ; kept -= 1) {
    const room: Room = kept === 0 ? given : { ...given, past: past.slice(past.length - kept) };
    const item = toRow(room, retention);
    if (kept === 0 || isFree(item)) return { room, item, others: past.slice(0, past.length - kept) };
  }
}

/** Whether the row is written for the same price without its past generations. */
function isFree({ past, ...item }: Item): boolean {
  const bytes = bytesOf(item) + WRITER_BYTES;
  return Math.ceil((bytes + bytesOf({ past })) / UNIT) === Math.ceil(bytes / UNIT);
}

function toHistory({ key, ...past }: PastGeneration, retention: Duration): Item {
  return {
    roomKey: key,
    entry: `${GENERATION}${String(past.generation).padStart(8, '0')}`,
    // all of a generation but its key
    ...toItem(past as PastGeneration),
    ttl: timeToLive(past.expiresAt + retention),
  };
}

/**
 * Returns when DynamoDB may delete the row: some time after its last room has ended, never while it is kept. An
 * earlier room can live longer than the current one, and reconciliation ends rooms that no row has.
 */
function endOfRow(room: Room, retention: Duration): number | undefined {
  const end = neededUntil(room);
  if (end === undefined) return undefined;
  const ends = room.past?.map(({ expiresAt }) => expiresAt) ?? [];
  return timeToLive(Math.max(end, ...ends) + retention);
}

import { OutOfTimeError } from '../model/errors.ts';
import type { ReconciliationCounts } from '../model/events.ts';
import type { Pool, ProviderRoom, RoomProvider } from '../model/ports.ts';
import type { Claim, PastGeneration, Room } from '../model/room.ts';
import type { Duration, Instant } from '../model/time.ts';
import { HOUR, MINUTE, SECOND } from '../model/time.ts';
import { isTokenOf, roomToken } from '../model/token.ts';
import { hasEnded } from '../model/transitions.ts';
import { ListPart, type ListPosition } from './list-part.ts';

/** The counts for one application while its list is compared with the table. */
export type ApplicationReport = {
  -readonly [Count in keyof ReconciliationCounts]: ReconciliationCounts[Count];
};

/** What a comparison keeps of a room: a run holds very many in memory. */
export type ListedRoom = Pick<
  ProviderRoom,
  'id' | 'token' | 'createdAt' | 'expiresAt' | 'byUse' | 'inUse' | 'settings'
>;

/** The rooms of one application. Rows are matched with them one by one. */
export interface Inventory {
  readonly provider: RoomProvider;
  /** When reading the list began. */
  readonly seenAt: Instant;
  readonly living: ReadonlyMap<string, ListedRoom>;
  /** Rooms of this deployment that no row has accounted for so far. */
  readonly unclaimed: Map<string, ListedRoom>;
  /**
   * Rooms without this deployment's token that no row has accounted for so far. An imported room is on a row
   * and carries no token.
   */
  readonly strangers: Map<string, ProviderRoom>;
  /** How many of the listed rooms carry a token of this deployment. */
  readonly ours: number;
  /** How many rows have a living room in this part of the list. */
  rows: number;
  /** Whether a room that was created then would be in this part of the list. */
  readonly covers: (createdAt: Instant) => boolean;
  /** Where the next run continues; absent at the end of the list. */
  readonly next?: ListPosition;
  readonly report: ApplicationReport;
}

export interface InventoryContext {
  readonly pool: Pool;
  readonly deployment: string;
  readonly now: () => Instant;
}

/** A younger room may still be in creation. */
export const GRACE: Duration = HOUR;

/**
 * Reads an application's list, or a part of it.
 *
 * @param from where the part begins; absent: at the beginning of the list
 * @param mayGoOn whether there is time and memory for another page after this many rooms
 * @throws an error that occurs before the first page was read; a later error ends the part
 */
export async function readInventory(
  name: string,
  { pool, now, deployment }: InventoryContext,
  { from, mayGoOn }: { from?: ListPosition; mayGoOn: (rooms: number) => boolean },
): Promise<Inventory> {
  const provider = pool.provider(name);
  const seenAt = from?.seenAt ?? now();
  const living = new Map<string, ListedRoom>();
  const unclaimed = new Map<string, ListedRoom>();
  const strangers = new Map<string, ProviderRoom>();
  const part = new ListPart(from);
  const brief = briefly(provider.capabilities);
  await readPart(provider, part, from, (page) => {
    for (const room of page) {
      if (!room.available || room.expiresAt <= now()) continue;
      const isOurs = isTokenOf(deployment, room.token);
      const kept = isOurs ? brief(room) : room;
      living.set(room.id, kept);
      if (isOurs) unclaimed.set(room.id, kept);
      else strangers.set(room.id, room);
    }
    return mayGoOn(living.size);
  });
  const next = part.next(seenAt);
  const report: ApplicationReport = {
    rooms: living.size,
    lost: 0,
    orphans: 0,
    retired: 0,
    strangers: strangers.size,
    drifted: 0,
    unfinished: 0,
    recovered: 0,
    ...(next && { partial: true }),
  };
  const covers = part.coverage();
  const ours = unclaimed.size;
  return { provider, seenAt, living, unclaimed, strangers, ours, rows: 0, covers, next, report };
}

/** So many different settings are recognised in a list. */
const MOST_SETTINGS = 1000;

/** Returns a function that leaves out of a room what no comparison needs, and lets equal settings be one object. */
function briefly({ changeable }: RoomProvider['capabilities']) {
  const known = new Map<string, ProviderRoom['settings']>();
  return ({ id, token, createdAt, expiresAt, byUse, inUse, settings = {} }: ProviderRoom): ListedRoom => {
    const compared = Object.fromEntries(
      changeable.filter((name) => name in settings).map((name) => [name, settings[name]]),
    );
    const text = JSON.stringify(compared);
    const same = known.get(text) ?? compared;
    if (known.size < MOST_SETTINGS) known.set(text, same);
    return { id, token, createdAt, expiresAt, byUse, inUse, settings: same };
  };
}

/** @param take returns whether to continue after a page */
async function readPart(
  provider: RoomProvider,
  part: ListPart,
  from: ListPosition | undefined,
  take: (page: readonly ProviderRoom[]) => boolean,
): Promise<void> {
  try {
    const reached = (cursor: string) => part.reached(cursor);
    for await (const page of provider.list({ from: from?.cursor, reached })) {
      part.add(page);
      if (!take(page) && part.goesOn) return;
    }
    part.end();
  } catch (error) {
    if (!part.goesOn) throw error;
  }
}

/**
 * Marks every room that an entry of the table accounts for. An entry whose room has ended accounts for
 * nothing.
 */
export function matchRow(
  entry: Room | PastGeneration,
  inventories: ReadonlyMap<string, Inventory>,
  { deployment, now }: Pick<InventoryContext, 'deployment' | 'now'>,
): void {
  if (!('revision' in entry)) {
    if (entry.expiresAt > now()) tickOff(inventories.get(entry.application), entry.roomId);
    return;
  }
  const { current, previous, retirees, claim, key } = entry;
  const open = retirees.filter((retiree) => !hasEnded(retiree, now()));
  for (const known of [current, previous, ...open]) {
    if (known) tickOff(inventories.get(known.application), known.id);
  }
  if (claim) spareClaimed(claim, roomToken(deployment, key, claim.generation, claim.spec), inventories);
}

function tickOff(inventory: Inventory | undefined, id: string): void {
  if (!inventory) return;
  inventory.unclaimed.delete(id);
  if (inventory.strangers.delete(id)) inventory.report.strangers -= 1;
}

/**
 * Keeps a room that an open claim may have created, however old it is: the next worker of that key adopts it.
 */
function spareClaimed(
  { application }: Claim,
  token: string,
  inventories: ReadonlyMap<string, Inventory>,
): void {
  const unclaimed = inventories.get(application)?.unclaimed;
  for (const room of unclaimed?.values() ?? []) {
    if (room.token === token) unclaimed?.delete(room.id);
  }
}

/** The part of the invocation's time that ending another room needs: two calls. */
const ENDING_TIME: Duration = 30 * SECOND;

/**
 * Returns the rooms that no row accounts for. Leaves out rooms that may still have been in creation when reading
 * the list began, and rooms that end as early by themselves as retiring could end them. So no room becomes an
 * orphan after the table was searched for the rows of all orphans.
 */
export function orphansOf({ provider, unclaimed, seenAt }: Inventory, now: Instant): readonly ListedRoom[] {
  const endsSoon = now + provider.capabilities.shortestLife + MINUTE;
  return [...unclaimed.values()].filter(
    ({ createdAt, expiresAt }) => createdAt <= seenAt - GRACE && expiresAt > endsSoon,
  );
}

/** An account that refuses so many in a row is asked no more: each call may take as long as it can. */
const MOST_REFUSALS = 3;

/**
 * Ends the rooms that no row accounts for. One that cannot be ended does not keep the others.
 *
 * @throws OutOfTimeError if time ran out before all were ended
 * @throws the error of the first room that could not be ended
 */
export async function retireOrphans(
  orphans: readonly ListedRoom[],
  { provider, report }: Inventory,
  timeLeft: () => Duration,
): Promise<void> {
  const refusals: unknown[] = [];
  let inARow = 0;
  for (const { id } of orphans) {
    if (inARow === MOST_REFUSALS) break;
    if (timeLeft() < ENDING_TIME) {
      throw new OutOfTimeError(
        `there was no time to end all ${orphans.length} orphans: ${report.retired} were ended`,
      );
    }
    try {
      await provider.retire(id);
      report.retired += 1;
      inARow = 0;
    } catch (error) {
      refusals.push(error);
      inARow += 1;
    }
  }
  if (refusals.length > 0) throw refusals[0];
}

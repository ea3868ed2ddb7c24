import type { FoundRoom, RoomStore, RotationOrder } from '../model/ports.ts';
import type { PastGeneration, Room } from '../model/room.ts';
import type { Duration, Instant } from '../model/time.ts';
import { generationOf, generationToken, roomToken } from '../model/token.ts';
import { isMadeSince, isWanted } from '../model/transitions.ts';
import { type Inventory, type InventoryContext, type ListedRoom, matchRow, orphansOf } from './inventory.ts';
import { readRows } from './read-rows.ts';

/** How many generations a row can have missed. After a restore it misses all that were opened since. */
const AHEAD = 16;

export interface SuccessorContext extends Pick<InventoryContext, 'deployment' | 'now'> {
  readonly rooms: Pick<RoomStore, 'scan'>;
  /** The time that the invocation has left. */
  readonly timeLeft: () => Duration;
}

/**
 * Finds the orphans that are newer generations of a row, as after the table was restored to an earlier time.
 * They no longer count as orphans: a worker gives them back to their row. A token is a digest, so the tokens
 * of the row's next generations are computed and looked up. If there are no orphans, the table is not read.
 *
 * This second reading also finds what the first one missed: a past generation that was moved from its row to an
 * entry after the place of the entry was read, and before the row was.
 *
 * A room with other content than the row's may be a late effect of an outdated request. It belongs to the row
 * if it was created long after the last write of the row: then the claim that created it is not on the row.
 *
 * @returns an order for each row, with its rooms from the oldest to the newest
 */
export async function findSuccessors(
  inventories: ReadonlyMap<string, Inventory>,
  context: SuccessorContext,
): Promise<readonly RotationOrder[]> {
  const orphans = orphansByGeneration(inventories, context.now());
  if (orphans.size === 0) return [];
  const { matches, leaps } = await readMatches(orphans, inventories, context);
  const isOrphan = ({ application, id }: FoundRoom) => inventories.get(application)?.unclaimed.has(id);
  const orders = matches.map(({ key, generation, found: all }): RotationOrder => {
    const from = leaps.get(key) ?? generation;
    const found = all.filter((room) => room.generation > from && isOrphan(room));
    return { key, generation, cause: 'recovered', found };
  });
  const recovered = orders.filter(({ found = [] }) => found.length > 0);
  for (const { application, id } of recovered.flatMap(({ found = [] }) => found)) {
    inventories.get(application)?.unclaimed.delete(id);
  }
  return recovered;
}

/**
 * @returns rooms that may belong to a row, and for each key the generation before the first room that it got
 * back
 */
async function readMatches(
  orphans: ReadonlyMap<string, readonly Orphan[]>,
  inventories: ReadonlyMap<string, Inventory>,
  { rooms, deployment, timeLeft, now }: SuccessorContext,
) {
  const matches: (Pick<Room, 'key' | 'generation'> & { readonly found: readonly FoundRoom[] })[] = [];
  const leaps = new Map<string, number>();
  const take = (entry: Room | PastGeneration) => {
    matchRow(entry, inventories, { deployment, now });
    const { key, generation } = entry;
    if (!('revision' in entry)) {
      if (entry.reason === 'recovered') leaps.set(key, Math.min(generation, leaps.get(key) ?? generation));
      return;
    }
    if (entry.spec === undefined) return;
    const older = isWanted(entry) ? olderOf(entry, orphans, deployment) : [];
    const found = [...older, ...nextOf(entry, orphans, deployment)];
    if (found.length > 0) matches.push({ key, generation, found });
  };
  for await (const entries of readRows(rooms, timeLeft)) entries.forEach(take);
  return { matches, leaps };
}

type Orphan = ListedRoom & { readonly application: string };

/**
 * Groups the orphans by the part of their tokens that is derived from key and generation, the oldest first.
 */
function orphansByGeneration(inventories: ReadonlyMap<string, Inventory>, now: Instant) {
  const all = [...inventories].flatMap(([application, inventory]) =>
    orphansOf(inventory, now).map((orphan): Orphan => ({ ...orphan, application })),
  );
  all.sort((a, b) => a.createdAt - b.createdAt);
  return Map.groupBy(all, ({ token = '' }) => generationOf(token));
}

/**
 * Returns the rooms of the generations that the row does not have, in order. They include the claimed
 * generation. The next worker usually adopts its room from the application that the claim names, but the
 * claim may have been moved since.
 */
function nextOf(row: Room, orphans: ReadonlyMap<string, readonly Orphan[]>, deployment: string): FoundRoom[] {
  const { key, generation: current, spent = 0, claim, spec } = row;
  const newest = Math.max(current, spent);
  const wanted = claim?.purpose === 'open' ? claim.spec : spec;
  return Array.from({ length: AHEAD }, (_, index) => newest + 1 + index).flatMap((generation) => {
    const candidates = orphans.get(generationToken(deployment, key, generation)) ?? [];
    if (candidates.length === 0) return [];
    const token = roomToken(deployment, key, generation, wanted);
    // of rooms with the same token, the oldest one was recorded and announced
    const exact = isWanted(row) ? candidates.find((orphan) => orphan.token === token) : undefined;
    const found = exact ?? candidates.find((orphan) => isMadeSince(row, orphan));
    return found ? [{ application: found.application, id: found.id, generation }] : [];
  });
}

/**
 * Returns rooms of generations before the row's. They belong to the row if it skipped them because a newer
 * one came back first; otherwise they are orphans.
 */
function olderOf(
  { key, generation: current }: Room,
  orphans: ReadonlyMap<string, readonly Orphan[]>,
  deployment: string,
): readonly FoundRoom[] {
  const oldest = Math.max(1, current - AHEAD);
  return Array.from({ length: current - oldest }, (_, index) => oldest + index).flatMap((generation) => {
    const [orphan] = orphans.get(generationToken(deployment, key, generation)) ?? [];
    return orphan ? [{ application: orphan.application, id: orphan.id, generation }] : [];
  });
}

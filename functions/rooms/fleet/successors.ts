import type { FoundRoom, ProviderRoom, RoomStore, RotationOrder } from '../model/ports.ts';
import type { Room } from '../model/room.ts';
import type { Instant } from '../model/time.ts';
import { roomToken } from '../model/token.ts';
import { type Inventory, type InventoryContext, orphansOf } from './inventory.ts';

/** How many generations a row can have missed: after a restore, all that were opened since. */
const AHEAD = 16;

export interface SuccessorContext extends Pick<InventoryContext, 'deployment' | 'now'> {
  readonly rooms: Pick<RoomStore, 'scan'>;
}

/**
 * Finds the orphans that are newer generations of a row, as after the table was restored to an earlier time. They are
 * orphans no more: a worker gives them back to their row. A token is a digest, so the tokens of the row's next
 * generations are computed and looked up. Where there is no orphan the table is not read.
 *
 * @returns an order for each row, with its rooms from the oldest to the newest
 */
export async function findSuccessors(
  ledgers: ReadonlyMap<string, Inventory>,
  { rooms, deployment, now }: SuccessorContext,
): Promise<readonly RotationOrder[]> {
  const byToken = orphansByToken(ledgers, now());
  if (byToken.size === 0) return [];
  const orders: RotationOrder[] = [];
  let cursor: string | undefined;
  do {
    const page = await rooms.scan(cursor);
    for (const row of page.items) {
      if (!('revision' in row) || !isWanted(row)) continue;
      const found = nextTokens(row, deployment).flatMap(({ token, generation }): FoundRoom[] => {
        const place = byToken.get(token);
        return place ? [{ application: place.application, id: place.id, generation }] : [];
      });
      for (const { application, id } of found) ledgers.get(application)?.unclaimed.delete(id);
      if (found.length === 0) continue;
      orders.push({ key: row.key, generation: row.generation, cause: 'recovered', found });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return orders;
}

/** Of rooms with one token the oldest, which is the one that was recorded and announced: the others stay orphans. */
function orphansByToken(ledgers: ReadonlyMap<string, Inventory>, now: Instant) {
  const byToken = new Map<string, Omit<FoundRoom, 'generation'> & Pick<ProviderRoom, 'createdAt'>>();
  for (const [application, ledger] of ledgers) {
    for (const { token, id, createdAt } of orphansOf(ledger, now)) {
      if (token === undefined || createdAt >= (byToken.get(token)?.createdAt ?? Number.POSITIVE_INFINITY))
        continue;
      byToken.set(token, { application, id, createdAt });
    }
  }
  return byToken;
}

/** A key that was cancelled gets no room back. */
function isWanted({ state, spec }: Room): boolean {
  return spec !== undefined && state !== 'cancelled' && state !== 'rejected';
}

/**
 * The tokens of the generations that the row does not have, in their order. The one that is claimed is among them: where
 * the claim says, its room is its next worker's to adopt, but the claim may have been moved since.
 */
function nextTokens({ key, generation, spent = 0, claim, spec }: Room, deployment: string) {
  const newest = Math.max(generation, spent);
  const wanted = claim?.purpose === 'open' ? claim.spec : spec;
  return Array.from({ length: AHEAD }, (_, index) => {
    const next = newest + 1 + index;
    return { generation: next, token: roomToken(deployment, key, next, wanted) };
  });
}

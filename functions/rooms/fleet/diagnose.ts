import { isLinkShown } from '../lifecycle/links.ts';
import { driftOf } from '../model/drift.ts';
import type { ShownLinks } from '../model/link.ts';
import type { RotationOrder } from '../model/ports.ts';
import type { Room, RoomChange } from '../model/room.ts';
import type { Instant } from '../model/time.ts';
import { hasExpired, isAlive } from '../model/transitions.ts';
import { GRACE, type Inventory } from './inventory.ts';

/** A finding about a row, and its application. */
export interface Diagnosis {
  readonly inventory: Inventory;
  readonly order: RotationOrder;
  /** The settings and the expiry that have drifted, with the requested values. */
  readonly drift?: RoomChange;
}

/** Diagnoses a row: counts the finding and orders the repair. */
export function diagnose(
  room: Room,
  inventories: Map<string, Inventory>,
  now: Instant,
  links?: ShownLinks,
): Diagnosis | undefined {
  const { key, generation, current } = room;
  const home = current && inventories.get(current.application);
  if (hasExpired(room, now)) {
    // the account of the room may have left the pool: the end is announced in any case
    return home && { inventory: home, order: { key, generation, cause: 'ended' } };
  }
  if (home && isAlive(current, now) && home.covers(current.createdAt)) home.rows += 1;
  const finding = isUnfinished(room, inventories, now, links)
    ? { inventory: inventoryOfUnfinished(room, inventories), cause: 'unfinished' as const }
    : findingOf(room, inventories, now);
  if (!finding?.inventory) return undefined;
  // people in a room are not a problem
  if (finding.cause !== 'used') finding.inventory.report[finding.cause] += 1;
  return {
    inventory: finding.inventory,
    order: { key: room.key, generation: room.generation, cause: finding.cause },
    ...('drift' in finding && { drift: finding.drift }),
  };
}

function isUnfinished(
  room: Room,
  inventories: Map<string, Inventory>,
  now: Instant,
  links: ShownLinks | undefined,
): boolean {
  const { claim, unannounced, retirees, updatedAt } = room;
  if (claim) return claim.leaseUntil <= now;
  // a room whose application has left the pool can never be ended, so it is not counted
  const open = retirees.some(
    ({ endsAt, application }) => endsAt === undefined && inventories.has(application),
  );
  const behind = links !== undefined && !isLinkShown(room, links);
  return (open || behind || unannounced !== undefined) && updatedAt <= now - GRACE;
}

/**
 * Returns an inventory that counts a row without rooms that still has announcements: any one of them, so that
 * the row is repaired.
 */
function inventoryOfUnfinished({ claim, current, retirees }: Room, inventories: Map<string, Inventory>) {
  const places = [claim, current, ...retirees].filter((place) => place !== undefined);
  if (places.length === 0) return [...inventories.values()][0];
  return places
    .map(({ application }) => inventories.get(application))
    .find((inventory) => inventory !== undefined);
}

function findingOf(
  { claim, current, spec, unclear }: Room,
  inventories: Map<string, Inventory>,
  now: Instant,
) {
  if (!spec || claim || !isAlive(current, now)) return undefined;
  const inventory = inventories.get(current.application);
  if (!inventory) return undefined;
  const seen = inventory.living.get(current.id);
  // a room that is younger than the list cannot be in it
  if (!seen) {
    const isYoung = current.createdAt > now - GRACE;
    return isYoung || !inventory.covers(current.createdAt)
      ? undefined
      : { inventory, cause: 'lost' as const };
  }
  const drift = driftOf({ current, spec, unclear }, seen, inventory.provider.capabilities, now);
  if (drift) return { inventory, cause: 'drifted' as const, drift };
  return current.byUse && seen.inUse ? { inventory, cause: 'used' as const } : undefined;
}

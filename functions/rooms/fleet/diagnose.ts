import { driftOf } from '../model/drift.ts';
import type { RotationOrder } from '../model/ports.ts';
import type { Room } from '../model/room.ts';
import type { Instant } from '../model/time.ts';
import { hasExpired, isAlive } from '../model/transitions.ts';
import { GRACE, type Inventory } from './inventory.ts';

/** What is wrong with a row, and in which application. */
export interface Diagnosis {
  readonly ledger: Inventory;
  readonly order: RotationOrder;
}

/** Counts what is wrong with a row, and orders its repair. */
export function diagnose(room: Room, ledgers: Map<string, Inventory>, now: Instant): Diagnosis | undefined {
  const { key, generation, current } = room;
  const home = current && ledgers.get(current.application);
  if (hasExpired(room, now)) {
    // it lives nowhere any more: whichever account it was in, its end is announced
    return home && { ledger: home, order: { key, generation, cause: 'ended' } };
  }
  if (home && isAlive(current, now) && home.covers(current.createdAt)) home.rows += 1;
  const finding = isUnfinished(room, ledgers, now)
    ? { ledger: ledgerOfUnfinished(room, ledgers), cause: 'unfinished' as const }
    : findingOf(room, ledgers, now);
  if (!finding?.ledger) return undefined;
  finding.ledger.report[finding.cause] += 1;
  return {
    ledger: finding.ledger,
    order: { key: room.key, generation: room.generation, cause: finding.cause },
  };
}

function isUnfinished(room: Room, ledgers: Map<string, Inventory>, now: Instant): boolean {
  const { claim, unannounced, retirees, updatedAt } = room;
  if (claim) return claim.leaseUntil <= now;
  // a room whose application has left the pool can be ended by nobody, however often it is tried
  const open = retirees.some(({ endsAt, application }) => endsAt === undefined && ledgers.has(application));
  return (open || unannounced !== undefined) && updatedAt <= now - GRACE;
}

/** What a row without any room has left to tell is everybody's, so that somebody sees to it. */
function ledgerOfUnfinished({ claim, current, retirees }: Room, ledgers: Map<string, Inventory>) {
  const places = [claim, current, ...retirees].filter((place) => place !== undefined);
  if (places.length === 0) return [...ledgers.values()][0];
  return places.map(({ application }) => ledgers.get(application)).find((ledger) => ledger !== undefined);
}

function findingOf({ claim, current, spec, unclear }: Room, ledgers: Map<string, Inventory>, now: Instant) {
  if (!spec || claim || !isAlive(current, now)) return undefined;
  const ledger = ledgers.get(current.application);
  if (!ledger) return undefined;
  const seen = ledger.living.get(current.id);
  // a room that is younger than the list was not there to be listed
  if (!seen) {
    const isYoung = current.createdAt > now - GRACE;
    return isYoung || !ledger.covers(current.createdAt) ? undefined : { ledger, cause: 'lost' as const };
  }
  return driftOf({ current, spec, unclear }, seen, ledger.provider.capabilities, now)
    ? { ledger, cause: 'drifted' as const }
    : undefined;
}

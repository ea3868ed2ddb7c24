import { driftOf } from './drift.ts';
import type {
  EventBus,
  Pool,
  ProviderRoom,
  RoomProvider,
  RoomStore,
  RotationOrder,
  RotationQueue,
} from './ports.ts';
import { isAlive } from './record.ts';
import type { Claim, Instant, PastGeneration, Room } from './room.ts';
import { HOUR } from './room.ts';
import { isTokenOf, roomToken } from './token.ts';

/** `repair` mends what it finds; `report` only tells. */
export type ReconciliationMode = 'repair' | 'report';

export interface Reconciling {
  readonly rooms: Pick<RoomStore, 'scan'>;
  readonly pool: Pool;
  readonly rotations: RotationQueue;
  readonly events: Pick<EventBus, 'report'>;
  readonly now: () => Instant;
  readonly deployment: string;
  readonly mode: ReconciliationMode;
}

/** What one application's list looked like against the table. */
export interface ApplicationReport {
  /** Rooms at the provider that have not expired. */
  rooms: number;
  /** Rows whose room the provider does not have. */
  lost: number;
  /** Rooms of ours that are no row's, old enough not to be in the making. */
  orphans: number;
  /** Orphans that were retired. */
  retired: number;
  /** Rooms that are none of ours. */
  strangers: number;
  /** Rooms whose settings or end are not what was asked for, and can be put right in place. */
  drifted: number;
  /** Rows that a crash left with something to do. */
  unfinished: number;
}

export type ReconciliationReport = Readonly<Record<string, ApplicationReport>>;

/** A younger room may be one that is being made at this moment. */
const GRACE = HOUR;

/**
 * Compares the providers' lists with the table. Rows that need work are nominated for the workers, who look again
 * before they act; only orphans, which have no row, are retired here.
 *
 * The lists are read before the table, so that a room made meanwhile is on its row before it could be missed.
 */
export async function reconcileRooms(
  applications: readonly string[],
  reconciling: Reconciling,
): Promise<ReconciliationReport> {
  const ledgers = new Map<string, Ledger>();
  for (const name of applications) ledgers.set(name, await readLedger(name, reconciling));
  await compareRows(ledgers, reconciling);
  for (const ledger of ledgers.values()) await retireOrphans(ledger, reconciling);
  const report = Object.fromEntries([...ledgers].map(([name, { report }]) => [name, report]));
  await reconciling.events.report('Rooms Reconciled', { mode: reconciling.mode, applications: report });
  return report;
}

/** One application's rooms, ticked off as rows claim them. */
interface Ledger {
  readonly provider: RoomProvider;
  readonly living: Map<string, ProviderRoom>;
  /** Rooms of ours that no row has claimed so far. */
  readonly unclaimed: Map<string, ProviderRoom>;
  readonly report: ApplicationReport;
}

async function readLedger(name: string, { pool, now, deployment }: Reconciling): Promise<Ledger> {
  const provider = pool.provider(name);
  const living = new Map<string, ProviderRoom>();
  const unclaimed = new Map<string, ProviderRoom>();
  for await (const page of provider.list()) {
    for (const room of page) {
      if (!room.available || room.expiresAt <= now()) continue;
      living.set(room.id, room);
      if (isTokenOf(deployment, room.token)) unclaimed.set(room.id, room);
    }
  }
  const report = {
    rooms: living.size,
    lost: 0,
    orphans: 0,
    retired: 0,
    strangers: living.size - unclaimed.size,
    drifted: 0,
    unfinished: 0,
  };
  return { provider, living, unclaimed, report };
}

async function compareRows(ledgers: Map<string, Ledger>, reconciling: Reconciling): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await reconciling.rooms.scan(cursor);
    const orders = page.items.flatMap((entry) => compareEntry(entry, ledgers, reconciling));
    if (reconciling.mode === 'repair') {
      await reconciling.rotations.send(orders.map((order) => ({ order, delay: 0 })));
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Ticks off the rooms that the entry accounts for; says what is to be done about a row. */
function compareEntry(
  entry: Room | PastGeneration,
  ledgers: Map<string, Ledger>,
  { deployment, now }: Reconciling,
): readonly RotationOrder[] {
  if (!('revision' in entry)) {
    ledgers.get(entry.application)?.unclaimed.delete(entry.roomId);
    return [];
  }
  for (const known of [entry.current, entry.previous, ...entry.retirees]) {
    if (known) ledgers.get(known.application)?.unclaimed.delete(known.id);
  }
  if (entry.claim)
    spareClaimed(entry.claim, roomToken(deployment, entry.key, entry.claim.generation), ledgers);
  const finding = findingOf(entry, ledgers, now());
  if (!finding) return [];
  finding.ledger.report[finding.count] += 1;
  return [{ key: entry.key, generation: entry.generation, cause: finding.cause }];
}

/** A room that an open claim may have made is its next worker's to adopt, however old it is. */
function spareClaimed({ application }: Claim, token: string, ledgers: Map<string, Ledger>): void {
  const unclaimed = ledgers.get(application)?.unclaimed;
  for (const room of unclaimed?.values() ?? []) {
    if (room.token === token) unclaimed?.delete(room.id);
  }
}

interface Finding {
  readonly ledger: Ledger;
  readonly count: 'lost' | 'drifted' | 'unfinished';
  readonly cause: RotationOrder['cause'];
}

function findingOf(room: Room, ledgers: Map<string, Ledger>, now: Instant): Finding | undefined {
  const { claim, current, spec } = room;
  const ledger = ledgers.get(
    current?.application ?? claim?.application ?? room.retirees[0]?.application ?? '',
  );
  if (!ledger) return undefined;
  if (isUnfinished(room, now)) return { ledger, count: 'unfinished', cause: 'unfinished' };
  if (!spec || claim || !isAlive(current, now)) return undefined;
  const seen = ledger.living.get(current.id);
  // a room that is younger than the list was not there to be listed
  if (!seen) return current.createdAt > now - GRACE ? undefined : { ledger, count: 'lost', cause: 'lost' };
  return driftOf(current, spec, seen, ledger.provider.capabilities, now)
    ? { ledger, count: 'drifted', cause: 'drifted' }
    : undefined;
}

function isUnfinished({ claim, unannounced, retirees, updatedAt }: Room, now: Instant): boolean {
  if (claim) return claim.leaseUntil <= now;
  const pending = unannounced !== undefined || retirees.some(({ endsAt }) => endsAt === undefined);
  return pending && updatedAt <= now - GRACE;
}

async function retireOrphans(
  { provider, unclaimed, report }: Ledger,
  { mode, now }: Reconciling,
): Promise<void> {
  for (const room of unclaimed.values()) {
    if (room.createdAt > now() - GRACE) continue;
    report.orphans += 1;
    if (mode === 'report') continue;
    await provider.retire(room.id);
    report.retired += 1;
  }
}

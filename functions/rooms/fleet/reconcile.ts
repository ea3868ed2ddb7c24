import { OutOfTimeError } from '../model/errors.ts';
import type { EventBus, RoomStore, RotationOrder, RotationQueue } from '../model/ports.ts';
import type { Room } from '../model/room.ts';
import type { Duration, Instant } from '../model/time.ts';
import { diagnose } from './diagnose.ts';
import {
  type ApplicationReport,
  type Inventory,
  type InventoryContext,
  matchRow,
  readInventory,
  retireOrphans,
} from './inventory.ts';

/** `repair` mends what it finds; `report` only tells. */
export type ReconciliationMode = 'repair' | 'report';

export interface ReconciliationContext extends InventoryContext {
  readonly rooms: Pick<RoomStore, 'scan' | 'noteListEnd'>;
  readonly rotations: RotationQueue;
  readonly events: Pick<EventBus, 'report'>;
  readonly mode: ReconciliationMode;
  /** What is left of the invocation. */
  readonly timeLeft: () => Duration;
  /** Hears of every row that is compared. */
  readonly onRow?: (room: Room) => void;
}

export interface Reconciliation {
  readonly applications: Readonly<Record<string, ApplicationReport>>;
  /**
   * What is left for successors, a list of applications each: those that there was no time for, and each one that
   * made trouble alone, so that it neither holds up the others nor is forgotten.
   */
  readonly rest: readonly (readonly string[])[];
}

/**
 * Compares the providers' lists with the table. Rows that need work are nominated for the workers, who look again
 * before they act; only orphans, which have no row, are retired here.
 *
 * The lists are read before the table, so that a room made meanwhile is on its row before it could be missed.
 *
 * @throws what went wrong with an application that is reconciled alone
 */
export async function reconcileRooms(
  applications: readonly string[],
  reconciling: ReconciliationContext,
): Promise<Reconciliation> {
  const troubled = new Map<string, unknown>();
  const { ledgers, untouched } = await readLedgers(applications, reconciling, troubled);
  if (ledgers.size > 0) await compareRows(ledgers, reconciling);
  for (const [name, ledger] of ledgers) await endOrphans(name, ledger, reconciling, troubled);
  const report = Object.fromEntries([...ledgers].map(([name, { report }]) => [name, report]));
  if (ledgers.size > 0) {
    await reconciling.events.report('Rooms Reconciled', { mode: reconciling.mode, applications: report });
  }
  const [trouble] = troubled.values();
  if (trouble && applications.length === 1) throw trouble;
  const alone = [...troubled.keys()].map((name) => [name]);
  return { applications: report, rest: untouched.length > 0 ? [...alone, untouched] : alone };
}

/** The table's turn comes when this part of the time is left. */
const LISTING_SHARE = 0.5;

/** Memory for as many rooms is there; the lists of more are a successor's. */
const MOST_ROOMS = 100_000;

async function readLedgers(
  applications: readonly string[],
  reconciling: ReconciliationContext,
  troubled: Map<string, unknown>,
): Promise<{ ledgers: Map<string, Inventory>; untouched: readonly string[] }> {
  const ledgers = new Map<string, Inventory>();
  const listingEnds = reconciling.timeLeft() * LISTING_SHARE;
  let rooms = 0;
  for (const [index, name] of applications.entries()) {
    const isTime = reconciling.timeLeft() > listingEnds && rooms < MOST_ROOMS;
    if (index > 0 && !isTime) return { ledgers, untouched: applications.slice(index) };
    try {
      const seenAt = reconciling.now();
      const ledger = await readInventory(name, reconciling);
      ledgers.set(name, ledger);
      rooms += ledger.living.size;
      await noteListEnd(name, ledger, seenAt, reconciling);
    } catch (error) {
      troubled.set(name, error);
    }
  }
  return { ledgers, untouched: [] };
}

/** For whoever looks for a lost room before the next reconciliation: see `finish.ts`. */
async function noteListEnd(
  application: string,
  { provider }: Inventory,
  seenAt: Instant,
  { rooms, mode }: ReconciliationContext,
): Promise<void> {
  const bookmark = provider.bookmark();
  if (bookmark !== undefined && mode === 'repair') await rooms.noteListEnd({ application, bookmark, seenAt });
}

async function compareRows(
  ledgers: Map<string, Inventory>,
  reconciling: ReconciliationContext,
): Promise<void> {
  const { rooms, rotations, now, mode } = reconciling;
  let cursor: string | undefined;
  do {
    const page = await rooms.scan(cursor);
    const orders: RotationOrder[] = [];
    for (const entry of page.items) {
      matchRow(entry, ledgers, reconciling);
      if (!('revision' in entry)) continue;
      reconciling.onRow?.(entry);
      const order = diagnose(entry, ledgers, now());
      if (order) orders.push(order);
    }
    if (mode === 'repair') await rotations.send(orders.map((order) => ({ order, delay: 0 })));
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function endOrphans(
  name: string,
  ledger: Inventory,
  { mode, now, timeLeft }: ReconciliationContext,
  troubled: Map<string, unknown>,
): Promise<void> {
  try {
    const done = await retireOrphans(ledger, { repair: mode === 'repair', now, timeLeft });
    if (!done) throw new OutOfTimeError(`there was no time to end the orphans of application ${name}`);
  } catch (error) {
    troubled.set(name, error);
  }
}

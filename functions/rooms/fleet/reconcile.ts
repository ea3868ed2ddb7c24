import { OutOfTimeError, toError } from '../model/errors.ts';
import type { ReconciliationEventDetail, ReconciliationMode } from '../model/events.ts';
import type { ShownLinks } from '../model/link.ts';
import type { EventBus, RoomStore, RotationOrder, RotationQueue } from '../model/ports.ts';
import type { Room } from '../model/room.ts';
import type { Duration } from '../model/time.ts';
import { type Confirmation, DEFAULT_BRAKE, findingsOf, mustHold } from './brake.ts';
import { type Diagnosis, diagnose } from './diagnose.ts';
import {
  type ApplicationReport,
  type Inventory,
  type InventoryContext,
  matchRow,
  orphansOf,
  readInventory,
  retireOrphans,
} from './inventory.ts';
import type { ListPosition } from './list-part.ts';
import { readRows } from './read-rows.ts';
import { findSuccessors } from './successors.ts';

/** The dependencies of a comparison. */
export interface ComparisonContext extends InventoryContext {
  readonly rooms: Pick<RoomStore, 'scan'>;
  /** How many rooms of the lists a run holds in memory. @default 100,000 */
  readonly mostRooms?: number;
  /** The time that the invocation has left. */
  readonly timeLeft: () => Duration;
  /** Repairs rows whose link the links table does not have. Absent: there are no links. */
  readonly links?: ShownLinks;
  /** Called with every row that is compared. */
  readonly onRow?: (room: Room) => void;
  /** Called with every finding. */
  readonly onFinding?: (diagnosis: Diagnosis) => void;
}

export interface ReconciliationContext extends ComparisonContext {
  readonly rooms: Pick<RoomStore, 'scan' | 'noteListEnd'>;
  readonly rotations: RotationQueue;
  readonly events: Pick<EventBus, 'report'>;
  readonly mode: ReconciliationMode;
  /**
   * The share of lost and orphaned rooms above which an application is not changed. @default DEFAULT_BRAKE
   */
  readonly brake?: number;
}

/** The providers' lists compared with the table. */
export interface Comparison {
  /** By application. */
  readonly inventories: ReadonlyMap<string, Inventory>;
  /** The orders that repair the rows whose rooms are, or were, in each application. */
  readonly orders: ReadonlyMap<Inventory, readonly RotationOrder[]>;
  /** Rows that get back rooms of newer generations. */
  readonly recovered: readonly RotationOrder[];
  /** Applications whose lists could not be read, with the errors. */
  readonly troubled: Map<string, unknown>;
  /** Applications for which there was no time. */
  readonly untouched: readonly string[];
}

export interface Reconciliation {
  readonly applications: Readonly<Record<string, ApplicationReport>>;
  /**
   * The tasks of the next runs: applications for which there was no time, failed applications, applications
   * whose list continues, and a report that the bus did not accept. Each failed application gets a task of its
   * own, so that it is retried and does not delay the others.
   */
  readonly rest: readonly ReconciliationTask[];
  /** The counts of all parts, for lists that were read to their end. */
  readonly totals: Readonly<Record<string, ListTotals>>;
}

/** The counts of all parts of a list. */
export interface ListTotals {
  readonly rooms: number;
  readonly lost: number;
  readonly orphans: number;
  /** Findings that wait for a person. */
  readonly held: number;
}

/** What a run compares. */
export interface ReconciliationTask {
  readonly applications: readonly string[];
  /** Where the list of the only application continues. */
  readonly from?: ListPosition;
  /** The counts of the earlier parts. */
  readonly before?: ListTotals;
  /** What a person allows in spite of the brake. */
  readonly confirmed?: Confirmation;
  /**
   * Applications whose orders an earlier attempt has sent. During an outage no order succeeds, so orders that
   * each attempt sends again would become more and more.
   */
  readonly ordered?: readonly string[];
  /**
   * The report of an earlier run, which the bus did not accept. Another comparison would not find what that run
   * repaired.
   */
  readonly unreported?: Report;
  /** The share of a run's time for the lists. Absent: `LISTING_SHARE`. */
  readonly share?: number;
}

export type Report = Omit<ReconciliationEventDetail, 'deployment'>;

/**
 * Compares the providers' lists with the table. Rows that need work are nominated for the workers, which read
 * the room again before they act. Only orphans, which have no row, are retired here. An application with too
 * many findings is not changed: see `brake.ts`.
 *
 * The lists are read before the table, so that a room that is created in between is on its row before the
 * comparison. A list that is too long for one run is read in parts, and each part is compared with the whole
 * table.
 *
 * @throws the error of an application that is reconciled alone
 */
export async function reconcileRooms(
  task: ReconciliationTask,
  reconciling: ReconciliationContext,
): Promise<Reconciliation> {
  const { applications, confirmed, share = LISTING_SHARE } = task;
  if (task.unreported) await report(task.unreported, reconciling);
  let comparison: Comparison;
  try {
    comparison = await compareRooms(task, reconciling);
  } catch (error) {
    if (!(error instanceof OutOfTimeError) || share <= LEAST_SHARE) throw error;
    // nothing was changed yet: shorter parts leave the table more time
    return { applications: {}, rest: [{ ...task, share: share / 2 }], totals: {} };
  }
  const { inventories, troubled, untouched } = comparison;
  const ordered = await repairAll(task, comparison, reconciling);
  const found = Object.fromEntries([...inventories].map(([name, { report }]) => [name, report]));
  const totals = Object.fromEntries(
    Object.entries(found).map(([name, counts]) => [name, totalsOf(counts, task.before)]),
  );
  const done = Object.fromEntries(Object.entries(totals).filter(([name]) => !inventories.get(name)?.next));
  const unreported = await unreportedOf(found, reconciling);
  const sole = applications.length === 1 ? [...troubled.values()][0] : undefined;
  // its queue repeats the task, and the repetition finds and reports the same
  if (sole && ordered.size === (task.ordered?.length ?? 0) && !retiresAny(unreported)) throw sole;
  const left = leftOf(confirmed, found);
  const rest = [...troubled.keys()].map((name) => withoutOrders(task, [name], ordered));
  for (const [name, { next }] of inventories) {
    if (!next || troubled.has(name)) continue;
    rest.push({ applications: [name], from: next, before: totals[name], confirmed: left, share: task.share });
  }
  if (untouched.length > 0) rest.push(withoutOrders(task, untouched, ordered));
  if (unreported) rest.push({ applications: [], unreported });
  return { applications: found, rest, totals: done };
}

/** @returns the applications whose orders were sent, now or by an earlier attempt */
async function repairAll(
  { ordered: before = [], ...task }: ReconciliationTask,
  { inventories, orders, recovered, troubled }: Comparison,
  reconciling: ReconciliationContext,
): Promise<ReadonlySet<string>> {
  const ordered = new Set(before);
  if (reconciling.mode === 'report') return ordered;
  const isNew = ({ found = [] }: RotationOrder) => found.some(({ application }) => !ordered.has(application));
  await send(recovered.filter(isNew), reconciling);
  for (const [name, inventory] of inventories) {
    const open = ordered.has(name) ? [] : (orders.get(inventory) ?? []);
    await repair(name, inventory, open, { ...reconciling, ...task }, troubled);
    if (!inventory.report.held && open.length + inventory.report.recovered > 0) ordered.add(name);
  }
  return ordered;
}

/** Returns the task of another attempt, which sends no order a second time. */
function withoutOrders(
  { ordered: _, ...task }: ReconciliationTask,
  applications: readonly string[],
  ordered: ReadonlySet<string>,
): ReconciliationTask {
  const sent = applications.filter((name) => ordered.has(name));
  return { ...task, applications, ...(sent.length > 0 && { ordered: sent }) };
}

/**
 * Reports the counts if there is a finding: every event costs money, and most comparisons find nothing.
 *
 * @returns the report, if the bus does not accept it
 */
async function unreportedOf(
  applications: Readonly<Record<string, ApplicationReport>>,
  reconciling: ReconciliationContext,
): Promise<Report | undefined> {
  if (!Object.values(applications).some(hasFinding)) return undefined;
  const found = { mode: reconciling.mode, applications };
  return report(found, reconciling).then(
    () => undefined,
    () => found,
  );
}

/** Whether a repeated comparison would not find all that a report has. */
function retiresAny(unreported: Report | undefined): boolean {
  return Object.values(unreported?.applications ?? {}).some(({ retired }) => retired > 0);
}

function report(found: Report, { events }: ReconciliationContext): Promise<void> {
  return events.report('Rooms Reconciled', found);
}

function hasFinding({ lost, orphans, drifted, unfinished, recovered }: ApplicationReport): boolean {
  return lost + orphans + drifted + unfinished + recovered > 0;
}

/** Compares the providers' lists with the table. Changes nothing. */
export async function compareRooms(
  task: ReconciliationTask,
  context: ComparisonContext,
): Promise<Comparison> {
  const troubled = new Map<string, unknown>();
  const { inventories, untouched } = await readInventories(task, context, troubled);
  if (inventories.size === 0) {
    return { inventories, orders: new Map(), recovered: [], troubled, untouched };
  }
  const orders = await compareRows(inventories, context);
  const recovered = await recoverSuccessors(inventories, orders, context);
  for (const inventory of inventories.values()) {
    inventory.report.orphans = orphansOf(inventory, context.now()).length;
  }
  return { inventories, orders, recovered, troubled, untouched };
}

/**
 * Returns what a confirmation still allows in the later parts of the list: nothing once there are more
 * findings than it allows.
 */
function leftOf(
  confirmed: Confirmation | undefined,
  report: Readonly<Record<string, ApplicationReport>>,
): Confirmation | undefined {
  const found = confirmed && report[confirmed.application];
  if (!confirmed || !found) return confirmed;
  if (found.held) return undefined;
  const findings = confirmed.findings - findingsOf(found);
  return findings > 0 ? { ...confirmed, findings } : undefined;
}

function totalsOf(found: ApplicationReport, before?: ListTotals): ListTotals {
  const { rooms, lost, orphans } = found;
  return {
    rooms: rooms + (before?.rooms ?? 0),
    lost: lost + (before?.lost ?? 0),
    orphans: orphans + (before?.orphans ?? 0),
    held: (found.held ? findingsOf(found) : 0) + (before?.held ?? 0),
  };
}

/** Reading the lists may take this share of the time; the table gets the rest. */
const LISTING_SHARE = 0.5;

/** A table that gets the rest of this and is not read to its end is too long for the function. */
const LEAST_SHARE = LISTING_SHARE / 8;

/** A run holds at most this many rooms in memory; the next run continues. */
const MOST_ROOMS = 100_000;

/** So many lists are read at the same time: most of the time is waiting. Each account has a rate of its own. */
const LANES = 4;

async function readInventories(
  { applications, from, share = LISTING_SHARE }: ReconciliationTask,
  reconciling: ComparisonContext,
  troubled: Map<string, unknown>,
): Promise<{ inventories: Map<string, Inventory>; untouched: readonly string[] }> {
  const { timeLeft, mostRooms = MOST_ROOMS } = reconciling;
  const read = new Map<string, Inventory | Error>();
  const held = new Map<string, number>();
  const listingEnds = timeLeft() * (1 - share);
  const isRoom = () => timeLeft() > listingEnds && sum(held.values()) < mostRooms;
  const untouched = [...applications];
  const lane = async () => {
    while (untouched.length > 0 && (untouched.length === applications.length || isRoom())) {
      const name = untouched.shift() ?? '';
      const mayGoOn = (rooms: number) => {
        held.set(name, rooms);
        return isRoom();
      };
      read.set(name, await readInventory(name, reconciling, { from, mayGoOn }).catch(toError));
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, applications.length) }, lane));
  const inventories = new Map<string, Inventory>();
  // in the order of the task, whichever came first
  for (const name of applications) {
    const found = read.get(name);
    if (found instanceof Error) troubled.set(name, found);
    else if (found) inventories.set(name, found);
  }
  return { inventories, untouched };
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}

/**
 * Stores the end of a list, for searches of lost rooms before the next reconciliation (`recover.ts`), and for
 * people.
 */
async function noteListEnd(
  application: string,
  { provider, seenAt, next }: Inventory,
  { rooms }: ReconciliationContext,
): Promise<void> {
  if (next) return;
  const bookmark = provider.bookmark();
  await rooms.noteListEnd({ application, seenAt, ...(bookmark !== undefined && { bookmark }) });
}

/** The orders of the run by application. Nothing is sent before all rows were compared. */
type Orders = Map<Inventory, RotationOrder[]>;

async function compareRows(
  inventories: Map<string, Inventory>,
  reconciling: ComparisonContext,
): Promise<Orders> {
  const { rooms, now, timeLeft } = reconciling;
  const orders: Orders = new Map([...inventories.values()].map((inventory) => [inventory, []]));
  for await (const entries of readRows(rooms, timeLeft)) {
    for (const entry of entries) {
      matchRow(entry, inventories, reconciling);
      if (!('revision' in entry)) continue;
      reconciling.onRow?.(entry);
      const diagnosis = diagnose(entry, inventories, now(), reconciling.links);
      if (!diagnosis) continue;
      reconciling.onFinding?.(diagnosis);
      orders.get(diagnosis.inventory)?.push(diagnosis.order);
    }
  }
  return orders;
}

/**
 * Gives orphans that are newer generations of a row back to the row. A row that gets one back needs no new
 * room, so its other orders are dropped.
 */
async function recoverSuccessors(
  inventories: Map<string, Inventory>,
  orders: Orders,
  reconciling: ComparisonContext,
): Promise<readonly RotationOrder[]> {
  const recovered = await findSuccessors(inventories, reconciling);
  for (const { found = [] } of recovered) {
    for (const { application } of found) {
      const report = inventories.get(application)?.report;
      if (report) report.recovered += 1;
    }
  }
  const keys = new Set(recovered.map(({ key }) => key));
  for (const [{ report }, list] of keys.size > 0 ? orders : []) {
    const rest = list.filter(({ key, cause }) => !(keys.has(key) && cause !== 'unfinished'));
    report.lost -= countOf(list, 'lost') - countOf(rest, 'lost');
    report.drifted -= countOf(list, 'drifted') - countOf(rest, 'drifted');
    list.splice(0, list.length, ...rest);
  }
  return recovered;
}

function countOf(orders: readonly RotationOrder[], cause: RotationOrder['cause']): number {
  return orders.filter((order) => order.cause === cause).length;
}

/** Repairs the findings of an application, unless there are so many that a person must confirm them. */
async function repair(
  name: string,
  inventory: Inventory,
  orders: readonly RotationOrder[],
  reconciling: ReconciliationContext & Pick<ReconciliationTask, 'confirmed' | 'before'>,
  troubled: Map<string, unknown>,
): Promise<void> {
  const { now, timeLeft, brake = DEFAULT_BRAKE, confirmed } = reconciling;
  const orphans = orphansOf(inventory, now());
  inventory.report.orphans = orphans.length;
  const earlier = reconciling.before ?? { rooms: 0, lost: 0, orphans: 0, held: 0 };
  const before = { rooms: earlier.rooms, findings: findingsOf(earlier) };
  const consent = confirmed?.application === name ? confirmed : undefined;
  if (mustHold(inventory, { share: brake, confirmed: consent, held: earlier.held > 0, before, now: now() })) {
    inventory.report.held = true;
    return;
  }
  await noteListEnd(name, inventory, reconciling);
  await send(orders, reconciling);
  try {
    await retireOrphans(orphans, inventory, timeLeft);
  } catch (error) {
    // the rooms of the later parts do not wait for an orphan: the next comparison finds it again
    if (!inventory.next || error instanceof OutOfTimeError) troubled.set(name, error);
  }
}

function send(orders: readonly RotationOrder[], { rotations }: ReconciliationContext): Promise<void> {
  return rotations.send(orders.map((order) => ({ order, delay: 0 })));
}

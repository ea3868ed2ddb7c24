import { fraction } from '../model/digest.ts';
import type { DelayedOrder, DueRoom, RoomStore, RotationQueue } from '../model/ports.ts';
import type { Duration, Instant } from '../model/time.ts';

/** What a run of the planner has still to read. An empty task is a whole run. */
export interface PlanTask {
  /** The run looks at what was due when it began, however long it takes. */
  readonly before?: Instant;
  /** Where to go on in each shard; absent: all shards from their beginning. */
  readonly shards?: readonly ShardCursor[];
  /** Rotations nominated by this run so far, of rooms that are not about to end, by application. */
  readonly nominated?: Readonly<Record<string, number>>;
}

export interface ShardCursor {
  readonly shard: number;
  readonly cursor?: string;
}

export interface Planning {
  readonly rooms: Pick<RoomStore, 'due'>;
  readonly rotations: RotationQueue;
  readonly now: () => Instant;
  /** What is left of the invocation. */
  readonly timeLeft: () => Duration;
  readonly shards: number;
  /** Rotations of one run for each application; rooms that are about to end do not count. */
  readonly perRun: number;
  /** The time over which the rotations of one run are spread. */
  readonly spread: Duration;
  /** The longest time between two runs of the schedule. */
  readonly longestGap: Duration;
}

export interface PlanReport {
  /** Rooms that were due. */
  readonly due: number;
  readonly nominated: number;
  /** Left for the next run, since their application has had its share of this one. */
  readonly deferred: number;
  /** Rooms about to end that an earlier run should have rotated. */
  readonly emergencies: number;
  /** Held by a person and about to end: not nominated. */
  readonly heldEmergencies: number;
  /** How long the longest overdue room has been waiting. */
  readonly oldestOverdue: Duration;
  /** What this invocation had no time for: the task of its successor. */
  readonly rest?: PlanTask;
}

/** What must be left of the invocation to begin another round: a page of each shard, read and sent. */
const ROUND_TIME: Duration = 10_000;

/**
 * Nominates every room that is due for rotation, by reading the due index and nothing else. Planning nothing but
 * nominates, so a run that is repeated, or runs twice at once, makes no second rotation.
 *
 * The shards are read a page each at a time, so that of all rooms those that can wait least take the shares of their
 * applications, whatever shard they are in.
 */
export async function planRotation(task: PlanTask, planning: Planning): Promise<PlanReport> {
  const { rooms, rotations, timeLeft } = planning;
  const before = task.before ?? planning.now();
  const tally = new Tally(task.nominated, planning, before);
  let open = task.shards ?? Array.from({ length: planning.shards }, (_, shard): ShardCursor => ({ shard }));
  while (open.length > 0 && timeLeft() >= ROUND_TIME) {
    const pages = await Promise.all(
      open.map(async ({ shard, cursor }) => ({ shard, ...(await rooms.due(shard, before, cursor)) })),
    );
    const due = pages.flatMap(({ items }) => items).sort(mostUrgentFirst);
    await rotations.send(due.flatMap((room) => tally.nominate(room)));
    open = pages.filter(({ cursor }) => cursor !== undefined).map(({ shard, cursor }) => ({ shard, cursor }));
  }
  const rest = open.length > 0 ? { before, shards: open, nominated: tally.nominatedBy } : undefined;
  return { ...tally.report, rest };
}

function mostUrgentFirst(a: DueRoom, b: DueRoom): number {
  return a.emergencyAt - b.emergencyAt || a.dueAt - b.dueAt;
}

/** Decides room by room, and counts. */
class Tally {
  readonly report = {
    due: 0,
    nominated: 0,
    deferred: 0,
    emergencies: 0,
    heldEmergencies: 0,
    oldestOverdue: 0,
  };
  readonly nominatedBy: Record<string, number>;
  readonly #planning: Planning;
  readonly #before: Instant;

  constructor(nominated: PlanTask['nominated'], planning: Planning, before: Instant) {
    this.nominatedBy = { ...nominated };
    this.#planning = planning;
    this.#before = before;
  }

  /** @returns the room's order, or nothing where it is not to be rotated in this run */
  nominate(room: DueRoom): readonly DelayedOrder[] {
    const { report } = this;
    const aboutToEnd = room.emergencyAt <= this.#before;
    if (room.held) {
      report.heldEmergencies += aboutToEnd ? 1 : 0;
      return [];
    }
    const overdue = this.#before - room.renewAt;
    // a life that leaves room for one run only is about to end at its first: nothing has gone wrong yet
    const emergency = aboutToEnd && overdue > this.#planning.longestGap;
    report.due += 1;
    report.oldestOverdue = Math.max(report.oldestOverdue, overdue);
    if (!aboutToEnd && !this.#takeShare(room.application)) {
      report.deferred += 1;
      return [];
    }
    report.nominated += 1;
    report.emergencies += emergency ? 1 : 0;
    // the delay comes from the key, so that a run that is repeated does not bunch what the first one spread
    const delay = emergency ? 0 : fraction(`spread ${room.key}`) * this.#planning.spread;
    return [{ order: { key: room.key, generation: room.generation, cause: 'due' }, delay }];
  }

  #takeShare(application: string): boolean {
    const taken = this.nominatedBy[application] ?? 0;
    if (taken >= this.#planning.perRun) return false;
    this.nominatedBy[application] = taken + 1;
    return true;
  }
}

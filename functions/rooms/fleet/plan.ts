import { fraction } from '../model/digest.ts';
import type { DelayedOrder, DueRoom, RoomStore, RotationQueue } from '../model/ports.ts';
import type { Duration, Instant } from '../model/time.ts';

/** The unread part of a run of the planner. An empty task is a whole run. */
export interface PlanTask {
  /** The run considers only rooms that were due when it began. */
  readonly before?: Instant;
  /** Where to continue in each shard; absent: all shards from their beginning. */
  readonly shards?: readonly ShardCursor[];
  /** Rotations that this run has nominated so far, by application, without rooms that are about to end. */
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
  /** The time that the invocation has left. */
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
  /** Left for the next run, because their application has reached its limit for this one. */
  readonly deferred: number;
  /** Rooms about to end that an earlier run should have rotated. */
  readonly emergencies: number;
  /** Rooms about to end that a person holds: they are not nominated. */
  readonly heldEmergencies: number;
  /** How long the longest overdue room has been waiting. */
  readonly oldestOverdue: Duration;
  /** What this invocation had no time for: the task of the next one. */
  readonly rest?: PlanTask;
}

/** The invocation time that another round needs: read a page of each shard and send its orders. */
const ROUND_TIME: Duration = 10_000;

/**
 * Nominates every room that is due for rotation. Reads only the due index. The plan only nominates, so a run
 * that is repeated, or runs twice at the same time, causes no second rotation.
 *
 * The shards are read in turn, one page each. So the most urgent rooms of all shards use the limits of their
 * applications first.
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

/** Decides for each room, and counts. */
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

  /** @returns the room's order; empty if the room is not rotated in this run */
  nominate(room: DueRoom): readonly DelayedOrder[] {
    const { report } = this;
    const aboutToEnd = room.emergencyAt <= this.#before;
    if (room.held) {
      report.heldEmergencies += aboutToEnd ? 1 : 0;
      return [];
    }
    const overdue = this.#before - room.renewAt;
    // a life that is long enough for only one run is about to end at its first run: that is no failure
    const emergency = aboutToEnd && overdue > this.#planning.longestGap;
    report.due += 1;
    report.oldestOverdue = Math.max(report.oldestOverdue, overdue);
    if (!aboutToEnd && !this.#takeShare(room.application)) {
      report.deferred += 1;
      return [];
    }
    report.nominated += 1;
    report.emergencies += emergency ? 1 : 0;
    // the delay is derived from the key, so that a repeated run keeps the spread of the first one
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

import { fraction } from './digest.ts';
import type { DelayedOrder, DueRoom, RoomStore, RotationQueue } from './ports.ts';
import type { Duration, Instant } from './room.ts';

/** What a run of the planner has still to read. An empty task is a whole run. */
export interface PlanTask {
  /** The run looks at what was due when it began, however long it takes. */
  readonly before?: Instant;
  /** Where to go on in each shard; absent: all shards from their beginning. */
  readonly shards?: readonly ShardCursor[];
  /** Rotations nominated by this run so far, emergencies not counted, by application. */
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
  /** Rotations of one run for each application. */
  readonly perRun: number;
  /** The time over which the rotations of one run are spread. */
  readonly spread: Duration;
}

export interface PlanReport {
  /** Rooms that were due. */
  readonly due: number;
  readonly nominated: number;
  /** Left for the next run, since their application has had its share of this one. */
  readonly deferred: number;
  /** Nominated in the last part of their life. */
  readonly emergencies: number;
  /** Held by a person and in the last part of their life: not nominated. */
  readonly heldEmergencies: number;
  /** How long the longest overdue room has been waiting. */
  readonly oldestOverdue: Duration;
  /** What this invocation had no time for: the task of its successor. */
  readonly rest?: PlanTask;
}

/** What must be left of the invocation to begin another page: reading it, sending it, handing over. */
const PAGE_TIME: Duration = 10_000;

/**
 * Nominates every room that is due for rotation, by reading the due index and nothing else. Planning nothing but
 * nominates, so a run that is repeated, or runs twice at once, makes no second rotation.
 */
export async function planRotation(task: PlanTask, planning: Planning): Promise<PlanReport> {
  const before = task.before ?? planning.now();
  const shards = task.shards ?? Array.from({ length: planning.shards }, (_, shard) => ({ shard }));
  const tally = new Tally(task.nominated, planning, before);
  const rest = (await Promise.all(shards.map((from) => planShard(from, before, tally, planning)))).filter(
    (cursor) => cursor !== undefined,
  );
  return {
    ...tally.report,
    rest: rest.length > 0 ? { before, shards: rest, nominated: tally.nominatedBy } : undefined,
  };
}

/** @returns where to go on, if time ran out */
async function planShard(
  from: ShardCursor,
  before: Instant,
  tally: Tally,
  { rooms, rotations, timeLeft }: Planning,
): Promise<ShardCursor | undefined> {
  let { cursor } = from;
  do {
    if (timeLeft() < PAGE_TIME) return { shard: from.shard, cursor };
    const page = await rooms.due(from.shard, before, cursor);
    await rotations.send(page.items.flatMap((room) => tally.nominate(room)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return undefined;
}

/** Decides room by room, and counts. The shards of one run share it. */
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
    const emergency = room.emergencyAt <= this.#before;
    if (room.state === 'held') {
      report.heldEmergencies += emergency ? 1 : 0;
      return [];
    }
    report.due += 1;
    report.oldestOverdue = Math.max(report.oldestOverdue, this.#before - room.renewAt);
    if (!emergency && !this.#takeShare(room.application)) {
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

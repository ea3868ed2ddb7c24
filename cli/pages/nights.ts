import { planRotation } from '../../functions/rooms/fleet/plan.ts';
import type { DueRoom } from '../../functions/rooms/model/ports.ts';
import { DAY, type Instant } from '../../functions/rooms/model/time.ts';
import type { Deployment } from '../deployment/deployment.ts';

/** The work of a night, as JSON. */
export interface Night {
  /** A day in UTC. */
  readonly night: string;
  /** Rooms that are renewed. */
  readonly rooms: number;
  /** The same by account. */
  readonly applications: Readonly<Record<string, number>>;
  /** Rooms that wait for the next night, because their account has reached its limit for this one. */
  readonly waiting: number;
  /** Rooms about to end that an earlier run should have renewed. */
  readonly emergencies: number;
  /** The keys of the rooms that are renewed. */
  readonly keys: readonly string[];
}

/**
 * Returns the work of the coming nights. The planner itself runs at the end of each night over the current
 * index, with a queue that only records.
 */
export async function coming(
  { rooms, renewal, rotationsPerRun }: Pick<Deployment, 'rooms' | 'renewal' | 'rotationsPerRun'>,
  count: number,
  now: Instant,
): Promise<readonly Night[]> {
  const today = Math.floor(now / DAY) * DAY;
  const open = rooms.due(today + count * DAY - 1)[Symbol.asyncIterator]();
  let waiting: DueRoom[] = [];
  let next = await open.next();
  const nights: Night[] = [];
  for (let index = 0; index < count; index += 1) {
    const end = today + (index + 1) * DAY - 1;
    const due = waiting;
    for (; !next.done && next.value.dueAt <= end; next = await open.next()) due.push(next.value);
    const { night, left } = await planned(due, {
      at: end,
      date: new Date(end).toISOString().slice(0, 10),
      perRun: rotationsPerRun,
      longestGap: renewal.longestGap,
    });
    nights.push(night);
    waiting = left;
  }
  return nights;
}

interface Run {
  readonly at: Instant;
  readonly date: string;
  readonly perRun: number;
  readonly longestGap: number;
}

async function planned(
  due: readonly DueRoom[],
  { at, date, perRun, longestGap }: Run,
): Promise<{ readonly night: Night; readonly left: DueRoom[] }> {
  const keys: string[] = [];
  const report = await planRotation(
    { before: at },
    {
      rooms: { due: async () => ({ items: due }) },
      rotations: { send: async (orders) => void keys.push(...orders.map(({ order }) => order.key)) },
      now: () => at,
      timeLeft: () => Number.POSITIVE_INFINITY,
      shards: 1,
      perRun,
      spread: 0,
      longestGap,
    },
  );
  const renewed = new Set(keys);
  const applications: Record<string, number> = {};
  for (const { key, application } of due)
    if (renewed.has(key)) applications[application] = (applications[application] ?? 0) + 1;
  const night = {
    night: date,
    rooms: keys.length,
    applications,
    waiting: report.deferred,
    emergencies: report.emergencies,
    keys,
  };
  // a held room is considered again every night, but never renewed
  return { night, left: due.filter(({ key, held }) => !renewed.has(key) && !held) };
}

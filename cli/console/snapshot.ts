import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
import type { PastGeneration, Room, RoomState } from '../../functions/rooms/model/room.ts';
import { DAY, type Instant } from '../../functions/rooms/model/time.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { livingOf } from '../pages/accounts.ts';
import { type Problem, problemsOf } from '../pages/problems.ts';

/** The result of counting the whole table. Its size does not depend on the number of rooms. */
export interface Snapshot {
  readonly takenAt: Instant;
  readonly states: ReadonlyMap<RoomState, number>;
  /** Living rooms by how much life is left, in the order of `LIFE_LEFT`. */
  readonly lifeLeft: readonly number[];
  /**
   * Rooms that are due on each of the next 30 days in UTC. The first is today, including all overdue rooms.
   */
  readonly due: readonly number[];
  /** Generations that were replaced in each of the last 30 days in UTC, the oldest first; the last is today. */
  readonly renewed: readonly number[];
  /** Living rooms by application. */
  readonly applications: ReadonlyMap<string, number>;
  /** Rooms besides, which their provider counts until they end, by application. */
  readonly ending: ReadonlyMap<string, number>;
  readonly troubled: number;
  /** Some of the rooms that have problems. */
  readonly worst: readonly Troubled[];
}

export interface Troubled {
  readonly key: string;
  readonly problem: Problem;
}

/** The progress of a count. */
export type Count =
  | { readonly isCounting: true; readonly read: number; readonly last?: Snapshot }
  | { readonly isCounting: false; readonly last?: Snapshot; readonly failure?: string };

/** The upper ends of the histogram's parts. The last part has no end. */
export const LIFE_LEFT: readonly (readonly [label: string, end: number])[] = [
  ['< 1 d', DAY],
  ['1–3 d', 3 * DAY],
  ['3–7 d', 7 * DAY],
  ['1–2 w', 14 * DAY],
  ['2–4 w', 28 * DAY],
  ['1–2 m', 60 * DAY],
  ['2–3 m', 90 * DAY],
  ['3–6 m', 180 * DAY],
  ['6–12 m', 365 * DAY],
  ['> 1 y', Number.POSITIVE_INFINITY],
];

/** Days in the pictures of the future and the past. */
export const DAYS = 30;

/** Rooms with problems that are listed by name. */
const LISTED = 50;

/** Counts the table in the background, so that no click waits for it. */
export class Counter {
  readonly #deployment: Deployment;
  #count: Count = { isCounting: false };
  #running: Promise<void> = Promise.resolve();

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  get count(): Count {
    return this.#count;
  }

  /** Starts a count, unless one is running. */
  start(): void {
    if (!this.#count.isCounting) this.#running = this.#run();
  }

  /** Resolves when no count is running. */
  finished(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { last } = this.#count;
    const before = last && { last };
    this.#count = { isCounting: true, read: 0, ...before };
    try {
      const next = await takeSnapshot(this.#deployment, (read) => {
        this.#count = { isCounting: true, read, ...before };
      });
      this.#count = { isCounting: false, last: next };
    } catch (error) {
      // the SDK throws only instances of Error
      this.#count = { isCounting: false, ...before, failure: (error as Error).message };
    }
  }
}

async function takeSnapshot(deployment: Deployment, told: (read: number) => void): Promise<Snapshot> {
  const { rooms, now } = deployment;
  const tally = new Tally(
    now(),
    deployment.applications.map(({ name }) => name),
  );
  let read = 0;
  for await (const entries of readRows(rooms)) {
    for (const entry of entries) tally.add(entry);
    read += entries.length;
    told(read);
  }
  return tally.snapshot();
}

class Tally {
  readonly #now: Instant;
  readonly #names: readonly string[];
  readonly #states = new Map<RoomState, number>();
  readonly #lifeLeft = LIFE_LEFT.map(() => 0);
  readonly #due = Array.from({ length: DAYS }, () => 0);
  readonly #renewed = Array.from({ length: DAYS }, () => 0);
  readonly #applications: Map<string, number>;
  readonly #ending = new Map<string, number>();
  readonly #worst: Troubled[] = [];
  #troubled = 0;

  constructor(now: Instant, names: readonly string[]) {
    this.#now = now;
    this.#names = names;
    this.#applications = new Map(names.map((name) => [name, 0]));
  }

  add(entry: Room | PastGeneration): void {
    if (!('revision' in entry)) {
      this.#addPast(entry);
      return;
    }
    increase(this.#states, entry.state);
    this.#addLife(entry);
    const [problem] = problemsOf(entry, { now: this.#now, applications: this.#names, deadLetters: [] });
    if (!problem) return;
    this.#troubled++;
    if (this.#worst.length < LISTED) this.#worst.push({ key: entry.key, problem });
  }

  snapshot(): Snapshot {
    return {
      takenAt: this.#now,
      states: this.#states,
      lifeLeft: this.#lifeLeft,
      due: this.#due,
      renewed: this.#renewed,
      applications: this.#applications,
      ending: this.#ending,
      troubled: this.#troubled,
      worst: this.#worst,
    };
  }

  #addLife(room: Room): void {
    const { current, dueAt } = room;
    for (const application of livingOf(room, this.#now).ending) increase(this.#ending, application);
    if (dueAt !== undefined) {
      const night = Math.max(0, Math.floor((dueAt - midnight(this.#now)) / DAY));
      if (night < DAYS) this.#due[night] = (this.#due[night] ?? 0) + 1;
    }
    if (!current || current.expiresAt <= this.#now) return;
    increase(this.#applications, current.application);
    const part = LIFE_LEFT.findIndex(([, end]) => current.expiresAt - this.#now < end);
    this.#lifeLeft[part] = (this.#lifeLeft[part] ?? 0) + 1;
  }

  #addPast({ replacedAt }: PastGeneration): void {
    const day = DAYS - 1 - (midnight(this.#now) - midnight(replacedAt)) / DAY;
    if (day >= 0 && day < DAYS) this.#renewed[day] = (this.#renewed[day] ?? 0) + 1;
  }
}

/** Returns when the day in UTC began. */
export const midnight = (at: Instant): Instant => Math.floor(at / DAY) * DAY;

function increase<K>(counts: Map<K, number>, of: K): void {
  counts.set(of, (counts.get(of) ?? 0) + 1);
}

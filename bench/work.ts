import type { FunctionName } from './bundles.ts';
import type { Work } from './world/container.ts';
import type { BenchWorld } from './world/world.ts';

/** A message with which a function is measured. */
export interface Task {
  /** `%n` stands for the number of the message. */
  readonly body: string;
  /** Whether there is a message for each room, or one for all of them. */
  readonly perRoom: boolean;
  /** The rooms exist and are due. */
  readonly seeded: boolean;
  /** They have been rotated before. */
  readonly rotated?: boolean;
  /** The batch size of its queue. */
  readonly batchSize: number;
}

const PREFIX = 'due-';

/** Rooms in the table and at the provider, for a function whose message is about all of them. */
export const ALL_ROOMS = 50;

const TASKS: Readonly<Record<FunctionName, Task>> = {
  'create-rooms': {
    body: JSON.stringify({ key: 'new-%n', display_name: 'Weekly meeting %n', lifetime: 'P90D' }),
    perRoom: true,
    seeded: false,
    batchSize: 10,
  },
  'rotate-rooms': {
    body: JSON.stringify({ key: `${PREFIX}%n`, generation: 2, cause: 'due' }),
    perRoom: true,
    seeded: true,
    rotated: true,
    batchSize: 10,
  },
  'plan-rotation': { body: '{}', perRoom: false, seeded: true, batchSize: 1 },
  'reconcile-rooms': { body: '{}', perRoom: false, seeded: true, batchSize: 1 },
};

/** Whether there is a message for each room, or one for all of them. */
export function isPerRoom(name: FunctionName): boolean {
  return TASKS[name].perRoom;
}

/** Returns each message of a task once, and creates the rooms that it needs. */
export class Assignments {
  readonly #task: Task;
  readonly #world: BenchWorld;
  #next = 0;

  constructor(name: FunctionName, world: BenchWorld) {
    this.#task = TASKS[name];
    this.#world = world;
  }

  get batchSize(): number {
    return this.#task.batchSize;
  }

  /** @param allRooms the number of rooms if a message is about all of them */
  async prepare(messages: number, allRooms: number = ALL_ROOMS): Promise<void> {
    const { perRoom, seeded, rotated } = this.#task;
    if (seeded) await this.#world.seed(PREFIX, perRoom ? messages : allRooms, rotated);
  }

  take(messages: number, batchSize: number = this.#task.batchSize): Work {
    const from = this.#next;
    this.#next += messages;
    return { body: this.#task.body, from, to: this.#next, batchSize };
  }
}

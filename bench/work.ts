import type { FunctionName } from './bundles.ts';
import type { Work } from './world/container.ts';
import type { BenchWorld } from './world/world.ts';

/** A message that a function is measured with. */
export interface Task {
  /** `%n` stands for the number of the message. */
  readonly body: string;
  /** Whether there is a message for each room, or one for all of them. */
  readonly perRoom: boolean;
  /** The rooms are there already, and due. */
  readonly seeded: boolean;
  /** As its queue feeds it. */
  readonly batchSize: number;
}

const PREFIX = 'due-';

/** Rooms in the table, and at the provider, for a function whose message is about all of them. */
export const ALL_ROOMS = 50;

const TASKS: Readonly<Record<FunctionName, Task>> = {
  'create-rooms': {
    body: JSON.stringify({ key: 'new-%n', display_name: 'Weekly meeting %n', lifetime: 'P90D' }),
    perRoom: true,
    seeded: false,
    batchSize: 10,
  },
  'rotate-rooms': {
    body: JSON.stringify({ key: `${PREFIX}%n`, generation: 1, cause: 'due' }),
    perRoom: true,
    seeded: true,
    batchSize: 10,
  },
  'plan-rotation': { body: '{}', perRoom: false, seeded: true, batchSize: 1 },
  'reconcile-rooms': { body: '{}', perRoom: false, seeded: true, batchSize: 1 },
};

/** Whether there is a message for each room, or one for all of them. */
export function isPerRoom(name: FunctionName): boolean {
  return TASKS[name].perRoom;
}

/** Hands out messages of a task, none twice, and sees to it that there are rooms to work on. */
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

  /** @param allRooms where a message is about all rooms */
  async prepare(messages: number, allRooms: number = ALL_ROOMS): Promise<void> {
    const { perRoom, seeded } = this.#task;
    if (seeded) await this.#world.seed(PREFIX, perRoom ? messages : allRooms);
  }

  take(messages: number, batchSize: number = this.#task.batchSize): Work {
    const from = this.#next;
    this.#next += messages;
    return { body: this.#task.body, from, to: this.#next, batchSize };
  }
}

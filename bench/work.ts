import type { Work } from './world/container.ts';
import type { BenchWorld } from './world/world.ts';

/** A message that a function is measured with. */
export interface Task {
  /** `%n` stands for the number of the message. */
  readonly body: string;
  /** Rooms that must be due before so many messages can be worked on. */
  readonly rooms: (messages: number) => number;
  /** As its queue feeds it. */
  readonly batchSize: number;
}

const PREFIX = 'due-';

/** Rooms in the table, and at the provider, for a function whose message is about all of them. */
const ROOMS = 50;

export const TASKS: Readonly<Record<string, Task>> = {
  'create-rooms': {
    body: JSON.stringify({ key: 'new-%n', display_name: 'Weekly meeting %n', lifetime: 'P90D' }),
    rooms: () => 0,
    batchSize: 10,
  },
  'rotate-rooms': {
    body: JSON.stringify({ key: `${PREFIX}%n`, generation: 1, cause: 'due' }),
    rooms: (messages) => messages,
    batchSize: 10,
  },
  'plan-rotation': { body: '{}', rooms: () => ROOMS, batchSize: 1 },
  'reconcile-rooms': { body: '{}', rooms: () => ROOMS, batchSize: 1 },
};

export function taskOf(name: string): Task {
  const task = TASKS[name];
  if (task) return task;
  throw new Error(`nothing is known of ${name}: give it a task in bench/work.ts`);
}

/** Hands out messages of a task, none twice, and sees to it that there are rooms to work on. */
export class Assignments {
  readonly #task: Task;
  readonly #world: BenchWorld;
  #next = 0;

  constructor(task: Task, world: BenchWorld) {
    this.#task = task;
    this.#world = world;
  }

  async prepare(messages: number): Promise<void> {
    await this.#world.seed(PREFIX, this.#task.rooms(messages));
  }

  take(messages: number, batchSize: number = this.#task.batchSize): Work {
    const from = this.#next;
    this.#next += messages;
    return { body: this.#task.body, from, to: this.#next, batchSize };
  }
}

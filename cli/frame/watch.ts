import { inWords } from '../../doctor/in-words.ts';
import { CallError } from './errors.ts';
import { durationOf } from './parse.ts';
import type { Terminal } from './terminal.ts';

/** For commands that can repeat their output. */
export const WATCH = {
  watch: {
    type: 'boolean',
    help: 'looks again and again until Ctrl-C: redraws a terminal, prints what has changed into a pipe',
  },
  every: { type: 'string', value: '5s', help: 'how often --watch looks; default 5s', needs: ['watch'] },
} as const;

/** Each look costs calls. */
const SHORTEST = 1000;

/**
 * @returns milliseconds
 * @throws CallError if it is not a valid interval
 */
export function intervalOf(every = '5s'): number {
  const interval = durationOf('every', every);
  if (interval >= SHORTEST) return interval;
  throw new CallError(`--every must be at least 1s, got ${every}`);
}

/** A repeated look. */
export interface Watching {
  readonly terminal: Terminal;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Whether each look replaces the previous one. Otherwise its lines are printed below. */
  readonly redraws: boolean;
}

/**
 * Shows the result of each look, until a person ends it. If a later look fails, the error is shown, and the
 * next look follows.
 */
export async function watch(
  { terminal, interval, redraws }: Watching,
  look: () => Promise<readonly string[]>,
): Promise<void> {
  const show = async (lines: readonly string[]) => {
    if (redraws) terminal.redraw(lines);
    else for (const line of lines) await terminal.say(line);
  };
  terminal.endWithInterrupt();
  await show(await look());
  while (await terminal.pause(interval)) {
    try {
      await show(await look());
    } catch (error) {
      terminal.note(inWords(error as Error));
    }
  }
}

/** The differences from the previous look. It keeps a text of each item. */
export class Changes {
  #before: ReadonlyMap<string, string> = new Map();
  #now = new Map<string, string>();

  /** Whether an earlier look found anything. */
  hadAny = false;

  /** Whether an item is new, or has changed since the previous look. */
  isChanged(key: string, text: string): boolean {
    this.#now.set(key, text);
    return this.#before.get(key) !== text;
  }

  /** Ends a look. @returns the keys that the previous look had, and this one did not */
  gone(): string[] {
    const keys = [...this.#before.keys()].filter((key) => !this.#now.has(key));
    this.#before = this.#now;
    this.hadAny ||= this.#now.size > 0;
    this.#now = new Map();
    return keys;
  }
}

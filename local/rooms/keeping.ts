import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What outlives a run beside the tables and the queues. */
export interface KeptState {
  /** How far the clock is turned, in milliseconds. */
  readonly clockOffset: number;
  readonly provider: unknown;
}

/** A directory that a person named for what shall outlive a run. */
export interface DataDirectory {
  /** For the tables and the queues. */
  readonly path: string;
  /** Of the run before; none where there was none. */
  readonly kept?: KeptState;
  save(state: KeptState): void;
  /** Lets another stack have it. */
  close(): void;
}

const FILE = 'stack.json';

/** Holds the process id of the stack that uses the directory: two would write over each other. */
const LOCK = 'process-id';

/** @throws Error in plain words where the directory cannot be used */
export function openDataDirectory(path: string): DataDirectory {
  const file = join(path, FILE);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    lock(join(path, LOCK));
    const kept = read(file);
    return {
      path,
      ...(kept && { kept }),
      save(state) {
        // whole or not at all, and for nobody else's eyes: the provider's state holds its credential
        writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
        renameSync(`${file}.new`, file);
      },
      close: () => rmSync(join(path, LOCK), { force: true }),
    };
  } catch (cause) {
    throw new Error(`${path} cannot keep what a stack leaves: ${(cause as Error).message}`, { cause });
  }
}

function lock(file: string): void {
  const holder = Number(textOf(file) ?? 0);
  if (holder > 0 && isRunning(holder)) {
    throw new Error(`process ${holder} uses it: stop that stack first, or delete ${file} if it is none`);
  }
  writeFileSync(file, String(process.pid));
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function read(file: string): KeptState | undefined {
  const text = textOf(file);
  return text === undefined ? undefined : (JSON.parse(text) as KeptState);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
}

const FILE = 'stack.json';

/** @throws Error in plain words where the directory cannot be used */
export function openDataDirectory(path: string): DataDirectory {
  const file = join(path, FILE);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const kept = read(file);
    return {
      path,
      ...(kept && { kept }),
      save(state) {
        // whole or not at all, and for nobody else's eyes: the provider's state holds its credential
        writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
        renameSync(`${file}.new`, file);
      },
    };
  } catch (cause) {
    throw new Error(`${path} cannot keep what a stack leaves: ${(cause as Error).message}`, { cause });
  }
}

function read(file: string): KeptState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as KeptState;
}

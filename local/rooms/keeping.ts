import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isRunning } from './process.ts';

/** The state that is kept after a run, besides the tables and the queues. */
export interface KeptState {
  /** How far the clock is turned, in milliseconds. */
  readonly clockOffset: number;
  /** The provider of the rooms. Version 0.1.0 did not write it. */
  readonly providerName?: string;
  readonly provider: unknown;
  /** The calendar that started with the stack. */
  readonly calendar?: { readonly name: string; readonly state: unknown };
}

/** The parts of a stack whose state a directory has, to recognise the directory of another one. */
export interface StartedWith {
  readonly provider: string;
  /** The kind of the calendar whose state is kept. */
  readonly calendar?: string | undefined;
}

/** A directory that a person named for the state that is kept after a run. */
export interface DataDirectory {
  /** The folder for the tables and the queues. */
  readonly path: string;
  /** The state of the previous run; absent if there was none. */
  readonly kept?: KeptState;
  save(state: KeptState): void;
  /** Releases the directory for another stack. */
  close(): void;
}

const FILE = 'stack.json';

/**
 * Contains the process id of the stack that uses the directory: two stacks would overwrite each other's data.
 */
const LOCK = 'process-id';

/**
 * @throws Error if the directory cannot be used, or has rooms of another provider or another calendar; the directory is
 * then unchanged
 */
export function openDataDirectory(path: string, { provider, calendar }: StartedWith): DataDirectory {
  const file = join(path, FILE);
  const lockFile = join(path, LOCK);
  try {
    make(resolve(path));
    assertFree(lockFile);
    const kept = read(file);
    if (kept) assertSameProvider(kept, provider);
    if (kept?.calendar) assertSameCalendar(kept.calendar.name, calendar);
    writeFileSync(lockFile, String(process.pid));
    return {
      path,
      ...(kept && { kept }),
      save(state) {
        // written completely or not at all, and readable only by its owner: the provider's state contains its
        // credential
        writeFileSync(`${file}.new`, JSON.stringify({ providerName: provider, ...state }), { mode: 0o600 });
        renameSync(`${file}.new`, file);
      },
      close: () => rmSync(lockFile, { force: true }),
    };
  } catch (cause) {
    throw new Error(`--data ${path} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** Creates one folder at a time: Node's own recursion never ends if no folder can be created, as in /proc. */
function make(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new Error(`${path} is a file: name a folder`);
  if (found) return;
  make(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function assertFree(lockFile: string): void {
  const holder = Number(textOf(lockFile) ?? 0);
  if (holder > 0 && isRunning(holder)) {
    throw new Error(
      `process ${holder} uses it: stop that stack first, or delete ${lockFile} if it is not a stack`,
    );
  }
}

function assertSameProvider(kept: KeptState, wanted: string): void {
  const names = kept.providerName === undefined ? possibleProviders(kept.provider) : [kept.providerName];
  if (names.includes(wanted)) return;
  throw new Error(
    `it holds the rooms of ${names.join(' or ')}, and the stack starts with ${wanted}: ` +
      `start with --provider ${names[0]}, or name another folder`,
  );
}

/** Without its calendar, the rooms of the events would never end, and with another one they would end immediately. */
function assertSameCalendar(kept: string, wanted: string | undefined): void {
  if (kept === wanted) return;
  throw new Error(
    `it holds a calendar of ${kept}, and the stack starts ${wanted ? `with one of ${wanted}` : 'without it'}: ` +
      `start with --calendar ${kept}, or name another folder`,
  );
}

/**
 * The state of version 0.1.0 shows its provider by its form; the providers with an API key have the same
 * form.
 */
function possibleProviders(state: unknown): readonly string[] {
  return isApplication(state) ? ['meetings-api'] : ['daily', 'whereby'];
}

const isApplication = (state: unknown) =>
  typeof state === 'object' && state !== null && 'applicationId' in state;

function read(file: string): KeptState | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as KeptState;
  } catch (cause) {
    throw new Error(`${FILE} is damaged (${(cause as Error).message}): move the folder away to start again`, {
      cause,
    });
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

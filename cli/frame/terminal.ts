import { createInterface } from 'node:readline/promises';

/** The output of a command, and the questions to its user: data goes to stdout, everything else to stderr. */
export interface Terminal {
  /**
   * Writes a line of data. Resolves when the reader can accept more, so that a long list is never kept in
   * memory.
   */
  say(line?: string): Promise<void>;
  /** Writes a message for the person. */
  note(line: string): void;
  /** Replaces the line of progress on stderr; absent: removes it. It does nothing without a terminal. */
  progress(line?: string): void;
  /** Characters per line; infinite if stdout is not a terminal. */
  readonly width: number;
  readonly height: number;
  /** stdout is a terminal. */
  readonly isTerminal: boolean;
  /** A person can answer a question. */
  readonly canAsk: boolean;
  readonly hasColours: boolean;
  ask(question: string): Promise<string>;
  /** Whether `redraw` can be used: stdout is a terminal that can do more than print lines. */
  readonly canRedraw: boolean;
  /** Shows these lines instead of the current ones, as many as fit. */
  redraw(lines: readonly string[]): void;
  /** Waits this many milliseconds. @returns whether to continue */
  pause(duration: number): Promise<boolean>;
  /** From now on Ctrl-C ends the command successfully. */
  endWithInterrupt(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The terminal of this process. */
export function processTerminal(environment: Environment = process.env): Terminal {
  const { stdin, stdout, stderr } = process;
  stdout.on('error', endWithReader);
  let shown = false;
  function progress(line?: string) {
    if (!stderr.isTTY || environment.TERM === 'dumb') return;
    if (shown) stderr.write('\r\u001b[2K');
    shown = line !== undefined;
    if (line !== undefined) stderr.write(line.slice(0, (stderr.columns ?? 80) - 1));
  }
  return {
    say: (line = '') => {
      const hasRoom = stdout.write(`${line}\n`);
      return hasRoom ? Promise.resolve() : new Promise((drained) => stdout.once('drain', drained));
    },
    note(line) {
      progress();
      stderr.write(`${line}\n`);
    },
    progress,
    canRedraw: stdout.isTTY === true && environment.TERM !== 'dumb',
    redraw(lines) {
      const shown = lines.slice(0, (stdout.rows ?? 24) - 1);
      stdout.write(`\u001b[H${shown.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    },
    async pause(duration) {
      await new Promise((over) => setTimeout(over, duration));
      return true;
    },
    endWithInterrupt() {
      process.once('SIGINT', () => process.exit(0));
    },
    width: (stdout.isTTY && stdout.columns) || Number.POSITIVE_INFINITY,
    height: (stdout.isTTY && stdout.rows) || 24,
    isTerminal: stdout.isTTY === true,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    hasColours: coloursWanted(stdout.isTTY === true, environment),
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      // readline intercepts Ctrl-C: end the command here
      lines.once('SIGINT', () => process.exit(130));
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
  };
}

/** Colours are for people: not for a pipe, a dumb terminal, or a person who has switched them off. */
function coloursWanted(isTerminal: boolean, { NO_COLOR, TERM }: Environment): boolean {
  return isTerminal && !NO_COLOR && TERM !== 'dumb';
}

/** `list | head` closes its end: there is nothing more to do. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export function painted({ hasColours }: Terminal, style: keyof typeof CODES, text: string): string {
  return hasColours ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

import type { Terminal } from '../../cli/frame/terminal.ts';
import { main } from '../../cli/run.ts';

export interface Said {
  readonly code: number;
  /** stdout. */
  readonly out: string;
  /** stderr. */
  readonly err: string;
}

export interface TerminalOptions {
  /** Default: not a terminal, lines of any length. */
  readonly width?: number;
  /** What a person answers; absent: nobody can be asked. */
  readonly answer?: string;
  readonly colours?: boolean;
  /** What happens between two looks of a watch, each in its turn; then Ctrl-C. Default: Ctrl-C after the first look. */
  readonly between?: readonly (() => Promise<void>)[];
}

/** A terminal that keeps what is written. */
export function keptTerminal(options: TerminalOptions = {}) {
  const { width, answer, colours = false, between = [] } = options;
  const happenings = [...between];
  const said = { out: '', err: '' };
  const terminal: Terminal = {
    async say(line = '') {
      said.out += `${line}\n`;
    },
    note(line) {
      said.err += `${line}\n`;
    },
    progress() {},
    width: width ?? Number.POSITIVE_INFINITY,
    height: 24,
    isTerminal: width !== undefined,
    canAsk: answer !== undefined,
    hasColours: colours,
    async ask(question) {
      said.err += question;
      return answer ?? '';
    },
    canRedraw: width !== undefined,
    redraw(lines) {
      said.out += `(cleared)\n${lines.map((line) => `${line}\n`).join('')}`;
    },
    async pause() {
      const happens = happenings.shift();
      await happens?.();
      return happens !== undefined;
    },
    endWithInterrupt() {},
  };
  return { terminal, said };
}

/** Runs the command with a terminal that keeps what is written. */
export async function call(argv: readonly string[], options: TerminalOptions = {}): Promise<Said> {
  const { terminal, said } = keptTerminal(options);
  const code = await main(argv, terminal);
  return { code, ...said };
}

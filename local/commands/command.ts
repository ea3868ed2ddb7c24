import { type ParseArgsConfig, parseArgs } from 'node:util';
import { StackClient } from '../rooms/stack-client.ts';

export interface CommandArguments {
  readonly stack: StackClient;
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  say(line?: string): void;
  /** Says a table in lines that fit the terminal, or whole with `--wide` and where it is not printed to a terminal. */
  table(lines: (width: number) => readonly string[]): void;
}

/** For commands that print tables. */
export const WIDE = { wide: { type: 'boolean' } } as const;

/**
 * Runs a command of a person: a mistake is one line and the exit code 1, never a stack trace.
 *
 * @param takes how many arguments it has at most, which options beside `--port`, and what looks like an option and is none
 */
export async function runCommand(
  usage: string,
  takes: {
    readonly positionals?: number;
    readonly flags?: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
    readonly dashed?: RegExp;
  },
  command: (given: CommandArguments) => Promise<void>,
): Promise<void> {
  try {
    const options = { port: { type: 'string' }, help: { type: 'boolean' }, ...takes.flags } as const;
    const { values, positionals } = readArguments({
      args: dashedLast(process.argv.slice(2), takes.dashed),
      options,
      allowPositionals: true,
    });
    const [unexpected] = positionals.slice(takes.positionals ?? 0);
    if (values.help) console.log(usage);
    else if (unexpected !== undefined) throw new Error(`unexpected argument '${unexpected}'; ${HELP}`);
    else
      await command({
        stack: new StackClient(portOf(values.port)),
        positionals,
        flags: values,
        say,
        table: (lines) => sayTable(lines, 'wide' in values),
      });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

const say = (line = '') => console.log(line);

function sayTable(lines: (width: number) => readonly string[], wide: boolean): void {
  const whole = lines(Number.POSITIVE_INFINITY);
  const shown = wide ? whole : lines(process.stdout.columns ?? Number.POSITIVE_INFINITY);
  for (const line of shown) say(line);
  if (shown.some((line, i) => line !== whole[i]))
    say('(shortened for this terminal: --wide shows all of it)');
}

/** Arguments behind `--` are taken as they are. */
function dashedLast(args: readonly string[], dashed?: RegExp): string[] {
  if (!dashed) return [...args];
  return [...args.filter((arg) => !dashed.test(arg)), '--', ...args.filter((arg) => dashed.test(arg))];
}

const HELP = '--help shows what there is';

/** @throws Error that names what is not understood */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    // the first sentence says what is wrong, the others how a program may be written that takes it
    const [what = ''] = (cause as Error).message.split('. ');
    throw new Error(`${what.charAt(0).toLowerCase()}${what.slice(1)}; ${HELP}`, { cause });
  }
}

/** @throws Error where it is no port */
export function portOf(value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`--port must be a number from 1 to 65535, got ${value}`);
}

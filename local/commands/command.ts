import { type ParseArgsConfig, parseArgs } from 'node:util';
import { StackClient } from '../rooms/stack-client.ts';

export interface CommandArguments {
  readonly stack: StackClient;
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  say(line?: string): void;
}

/**
 * Runs a command of a person: a mistake is one line and the exit code 1, never a stack trace.
 *
 * @param takes how many arguments it has at most, and which options beside `--port`
 */
export async function runCommand(
  usage: string,
  takes: {
    readonly positionals?: number;
    readonly flags?: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
  },
  command: (given: CommandArguments) => Promise<void>,
): Promise<void> {
  try {
    const options = { port: { type: 'string' }, help: { type: 'boolean' }, ...takes.flags } as const;
    const { values, positionals } = readArguments({ options, allowPositionals: true });
    const [unexpected] = positionals.slice(takes.positionals ?? 0);
    if (values.help) console.log(usage);
    else if (unexpected !== undefined) throw new Error(`unexpected argument '${unexpected}'; ${HELP}`);
    else
      await command({
        stack: new StackClient(portOf(values.port)),
        positionals,
        flags: values,
        say: (line = '') => console.log(line),
      });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
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

import { parseArgs } from 'node:util';
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
 * @param flags further options, beside `--port`
 */
export async function runCommand(
  usage: string,
  flags: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>,
  command: (given: CommandArguments) => Promise<void>,
): Promise<void> {
  try {
    const options = { port: { type: 'string' }, help: { type: 'boolean' }, ...flags } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) console.log(usage);
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

/** @throws Error where it is no port */
export function portOf(value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`--port must be a number from 1 to 65535, got ${value}`);
}

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { STORM } from './http/fault.ts';
import type { Emulator } from './http/server.ts';

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The command line of an emulator, in the types that the emulators accept. */
export interface Arguments {
  readonly port: number;
  readonly seed?: number;
  /** `--set name=position`, as typed. */
  readonly set: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): string[];
  count(name: string): number | undefined;
  flag(name: string): boolean;
}

export interface EmulatorCommand {
  readonly usage: string;
  readonly defaultPort: number;
  /** The options in addition to `port`, `seed`, `storm`, `set` and `help`, which every emulator has. */
  readonly options: ParseArgsOptionsConfig;
  /** @returns the emulator, and the text for the person who started it */
  start(args: Arguments): Promise<{ emulator: Emulator; story: string }>;
}

/** The last part of every emulator's usage. */
export const COMMON_USAGE = `  --port N          where to listen on 127.0.0.1; 0 for a free port
  --set NAME=VALUE  turn a switch; may be repeated (docs/emulators.md has the list)
  --storm P         each of five faults with this probability, like 0.05
  --seed N          of everything that is left to chance`;

const COMMON = {
  port: { type: 'string' },
  seed: { type: 'string' },
  storm: { type: 'string' },
  set: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/**
 * Runs an emulator until Ctrl-C. An error at the start is printed in one line, and ends the process with code
 * 1.
 */
export async function runEmulator(command: EmulatorCommand, argv: readonly string[]): Promise<void> {
  try {
    const { values } = parseArgs({ args: [...argv], options: { ...command.options, ...COMMON } });
    if (values.help) {
      console.log(command.usage);
      return;
    }
    // parseArgs gives what the options declare
    const args = readArguments(values as Values, command.defaultPort);
    const storm = readStorm(args.text('storm'));
    const { emulator, story } = await command.start(args);
    stopOnSignal(emulator);
    if (storm > 0) emulator.faults.storm({ each: storm });
    console.log(story);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

function readArguments(values: Values, defaultPort: number): Arguments {
  // parseArgs gives what the options above declare
  const text = (name: string) => values[name] as string | undefined;
  const texts = (name: string) => (values[name] ?? []) as string[];
  const count = (name: string): number | undefined => {
    const typed = text(name);
    if (typed === undefined) return undefined;
    if (!/^\d+$/.test(typed)) throw new Error(`--${name} must be a whole number, got "${typed}"`);
    return Number(typed);
  };
  const port = count('port') ?? defaultPort;
  if (port > 65_535) throw new Error(`--port must be 0 to 65535, got ${port}`);
  const seed = count('seed');
  return {
    port,
    ...(seed !== undefined && { seed }),
    set: texts('set'),
    text,
    texts,
    count,
    flag: (name) => values[name] === true,
  };
}

/** @returns the probability of each kind of fault */
function readStorm(typed: string | undefined): number {
  const most = 1 / STORM.length;
  const each = Number(typed ?? 0);
  if (!(each >= 0 && each <= most))
    throw new Error(`--storm must be 0 to ${most}, like 0.05, got "${typed}"`);
  return each;
}

function stopOnSignal(emulator: Emulator): void {
  const stop = () => void emulator.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** Returns the commands that every emulator understands, for the end of its text. */
export function playground(origin: string): string {
  return `  lose the answer of the next call    curl -s -X PUT ${origin}/_control/faults -d '{"fault":"reset","strikes":"after"}'
  throttle the next three             curl -s -X PUT ${origin}/_control/faults -d '{"fault":"throttle","retryAfter":2,"times":3}'
  a storm, and calm again             curl -s -X PUT ${origin}/_control/faults -d '{"storm":0.05}'
                                      curl -s -X DELETE ${origin}/_control/faults
  turn the clock                      curl -s -X PUT ${origin}/_control/clock -d '{"advance":"+7d"}'
  what was called                     curl -s ${origin}/_control/calls`;
}

import { createRequire } from 'node:module';
import { NothingToAskError } from '../doctor/deployment.ts';
import { inWords, isOfAws } from '../doctor/in-words.ts';
import { nearest } from '../lib/settings/nearest.ts';
import { RefusedError, StackError } from '../local/rooms/stack-client.ts';
import { COMMANDS } from './commands/commands.ts';
import type { Deployment } from './deployment/deployment.ts';
import { findPlace } from './deployment/find.ts';
import { CallError, EXIT, type ExitCode, HELP_HINT, UnreachableError } from './frame/errors.ts';
import { helpOf, overview } from './frame/help.ts';
import { assertOfPool, parse } from './frame/parse.ts';
import type { Terminal } from './frame/terminal.ts';

/** Runs a call of the command. @returns its exit code */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await run(argv, terminal);
  } catch (error) {
    terminal.note(inWords(error as Error));
    return exitCodeOf(error as Error);
  }
}

async function run([name, ...rest]: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    for (const line of overview(COMMANDS)) await terminal.say(line);
    return name === undefined ? EXIT.call : EXIT.done;
  }
  if (['--version', '-V'].includes(name)) {
    await terminal.say(version());
    return EXIT.done;
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (!command) throw new CallError(unknown(name));
  const { args, flags, place, wantsHelp } = parse(command, rest);
  if (wantsHelp) {
    for (const line of helpOf(command)) await terminal.say(line);
    return EXIT.done;
  }
  let found: Promise<Deployment> | undefined;
  const find = async () => {
    const deployment = await findPlace(place, command.reach);
    const pool = deployment.applications.map(({ name }) => name);
    assertOfPool(command, flags, pool);
    return deployment;
  };
  return command.run({ args, flags, terminal, deployment: () => (found ??= find()) });
}

function version(): string {
  return createRequire(import.meta.url)('evergreen-rooms/package.json').version;
}

function unknown(name: string): string {
  if (name.startsWith('-')) return `an option comes after the command, got ${name} first; ${HELP_HINT}`;
  const names = COMMANDS.map((each) => each.name);
  const near = nearest(name, names);
  const advice = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`;
  return `there is no command ${name}: ${advice}`;
}

function exitCodeOf(error: Error): ExitCode {
  const isCall = [CallError, NothingToAskError, RefusedError].some((kind) => error instanceof kind);
  if (isCall) return EXIT.call;
  const unreachable = error instanceof UnreachableError || error instanceof StackError || isOfAws(error);
  return unreachable ? EXIT.unreachable : EXIT.wrong;
}

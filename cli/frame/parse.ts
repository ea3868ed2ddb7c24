import { notOfPool } from '../../functions/rooms/model/placement.ts';
import { readArguments } from '../../local/arguments.ts';
import type { Command, Flag, Flags, Values } from './command.ts';
import { CallError, HELP_HINT } from './errors.ts';

/** The options that select the deployment. */
export const PLACE_FLAGS = {
  stack: { type: 'string', value: 'NAME', help: 'the CloudFormation stack; default EVERGREEN_ROOMS_STACK' },
  deployment: {
    type: 'string',
    value: 'ID',
    help: 'which deployment, if the stack has several',
    without: ['local', 'port'],
  },
  region: {
    type: 'string',
    value: 'REGION',
    help: 'default: as for the AWS CLI, like the credentials',
    without: ['local', 'port'],
  },
  local: { type: 'boolean', help: 'the stack that npm start runs on this machine' },
  port: {
    type: 'string',
    value: 'N',
    help: 'where that stack listens; default EVERGREEN_ROOMS_PORT, else 4747',
  },
} as const satisfies Flags;

const HELP = { help: { type: 'boolean', help: 'prints this' } } as const satisfies Flags;

/** The options of a command and those that every command has. */
export const flagsOf = ({ flags }: Command): Flags => ({ ...flags, ...PLACE_FLAGS, ...HELP });

export interface Parsed {
  readonly args: readonly string[];
  readonly flags: Values<Flags>;
  readonly place: Values<typeof PLACE_FLAGS>;
  readonly wantsHelp: boolean;
}

/** @throws CallError that names what is not understood */
export function parse(command: Command, argv: readonly string[]): Parsed {
  const { values, positionals } = read(command, argv);
  const [unexpected] = positionals.slice(command.most);
  if (unexpected !== undefined && !values.help) {
    throw new CallError(`unexpected argument '${unexpected}'; ${HELP_HINT}`);
  }
  if (!values.help) assertMeant(flagsOf(command), values);
  // parseArgs returns strings and booleans as declared, and leaves out absent options
  const given = Object.fromEntries(
    Object.entries(flagsOf(command)).map(([name, { type }]) => [
      name,
      type === 'boolean' ? values[name] === true : values[name],
    ]),
  ) as Values<Flags> & Values<typeof PLACE_FLAGS>;
  return { args: positionals, flags: given, place: given, wantsHelp: values.help === true };
}

function read(command: Command, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(flagsOf(command)).map(([name, { type }]) => [name, { type }]),
  );
  try {
    return readArguments({ args: dashedLast(argv, command.dashed), options, allowPositionals: true });
  } catch (cause) {
    throw new CallError((cause as Error).message, { cause });
  }
}

/** @throws CallError if a value is unknown, or an option has no meaning in this call */
function assertMeant(flags: Flags, given: Readonly<Record<string, unknown>>): void {
  const isGiven = (name: string) => given[name] !== undefined && given[name] !== false;
  for (const [name, { values, needs, without = [] }] of Object.entries<Flag>(flags)) {
    if (!isGiven(name)) continue;
    if (values && !values.includes(String(given[name])))
      throw new CallError(`--${name} must be one of ${values.join(', ')}, got ${given[name]}`);
    if (needs && !needs.some(isGiven))
      throw new CallError(
        `--${name} has no meaning without ${needs.map((other) => `--${other}`).join(' or ')}`,
      );
    const other = without.find(isGiven);
    if (other !== undefined) throw new CallError(`choose one of --${name} and --${other}`);
  }
}

/** @throws CallError if an option names an application that the pool does not have */
export function assertOfPool({ flags }: Command, given: Values<Flags>, pool: readonly string[]): void {
  for (const [name, { ofPool }] of Object.entries(flags)) {
    const value = given[name];
    if (ofPool && value !== undefined && !pool.includes(String(value)))
      throw new CallError(`--${name} ${notOfPool(pool, value)}`);
  }
}

/** Arguments after `--` are not options. */
function dashedLast(args: readonly string[], dashed?: RegExp): string[] {
  if (!dashed) return [...args];
  return [...args.filter((arg) => !dashed.test(arg)), '--', ...args.filter((arg) => dashed.test(arg))];
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * @returns milliseconds
 * @throws CallError that explains the format of a duration
 */
export function durationOf(flag: string, text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (UNITS[unit] ?? 0);
  throw new CallError(`--${flag} is written 30s, 30m, 12h, 7d or 2w, got ${text}`);
}

/** @throws CallError if it is not a whole number of at least 1 */
export function countOf(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CallError(`--${flag} must be a whole number from 1 on, got ${text}`);
}

import type { Deployment } from '../deployment/deployment.ts';
import type { ExitCode } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface Flag {
  readonly type: 'boolean' | 'string';
  /** The name of the value in the help. */
  readonly value?: string;
  readonly help: string;
  /** The values that it takes; absent: any. */
  readonly values?: readonly string[];
  /** It names an application of the pool. */
  readonly ofPool?: true;
  /** Without one of these options it has no meaning. */
  readonly needs?: readonly string[];
  /** It cannot be given together with these options. */
  readonly without?: readonly string[];
}

export type Flags = Readonly<Record<string, Flag>>;

export type Values<F extends Flags> = {
  readonly [Name in keyof F]: F[Name]['type'] extends 'boolean' ? boolean : string | undefined;
};

/** Which deployments a command can work on. */
export type Reach = 'any' | 'deployed' | 'local';

/** The input of a command. */
export interface Call<F extends Flags = Flags> {
  readonly args: readonly string[];
  readonly flags: Values<F>;
  readonly terminal: Terminal;
  /** The deployment that the options name. It is searched for at the first call. */
  deployment(): Promise<Deployment>;
}

/** One command, with its parsing, completion, help and code. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The arguments in the help, such as `KEY...`. */
  readonly usage: string;
  /** The largest number of arguments. */
  readonly most: number;
  readonly flags: Flags;
  readonly reach: Reach;
  /** Its arguments are files. */
  readonly files?: true;
  /** Words that its arguments may be, by the first argument; those of the first are under the empty text. */
  readonly words?: Readonly<Record<string, readonly string[]>>;
  /** Additional text in the help. */
  readonly details?: string;
  /** Examples of calls, with their effects. */
  readonly examples: readonly (readonly [call: string, effect: string])[];
  /** Arguments that begin with a dash but are not options. */
  readonly dashed?: RegExp;
  run(call: Call): Promise<ExitCode>;
}

interface Definition<F extends Flags> extends Omit<Command, 'flags' | 'run'> {
  readonly flags: F;
  run(call: Call<F>): Promise<ExitCode>;
}

/** Creates a command whose options have the declared types. */
export function command<const F extends Flags>(definition: Definition<F>): Command {
  // the parser returns exactly the declared flags
  return definition as unknown as Command;
}

import type { Deployment } from '../deployment/deployment.ts';
import type { ExitCode } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface Flag {
  readonly type: 'boolean' | 'string';
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export type Values<F extends Flags> = {
  readonly [Name in keyof F]: F[Name]['type'] extends 'boolean' ? boolean : string | undefined;
};

/** Which deployments a command can work on. */
export type Reach = 'any' | 'deployed' | 'local';

/** What a command is given to run. */
export interface Call<F extends Flags = Flags> {
  readonly args: readonly string[];
  readonly flags: Values<F>;
  readonly terminal: Terminal;
  /** The deployment that the options name. It is looked for when it is first asked for. */
  deployment(): Promise<Deployment>;
}

/** One command, as it is parsed, completed, explained and run. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The arguments as the help writes them, such as `KEY...`. */
  readonly usage: string;
  /** How many arguments it takes at most. */
  readonly most: number;
  readonly flags: Flags;
  readonly reach: Reach;
  /** What the help says besides. */
  readonly details?: string;
  /** Calls with what they do. */
  readonly examples: readonly (readonly [call: string, effect: string])[];
  /** Arguments that begin with a dash and are no options. */
  readonly dashed?: RegExp;
  run(call: Call): Promise<ExitCode>;
}

interface Definition<F extends Flags> extends Omit<Command, 'flags' | 'run'> {
  readonly flags: F;
  run(call: Call<F>): Promise<ExitCode>;
}

/** Makes a command whose options have the types that it declares. */
export function command<const F extends Flags>(definition: Definition<F>): Command {
  // the parser gives exactly the flags that are declared
  return definition as unknown as Command;
}

import type { Command, Flags } from './command.ts';
import { PLACE_FLAGS } from './parse.ts';

export const PROGRAM = 'evergreen-rooms';

const EXIT_CODES =
  'Exit codes: 0 done, 1 something is wrong with a room, 2 the call is wrong, 3 the deployment cannot be reached.';

/** Lists the commands, one line each. */
export function overview(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `${PROGRAM} COMMAND [ARGUMENTS] [OPTIONS]`,
    '',
    'Shows and changes the rooms of a deployment: a stack in AWS, or the one that npm start runs on this machine.',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    ...optionLines(PLACE_FLAGS),
    '',
    'Without --stack and --local it is the stack that runs on this machine, else that of EVERGREEN_ROOMS_STACK.',
    `${PROGRAM} COMMAND --help has examples; ${PROGRAM} --version prints the version.`,
    '',
    EXIT_CODES,
  ];
}

export function helpOf({ name, usage, summary, details, flags, reach, examples }: Command): string[] {
  const callWidth = Math.max(0, ...examples.map(([call]) => call.length));
  return [
    [PROGRAM, name, usage, '[OPTIONS]'].filter(Boolean).join(' '),
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...(details === undefined ? [] : ['', ...details.split('\n')]),
    '',
    ...(Object.keys(flags).length > 0 ? [...optionLines(flags), ''] : []),
    ...optionLines(placeFlags(reach)),
    ...(examples.length > 0 ? ['', 'Examples:'] : []),
    ...examples.map(([call, effect]) => `  ${PROGRAM} ${call.padEnd(callWidth)}  ${effect}`),
    '',
    EXIT_CODES,
  ];
}

function placeFlags(reach: Command['reach']): Flags {
  const { local, port, ...deployed } = PLACE_FLAGS;
  if (reach === 'local') return { local, port };
  return reach === 'deployed' ? deployed : PLACE_FLAGS;
}

function optionLines(flags: Flags): string[] {
  const written = Object.entries(flags).map(([name, { value, help, values }]) => {
    const option = value === undefined ? `--${name}` : `--${name} ${value}`;
    return [option, values ? `${help}: ${values.join(', ')}` : help] as const;
  });
  const width = Math.max(...written.map(([option]) => option.length));
  return written.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`);
}

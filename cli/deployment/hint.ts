import { argument } from '../frame/argument.ts';
import type { Values } from '../frame/command.ts';
import { PROGRAM } from '../frame/help.ts';
import { PLACE_FLAGS } from '../frame/parse.ts';
import type { Hint } from './deployment.ts';

/**
 * Returns the hint for a place. A person who named a deployment must not reach another one with the command that
 * is printed.
 */
export function hintFor(
  place: Values<typeof PLACE_FLAGS>,
  environment: Readonly<Record<string, string | undefined>>,
): Hint {
  const given = Object.keys(PLACE_FLAGS).flatMap((name) => {
    // the names of the flags are the fields of the place
    const value = place[name as keyof typeof PLACE_FLAGS];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name} ${argument(value)}`];
  });
  return (command) => [programOf(environment), command, ...given].join(' ');
}

/** The program as npm started it: a checkout has no executable of that name. */
function programOf({
  npm_lifecycle_event: event,
  npm_lifecycle_script: script = '',
}: Readonly<Record<string, string | undefined>>): string {
  if (script.startsWith('node cli/main.ts')) return `npm run -s ${PROGRAM} --`;
  return event === 'npx' && script.startsWith(PROGRAM) ? `npx ${PROGRAM}` : PROGRAM;
}

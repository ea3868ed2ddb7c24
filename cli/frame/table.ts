import type { Terminal } from './terminal.ts';

/** For commands that print tables. */
export const WIDE = {
  wide: { type: 'boolean', help: 'whole keys and all columns, however narrow the terminal is' },
} as const;

/**
 * Prints a table in lines that fit the terminal. With `--wide`, or without a terminal, the lines are not
 * shortened.
 */
export async function sayTable(
  terminal: Terminal,
  wide: boolean,
  lines: (width: number) => readonly string[],
): Promise<void> {
  const whole = lines(Number.POSITIVE_INFINITY);
  const shown = wide ? whole : lines(terminal.width);
  for (const line of shown) await terminal.say(line);
  if (shown.some((line, i) => line !== whole[i]))
    terminal.note('(shortened for this terminal: --wide shows all of it)');
}

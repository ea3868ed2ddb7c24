import type { Spread } from './statistics.ts';

/** Formats a Markdown table with aligned columns, for terminals too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${column === 0 ? '-' : ':'}`).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** Formats the median and the range of the middle half of all rounds. */
export function shown({ median, low, high }: Spread, digits = 0): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** Compares a value with its target. */
export function verdict(figure: number, aim: number, better: 'low' | 'high'): string {
  const met = better === 'low' ? figure <= aim : figure >= aim;
  return `${met ? 'met' : '**missed**'}: ${figure.toFixed(2)}, aim ${better === 'low' ? 'at most' : 'at least'} ${aim}`;
}

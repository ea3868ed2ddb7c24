import { onTestFinished, vi } from 'vitest';

/** The output, one line each; a function's logger and metrics write JSON. */
export interface Output {
  readonly lines: readonly string[];
  /** The logger's lines of a level. */
  logged(level: 'INFO' | 'WARN' | 'ERROR'): readonly LogLine[];
  /** The sum of a metric. */
  counted(metric: string): number;
}

export interface LogLine {
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Captures all output of the console and of the functions until the test is finished. */
export function catchOutput(): Output {
  const lines: string[] = [];
  const catching = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => void lines.push(parts.join(' '))),
  );
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      lines.push(...String(chunk).split('\n').filter(Boolean));
      return true;
    }),
  );
  onTestFinished(() => {
    for (const spy of [...catching, ...streams]) spy.mockRestore();
  });
  const parsed = () => lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []));
  return {
    lines,
    logged: (level) => parsed().filter((line) => line.level === level),
    counted: (metric) =>
      parsed()
        .filter((line) => '_aws' in line && metric in line)
        .flatMap((line) => line[metric] as number | number[])
        .reduce((sum, value) => sum + value, 0),
  };
}

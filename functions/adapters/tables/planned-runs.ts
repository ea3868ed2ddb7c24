import type { PlannedOccurrence } from '../../rooms/model/occurrences.ts';

/** Occurrences at a regular distance and of equal length. */
interface Run {
  readonly id: number;
  readonly step: number;
  readonly length: number;
  count: number;
}

/**
 * Writes the planned occurrences of a series for a row: as runs, `id,step,length,count` in milliseconds to
 * the base of 36. A hundred weeks need about a hundred bytes, and the cost of each write of the row depends
 * on its size.
 */
export function writeRuns(planned: readonly PlannedOccurrence[]): string {
  const runs: Run[] = [];
  for (const { id, until } of planned) {
    const length = until - id;
    const run = runs.at(-1);
    if (run && run.length === length && run.count === 1) {
      runs[runs.length - 1] = { ...run, step: id - run.id, count: 2 };
    } else if (run && run.length === length && id === run.id + run.step * run.count) {
      run.count += 1;
    } else {
      runs.push({ id, step: 0, length, count: 1 });
    }
  }
  return runs
    .map(({ id, step, length, count }) =>
      [id, step, length, count].map((part) => part.toString(36)).join(','),
    )
    .join(';');
}

export function readRuns(text: string): readonly PlannedOccurrence[] {
  if (text === '') return [];
  return text.split(';').flatMap((run) => {
    const [id = 0, step = 0, length = 0, count = 0] = run.split(',').map((part) => Number.parseInt(part, 36));
    return Array.from({ length: count }, (_, index) => {
      const start = id + step * index;
      return { id: start, until: start + length };
    });
  });
}

import type { Deployment } from './deployment.ts';
import type { Finding, Level } from './finding.ts';

const LEVELS: readonly Level[] = ['failed', 'warning', 'ok'];

/** Returns the findings as lines for a person: one each, followed by what to do. */
export function report({ id, stack }: Deployment, findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.flatMap(({ level, subject, found, remedy }) => [
    `${level.padEnd(7)}  ${subject.padEnd(width)}  ${found}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(11)}${remedy}`]),
  ]);
  const counts = LEVELS.map(
    (level) => `${findings.filter((finding) => finding.level === level).length} ${level}`,
  );
  return [`stack ${stack.name}, deployment ${id}`, '', ...lines, '', counts.join(', ')];
}

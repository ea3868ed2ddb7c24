import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EQUIVALENT, isEquivalent } from './equivalent.ts';

/**
 * `npm run mutants [-- FILE[:FROM-UNTIL] ...]`: changes the domain in small ways, one at a time, and says which changes
 * no test notices. Without a file, all of `functions/rooms`. What was found stays in `dist/mutants`: a run that was
 * stopped goes on there, and looks again only at what has changed since.
 */

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const STRYKER = join(PROJECT, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const { MUTANTS_REPORTS: REPORTS = 'dist/mutants' } = process.env;
/** The share of the mutants that can be noticed which is noticed. */
const FLOOR = 0.9;

const NOTICED = new Set(['Killed', 'Timeout']);
const MISSED = new Set(['Survived', 'NoCoverage']);

process.chdir(PROJECT);
const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : globSync('functions/rooms/**/*.ts').filter(hasCode).sort();
const totals = { noticed: 0, missed: 0, equivalent: 0 };
for (const file of files) examine(file);
const share = totals.noticed / Math.max(1, totals.noticed + totals.missed);
console.log(`${inWords(totals)}: ${(100 * share).toFixed(1)} % of those that can be noticed`);
process.exitCode = share >= FLOOR ? 0 : 1;

/** Whether it is more than types. */
function hasCode(file: string): boolean {
  return /^(export )?(async )?(function|const|class)\b/m.test(readFileSync(file, 'utf8'));
}

function examine(place: string): void {
  const file = place.replace(/:.*/, '');
  const source = readFileSync(file, 'utf8').split('\n');
  const mutants = mutate(place, file);
  const noticed = mutants.filter(({ status }) => NOTICED.has(status)).length;
  const unnoticed = mutants
    .filter(({ status }) => MISSED.has(status))
    .map((mutant) => inSource(mutant, source));
  const missed = unnoticed.filter((change) => !isEquivalent(file, change, EQUIVALENT));
  const figures = { noticed, missed: missed.length, equivalent: unnoticed.length - missed.length };
  for (const name of ['noticed', 'missed', 'equivalent'] as const) totals[name] += figures[name];
  const report = [`${place}: ${inWords(figures)}`, ...missed.map(shown)].join('\n');
  writeFileSync(join(REPORTS, `${file}.txt`), `${report}\n`);
  console.log(report);
}

/** A mutant as the report has it, which also is the memory of the next run. */
interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number } };
}

function mutate(place: string, file: string): readonly Mutant[] {
  const memory = join(REPORTS, `${file}.json`);
  const settings = join(REPORTS, 'stryker.json');
  mkdirSync(dirname(memory), { recursive: true });
  const options = {
    testRunner: 'vitest',
    vitest: { configFile: 'chaos/mutants/vitest.config.ts' },
    mutate: [place],
    incremental: true,
    incrementalFile: memory,
    tempDirName: join(REPORTS, 'copy'),
    ignorePatterns: ['dist', 'coverage', 'cdk.out'],
    // the sources run as they are, so there is no configuration of a compiler to adapt
    tsconfigFile: 'none',
    concurrency: 1,
    // a loop without an end counts as noticed, a busy machine must not
    timeoutMS: 30_000,
    reporters: [],
  };
  writeFileSync(settings, JSON.stringify(options));
  execFileSync(process.execPath, [STRYKER, 'run', '--logLevel', 'error', settings], {
    stdio: 'inherit',
  });
  const report = JSON.parse(readFileSync(memory, 'utf8')) as { files: Record<string, { mutants: Mutant[] }> };
  return report.files[file]?.mutants ?? [];
}

interface Change {
  readonly line: number;
  /** The whole line as it stands, and what is put in the place of a part of it. */
  readonly before: string;
  readonly replacement: string;
}

function inSource({ location, replacement = '' }: Mutant, source: readonly string[]): Change {
  const { line } = location.start;
  return { line, before: source[line - 1]?.trim() ?? '', replacement };
}

function shown({ line, before, replacement }: Change): string {
  return `  ${line}: ${before}\n      survives: ${replacement.replace(/\s+/g, ' ')}`;
}

function inWords({ noticed, missed, equivalent }: typeof totals): string {
  return `${noticed + missed + equivalent} mutants, ${noticed} noticed, ${missed} not, ${equivalent} change nothing`;
}

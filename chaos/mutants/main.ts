import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EQUIVALENT, isEquivalent } from './equivalent.ts';

/**
 * `npm run mutants [-- FILE[:FROM-UNTIL] ...]`: changes the domain in small ways, one at a time, and prints
 * which changes no test notices. Without a file, it covers all of `functions/rooms`. The results are stored
 * in `dist/mutants`: a run that was stopped continues there, and tests only what has changed since.
 */

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const STRYKER = join(PROJECT, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const { MUTANTS_REPORTS: REPORTS = 'dist/mutants' } = process.env;
/** The required share of detected mutants among those that can be detected. */
const FLOOR = 0.9;

const NOTICED = new Set(['Killed', 'Timeout']);
const MISSED = new Set(['Survived', 'NoCoverage']);

process.chdir(PROJECT);
const asked = process.argv.slice(2);
const places = asked.length > 0 ? asked : globSync('functions/rooms/**/*.ts').filter(hasCode).sort();
const totals = { noticed: 0, endless: 0, missed: 0, equivalent: 0 };
// one folder at a time, because the tests run twice before the first mutant
for (const [folder, inside] of Map.groupBy(places, dirname)) {
  const found = mutate(inside, folder);
  for (const place of inside) tell(place, found);
}
const share = totals.noticed / Math.max(1, totals.noticed + totals.missed);
console.log(`${inWords(totals)}: ${(100 * share).toFixed(1)} % of those that can be noticed`);
process.exitCode = share >= FLOOR ? 0 : 1;

/** Whether the file has code besides types. */
function hasCode(file: string): boolean {
  return /^(export )?(async )?(function|const|class)\b/m.test(readFileSync(file, 'utf8'));
}

function tell(place: string, found: Report): void {
  const file = place.replace(/:.*/, '');
  const source = readFileSync(file, 'utf8').split('\n');
  const mutants = found.files[file]?.mutants ?? [];
  const noticed = mutants.filter(({ status }) => NOTICED.has(status)).length;
  const unnoticed = mutants
    .filter(({ status }) => MISSED.has(status))
    .map((mutant) => inSource(mutant, source));
  const missed = unnoticed.filter((change) => !isEquivalent(file, change, EQUIVALENT));
  const endless = mutants.filter(({ status }) => status === 'Timeout').length;
  const figures = { noticed, endless, missed: missed.length, equivalent: unnoticed.length - missed.length };
  for (const name of ['noticed', 'endless', 'missed', 'equivalent'] as const) totals[name] += figures[name];
  const report = [`${place}: ${inWords(figures)}`, ...missed.map(shown)].join('\n');
  writeFileSync(join(REPORTS, `${file}.txt`), `${report}\n`);
  console.log(report);
}

/** A mutant in the report. The report is also the state for the next run. */
interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number } };
}

type Report = { readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>> };

function mutate(places: readonly string[], folder: string): Report {
  const memory = join(REPORTS, `${folder}.json`);
  const settings = join(REPORTS, 'stryker.json');
  mkdirSync(join(REPORTS, folder), { recursive: true });
  const options = {
    testRunner: 'once-loaded',
    plugins: ['./chaos/mutants/runner.ts'],
    mutate: places,
    incremental: true,
    incrementalFile: memory,
    tempDirName: join(REPORTS, 'copy'),
    ignorePatterns: ['dist', 'coverage', 'cdk.out'],
    // the sources run without compilation, so there is no compiler configuration to adapt
    tsconfigFile: 'none',
    concurrency: 2,
    // a wait without an end counts as noticed, but a busy machine must not
    timeoutMS: 60_000,
    reporters: [],
  };
  writeFileSync(settings, JSON.stringify(options));
  execFileSync(process.execPath, [STRYKER, 'run', '--logLevel', 'error', settings], {
    stdio: 'inherit',
  });
  return JSON.parse(readFileSync(memory, 'utf8')) as Report;
}

interface Change {
  readonly line: number;
  /** The whole line, and the replacement for a part of it. */
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

function inWords({ noticed, endless, missed, equivalent }: typeof totals): string {
  return (
    `${noticed + missed + equivalent} mutants, ${noticed} noticed (${endless} by a test without an end), ` +
    `${missed} not, ${equivalent} change nothing`
  );
}

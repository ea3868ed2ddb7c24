import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type CompleteDryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import type { Test } from './vitest.ts';

/** The tests of the domain, without the long campaigns, which test other things. */
const { MUTANTS_TESTS = 'test/rooms/**/*.test.ts,test/requests/**/*.test.ts' } = process.env;
const LONG = [
  'test/rooms/campaigns/{crashes,year,handover,model,on-demand}.test.ts',
  'test/requests/calendar/fuzz.test.ts',
];

/** The time of each test before the first mutant. */
const TIMES = 'mutants-test-times.json';

const VITEST = new URL('./vitest.ts', import.meta.url).href;

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'once-loaded', runner)];

function runner(): TestRunner {
  const code: InstrumenterContext = {};
  // the instrumented code reads it here
  Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: code });
  let tests: Promise<readonly Test[]> | undefined;

  async function run(asked: (test: Test) => boolean, bail: boolean): Promise<CompleteDryRunResult> {
    const results: TestResult[] = [];
    for (const test of (await tests) ?? []) {
      if (!asked(test)) continue;
      code.currentTestId = test.id;
      const result = await outcome(test);
      code.currentTestId = undefined;
      results.push(result);
      if (bail && result.status === TestStatus.Failed) break;
    }
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: code.mutantCoverage };
  }

  return {
    capabilities: () => ({ reloadEnvironment: false }),
    async init() {
      registerHooks({
        resolve: (specifier, context, next) =>
          specifier === 'vitest' ? { url: VITEST, shortCircuit: true } : next(specifier, context),
      });
      // the rest of a test that failed early says nothing about the next mutant
      process.on('unhandledRejection', () => {});
    },
    async dryRun() {
      tests = load();
      const first = await run(() => true, false);
      const times = first.tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]);
      writeFileSync(TIMES, JSON.stringify(Object.fromEntries(times)));
      const again = await run(() => true, false);
      tests = Promise.resolve(inOrderOfTime(await tests));
      // a test that passes only once would seem to notice every mutant
      return again.tests.every(({ status }) => status === TestStatus.Success) ? first : again;
    },
    async mutantRun({
      testFilter,
      activeMutant,
      hitLimit,
      mutantActivation,
    }: MutantRunOptions): Promise<MutantRunResult> {
      if (mutantActivation === 'static') code.activeMutant = activeMutant.id;
      tests ??= load();
      await tests;
      Object.assign(code, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
      const asked = testFilter && new Set(testFilter);
      const result = await run(({ id }) => asked?.has(id) ?? true, true);
      return toMutantRunResult(determineHitLimitReached(code.hitCount, hitLimit) ?? result);
    },
  };
}

/** Returns the test files that run for each mutant. */
export function testFiles(): readonly string[] {
  return globSync(MUTANTS_TESTS.split(','), { exclude: LONG }).sort();
}

/** Loads the tests of the working directory, which is the copy with the mutants. The fastest come first. */
async function load(): Promise<readonly Test[]> {
  const { collect }: typeof import('./vitest.ts') = await import(VITEST);
  const all = await collect(testFiles().map((file) => resolve(file)));
  return existsSync(TIMES) ? inOrderOfTime(all) : all;
}

function inOrderOfTime(tests: readonly Test[]): readonly Test[] {
  const times = JSON.parse(readFileSync(TIMES, 'utf8')) as Record<string, number>;
  return tests.toSorted((a, b) => (times[a.id] ?? 0) - (times[b.id] ?? 0));
}

async function outcome({ id, name, file, body }: Test): Promise<TestResult> {
  const began = performance.now();
  const told = () => ({ id, name, fileName: file, timeSpentMs: performance.now() - began });
  try {
    await body();
    return { ...told(), status: TestStatus.Success };
  } catch (error) {
    return { ...told(), status: TestStatus.Failed, failureMessage: String(error) };
  }
}

import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const TESTS = 'test/**/*.test.ts';

/**
 * Files that put something of their own in the place of what is global: clocks, modules, output. Playwright sets the
 * language of all of zod's messages. Variables are put back where files share a process.
 */
const changing = globSync(TESTS).filter((file) =>
  /\bvi\.(?:mock|hoisted|useFakeTimers|spyOn)\(|from 'playwright-core'/.test(readFileSync(file, 'utf8')),
);

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/workplace.ts', 'test/support/bundles.ts'],
    projects: [
      { extends: true, test: { name: 'isolated', include: changing } },
      // what a file loads, the next one finds loaded: to load it anew would be a third of the whole time
      {
        extends: true,
        test: {
          name: 'together',
          include: [TESTS],
          exclude: changing,
          isolate: false,
          // such a process lives to the end of the run: what it would write into the cache of compiled code, nobody reads
          env: { NODE_DISABLE_COMPILE_CACHE: '1' },
          setupFiles: ['test/support/as-at-first.ts'],
        },
      },
    ],
    // the longest files wait for processes and for answers that never come, half of the time
    maxWorkers: availableParallelism() + 2,
    // `npm run coverage`: of the domain, by its own tests
    coverage: {
      include: ['functions/rooms/**'],
      reporter: ['text'],
      thresholds: { statements: 98, branches: 95, functions: 99, lines: 99 },
    },
    // only a test that hangs may run into these: no test depends on the speed of the machine
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});

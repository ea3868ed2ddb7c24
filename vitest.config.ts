import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/workplace.ts', 'test/support/bundles.ts'],
    // vitest leaves a core free by default, which on two cores is half of them
    maxWorkers: '100%',
    // only a test that hangs may run into these: no test depends on the speed of the machine
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});

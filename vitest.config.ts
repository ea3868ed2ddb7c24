import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/workplace.ts', 'test/support/bundles.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';

/** The tests of the domain, without the campaigns that take long and are about something else. */
const { MUTANTS_TESTS = 'test/rooms/**/*.test.ts,test/requests/**/*.test.ts' } = process.env;

export default defineConfig({
  test: {
    include: MUTANTS_TESTS.split(','),
    exclude: [
      'test/rooms/campaigns/{crashes,year,handover,model}.test.ts',
      'test/requests/calendar/fuzz.test.ts',
    ],
    // as in the suite, no test depends on the speed of the machine
    testTimeout: 180_000,
  },
});

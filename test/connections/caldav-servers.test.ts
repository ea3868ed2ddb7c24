import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calendarSystemContract } from './calendar-system-contract.ts';
import { caldavHarness } from './support/caldav-harness.ts';
import { REAL_SERVERS, startRealServer } from './support/real-servers.ts';
import { writeBackContract } from './write-back/write-back-contract.ts';

/** `.ci/run` installs the servers and sets this; with npm alone the small server stands in for them. */
const wanted = (process.env.CALDAV_SERVERS ?? '').split(' ').filter((name) => name !== '');

describe.each(wanted)('%s', (name) => {
  let server: Awaited<ReturnType<typeof startRealServer>>;
  beforeAll(async () => {
    server = await startRealServer(name);
  });
  afterAll(() => server?.stop());

  calendarSystemContract(name, () => caldavHarness(server));
  writeBackContract(name, () => caldavHarness(server));
});

test.skipIf(wanted.length > 0)(
  `without CALDAV_SERVERS="${Object.keys(REAL_SERVERS).join(' ')}" only the small server is tested`,
  () => {
    expect(wanted).toEqual([]);
  },
);

import { startCaldav } from '../../../emulators/caldav/caldav.ts';
import { POSITIONS } from '../../../emulators/caldav/choices.ts';
import { caldavHarness } from '../support/caldav-harness.ts';
import { writeBackContract } from './write-back-contract.ts';

for (const rewriting of POSITIONS.rewriting) {
  writeBackContract(`the small CalDAV server with texts that are ${rewriting}`, async () => {
    const server = await startCaldav({
      users: [{ name: 'ann', passwords: ['secret'] }],
      switches: { rewriting },
    });
    return caldavHarness({ url: server.url, login: 'ann:secret', home: 'ann' }, () => server.close());
  });
}

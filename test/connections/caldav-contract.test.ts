import { startCaldav } from '../../emulators/caldav/caldav.ts';
import { POSITIONS, type Switches } from '../../emulators/caldav/choices.ts';
import { turnsOf } from '../../emulators/http/switches.ts';
import { calendarSystemContract } from './calendar-system-contract.ts';
import { caldavHarness } from './support/caldav-harness.ts';

const open = async (switches: Partial<Switches>) => {
  const server = await startCaldav({ users: [{ name: 'ann', passwords: ['secret'] }], switches });
  return caldavHarness({ url: server.url, login: 'ann:secret', home: 'ann' }, () => server.close());
};

calendarSystemContract('the small CalDAV server', () => open({}));

for (const switches of turnsOf(POSITIONS)) {
  // two that no client can make up for
  if ('writes' in switches || 'sync' in switches) continue;
  calendarSystemContract(`the small CalDAV server with ${JSON.stringify(switches)}`, () => open(switches));
}

import { secretsManager } from '../../functions/adapters/secrets.ts';
import type { Feed } from '../../functions/feeds/feed.ts';
import type { Check } from '../check.ts';
import { failed, ok } from '../finding.ts';
import { secretsManagerOf } from '../ports.ts';

/** Checks that the secret of each feed has an address. The address is not shown. */
export const checkFeeds: Check = async ({ functions, stack }, { secrets: client }) => {
  const feeds: readonly Feed[] = JSON.parse(functions.get('read-calendars')?.environment.FEEDS ?? '[]');
  const secrets = secretsManager({ client: secretsManagerOf(client), now: () => Date.now() });
  return Promise.all(
    feeds.map(async ({ name, secret }) => {
      const address = (await secrets.read(secret))?.trim();
      if (address && URL.canParse(address)) return ok(`feed ${name}`, 'has an address');
      return failed(
        `feed ${name}`,
        address ? 'its secret holds no address' : 'has no address yet',
        `evergreen-rooms credentials put ${name} --stack ${stack.name} --file feed.url`,
      );
    }),
  );
};

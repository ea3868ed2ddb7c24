import { expect, onTestFinished, test } from 'vitest';
import { type ProviderEntry, roomProvider } from '../../../functions/adapters/providers.ts';
import { secretsManager } from '../../../functions/adapters/secrets.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { LOCAL_PROVIDERS } from '../../../local/rooms/providers.ts';
import { secretsEndpoint } from '../../adapters/secrets-endpoint.ts';
import { DAY } from '../../journey/journey.ts';

/** A provider on this machine, and the client of its account. */
async function started(name: ProviderEntry['provider'], kept?: unknown) {
  const local = await LOCAL_PROVIDERS[name](kept);
  const secrets = await secretsEndpoint(local.credential);
  onTestFinished(() => Promise.all([local.close(), secrets.close()]).then(() => undefined));
  // the provider itself says what an entry of it has
  const entry = { provider: name, secret: 'secret', ...local.application } as unknown as ProviderEntry;
  const now = Date.now;
  return {
    local,
    rooms: roomProvider(entry, { now, secrets: secretsManager({ client: secrets.client, now }) }),
  };
}

const NAMES = Object.keys(LOCAL_PROVIDERS) as ProviderEntry['provider'][];

test.each(NAMES)('rooms at %s are kept with their links, those that were ended are not', async (name) => {
  const first = await started(name);
  const orderOf = (key: string) => ({
    token: roomToken('abcde', key, 1),
    settings: { display_name: key },
    expiresAt: Date.now() + 30 * DAY,
  });
  const kept = await first.rooms.create(orderOf('kept'));
  const { id } = await first.rooms.create(orderOf('ended'));
  await first.rooms.retire(id);
  const ended = await first.rooms.get(id);
  const state = JSON.parse(JSON.stringify(first.local.state()));

  const second = await started(name, state);
  expect(await second.rooms.get(kept.id)).toEqual(await first.rooms.get(kept.id));
  expect(await second.rooms.get(id)).toEqual(ended);
  expect(second.local.emulator.enter(kept.guestUrl)).toEqual(first.local.emulator.enter(kept.guestUrl));
  const later = await second.rooms.create(orderOf('later'));
  expect([kept.id, id]).not.toContain(later.id);
});

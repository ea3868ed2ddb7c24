import { afterEach, describe, expect, test } from 'vitest';
import { ACCOUNTS, type Account, type ProviderName } from '../../chaos/accounts.ts';
import { pool } from '../../functions/adapters/pool.ts';
import { roomProvider } from '../../functions/adapters/providers.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import { serveRequest } from '../../functions/rooms/actions/serve.ts';
import { reconcileRooms } from '../../functions/rooms/fleet/reconcile.ts';
import type { RoomRequest } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { aSpec } from '../support/rooms.ts';
import { aRequest, DEPLOYMENT, makeWorld } from '../support/world.ts';
import { type SecretsEndpoint, secretsEndpoint } from './secrets-endpoint.ts';

let account: Account;
let endpoint: SecretsEndpoint;

afterEach(async () => {
  await Promise.all([account.emulator.close(), endpoint.close()]);
});

/** The domain in front of a provider's adapter and emulator, with a room of the first generation. */
async function withRoom(name: ProviderName) {
  const world = makeWorld();
  const { clock, rotations } = world;
  const now = () => clock.now;
  account = await ACCOUNTS[name]({ name: 'first', now, seed: 1 });
  endpoint = await secretsEndpoint(account.credential);
  const options = {
    now,
    secrets: secretsManager({ client: endpoint.client, now }),
    wait: async (duration: number) => {
      clock.now += duration;
    },
  };
  const context = {
    ...world.context,
    pool: pool([account.entry], (entry) => roomProvider(entry, options)),
    rotations,
    mode: 'repair' as const,
    timeLeft: () => HOUR,
  };
  await serveRequest(aRequest(), context);
  clock.now += 2 * HOUR;
  return { ...world, context, provider: context.pool.provider('first') };
}

/** The ids of the rooms that are entered now, or soon. */
const living = (now: number) =>
  account.emulator
    .inventory()
    .filter(({ usable, expiresAt = 0 }) => usable && expiresAt > now + DAY)
    .map(account.idOf);

const ENDINGS: readonly (readonly [string, Partial<RoomRequest>])[] = [
  ['was cancelled', { action: 'cancel' }],
  ['was revoked', { action: 'rotate', revoke: true }],
];

describe.each(Object.keys(ACCOUNTS) as ProviderName[])('a create that comes late at %s', (name) => {
  test.each(ENDINGS)(
    'to a key whose room %s makes an orphan, which reconciliation ends',
    async (_, ending) => {
      const { context, provider, clock, row } = await withRoom(name);
      await serveRequest(aRequest(ending), context);
      const kept = living(clock.now);
      expect(kept).toEqual([row('weekly').current?.id].filter(Boolean));
      clock.now += HOUR;
      const token = roomToken(DEPLOYMENT, 'weekly', 1, aSpec());
      const { id } = await provider.create({
        token,
        settings: { display_name: 'Weekly' },
        expiresAt: clock.now + 90 * DAY,
      });
      expect(living(clock.now)).toContain(id);
      clock.now += 2 * HOUR;
      const { applications } = await reconcileRooms({ applications: ['first'] }, context);
      expect(applications.first).toMatchObject({ orphans: 1, retired: 1 });
      expect(living(clock.now)).toEqual(kept);
      await serveRequest(aRequest({ action: 'cancel' }), context);
      expect(living(clock.now)).toEqual([]);
    },
  );
});

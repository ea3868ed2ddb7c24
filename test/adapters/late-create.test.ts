import { afterEach, describe, expect, test } from 'vitest';
import { ACCOUNTS, type ProviderName } from '../../chaos/accounts.ts';
import { serveRequest } from '../../functions/rooms/actions/serve.ts';
import { reconcileRooms } from '../../functions/rooms/fleet/reconcile.ts';
import type { RoomRequest } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { type AdaptedWorld, adaptedWorld } from '../support/adapted-world.ts';
import { aSpec } from '../support/rooms.ts';
import { aRequest, DEPLOYMENT } from '../support/world.ts';

let world: AdaptedWorld;

afterEach(() => world.close());

/** The ids of the rooms that are entered now, and on another day. */
const living = () =>
  Object.values(world.accounts).flatMap(({ emulator, idOf }) =>
    emulator
      .inventory()
      .filter(({ usable, expiresAt = 0 }) => usable && expiresAt > world.clock.now + DAY)
      .map(idOf),
  );

const ENDINGS: readonly (readonly [string, Partial<RoomRequest>])[] = [
  ['was cancelled', { action: 'cancel' }],
  ['was revoked', { action: 'rotate', revoke: true }],
];

describe.each(Object.keys(ACCOUNTS) as ProviderName[])('a create that comes late at %s', (name) => {
  test.each(ENDINGS)(
    'to a key whose room %s makes an orphan, which reconciliation ends',
    async (_, ending) => {
      world = await adaptedWorld(name);
      const { context, clock, row } = world;
      await serveRequest(aRequest(), context);
      clock.now += 2 * HOUR;
      await serveRequest(aRequest(ending), context);
      const kept = living();
      expect(kept).toEqual([row('weekly').current?.id].filter(Boolean));
      clock.now += HOUR;
      const { id } = await context.pool.provider('first').create({
        token: roomToken(DEPLOYMENT, 'weekly', 1, aSpec()),
        settings: { display_name: 'Weekly' },
        expiresAt: clock.now + 90 * DAY,
      });
      expect(living()).toContain(id);
      clock.now += 2 * HOUR;
      const { applications } = await reconcileRooms({ applications: ['first'] }, context);
      expect(applications.first).toMatchObject({ orphans: 1, retired: 1 });
      expect(living()).toEqual(kept);
      await serveRequest(aRequest({ action: 'cancel' }), context);
      expect(living()).toEqual([]);
    },
  );
});

import { afterEach, expect, test } from 'vitest';
import { ACCOUNTS, type ProviderName } from '../../chaos/accounts.ts';
import { serveRequest } from '../../functions/rooms/actions/serve.ts';
import { placementOrder } from '../../functions/rooms/model/placement.ts';
import { type AdaptedWorld, adaptedWorld } from '../support/adapted-world.ts';
import { aRequest } from '../support/world.ts';

const FULL = 'maximum number of rooms for the account exceeded';

let world: AdaptedWorld;

afterEach(() => world.close());

/** Zoom limits what a host makes in a day, and not the rooms of an account: see `zoom/pool.test.ts`. */
const LIMITED = (Object.keys(ACCOUNTS) as ProviderName[]).filter((name) => name !== 'zoom');

const places = LIMITED.flatMap((name) => [400, 403].map((status) => [name, status] as const));

test.each(places)(
  'a room that an account at %s has no place for, which it says with %i, is made in the next account',
  async (name, status) => {
    world = await adaptedWorld(name, ['first', 'second']);
    const { accounts, context, row } = world;
    const notices: string[] = [];
    const [home = '', other] = placementOrder('weekly', context.pool.names);
    const { emulator, calls, refusal } = accounts[home] ?? {};
    emulator?.faults.add({
      fault: 'status',
      status,
      on: calls?.create,
      body: refusal?.(FULL),
      times: 'always',
    });
    await serveRequest(aRequest(), { ...context, notice: (notice) => notices.push(notice) });
    expect(row('weekly').current?.application).toBe(other);
    // an account that refuses or forbids a room is passed over too, and that is told
    expect(notices).toEqual([]);
    const made = Object.values(accounts).map(({ emulator }) => emulator.inventory().length);
    expect(made.toSorted()).toEqual([0, 1]);
  },
);

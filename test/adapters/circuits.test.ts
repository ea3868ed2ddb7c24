import { expect, it } from 'vitest';
import { circuits, type Outages } from '../../functions/adapters/circuits.ts';
import {
  AmbiguousOutcomeError,
  ProviderContractError,
  UnauthorizedError,
} from '../../functions/rooms/model/errors.ts';
import type { RoomProvider } from '../../functions/rooms/model/ports.ts';
import { MINUTE, SECOND } from '../../functions/rooms/model/time.ts';
import { START } from '../support/rooms.ts';

/** An outage of which every container knows. Later writes of this container can be made to lose, with no look at why. */
async function outage() {
  const clock = { now: START };
  const store = {
    outages: { version: 0, open: {} } as Outages,
    writes: 0,
    losesFrom: Number.POSITIVE_INFINITY,
  };
  const protection = circuits(
    {
      async read() {
        if (store.writes >= store.losesFrom) throw new Error('the table does not answer');
        return store.outages;
      },
      async replace(next) {
        store.writes += 1;
        // whoever tries without end would hang the test: it stops by winning
        if (store.writes >= store.losesFrom && store.writes < 100) return false;
        store.outages = next;
        return true;
      },
    },
    () => clock.now,
  );
  const provider = { isOut: true, calls: 0 };
  const get = async () => {
    provider.calls += 1;
    if (provider.isOut) throw new AmbiguousOutcomeError('500');
    return undefined;
  };
  // no other operation is called
  const guarded = protection.protect('first', { get } as unknown as RoomProvider);
  for (let nth = 1; nth <= 5; nth += 1) await expect(guarded.get('room')).rejects.toThrow('500');
  clock.now += MINUTE;
  Object.assign(store, { writes: 0 });
  Object.assign(provider, { isOut: false, calls: 0 });
  return { clock, store, provider, get: () => guarded.get('room') };
}

it('a call whose turn others always take first is not made, and comes back soon', async () => {
  const { store, provider, get } = await outage();
  store.losesFrom = 1;
  await expect(get()).rejects.toMatchObject({ code: 'throttled', ambiguous: false, retryAfter: 30 * SECOND });
  expect(store.writes).toBe(5);
  expect(provider.calls).toBe(0);
});

it('a call that succeeded is done, although others always write first, and the next one ends the outage', async () => {
  const { clock, store, get } = await outage();
  store.losesFrom = 2;
  await expect(get()).resolves.toBeUndefined();
  expect(store.writes).toBe(6);
  expect(store.outages.open).toHaveProperty(['first get']);
  store.losesFrom = Number.POSITIVE_INFINITY;
  clock.now += MINUTE;
  await get();
  expect(store.outages.open).toEqual({});
});

it('bringing a room back is held back in an outage as well, and not to be had where the provider has no such call', async () => {
  const store = { read: async () => ({ version: 0, open: {} }), replace: async () => true };
  const { protect } = circuits(store, () => START);
  let calls = 0;
  const revive = async () => {
    calls += 1;
    throw new AmbiguousOutcomeError('500');
  };
  // no other operation is called
  const guarded = protect('first', { revive } as unknown as RoomProvider);
  for (let nth = 1; nth <= 5; nth += 1) await expect(guarded.revive?.('room')).rejects.toThrow('500');
  await expect(guarded.revive?.('room')).rejects.toMatchObject({ code: 'throttled' });
  expect(calls).toBe(5);
  expect(protect('second', {} as unknown as RoomProvider).revive).toBeUndefined();
});

it('a missing permission to bring rooms back is an answer, so that no lost room waits for its successor', async () => {
  const store = { read: async () => ({ version: 0, open: {} }), replace: async () => true };
  const { protect } = circuits(store, () => START);
  const revive = () => Promise.reject(new UnauthorizedError('the scope is missing'));
  // no other operation is called
  const guarded = protect('first', { revive } as unknown as RoomProvider);
  for (let nth = 1; nth <= 6; nth += 1) await expect(guarded.revive?.('room')).rejects.toThrow('scope');
});

it('five looks for a room that was mistyped are answers, so that no other look is held back', async () => {
  const store = { read: async () => ({ version: 0, open: {} }), replace: async () => true };
  const { protect } = circuits(store, () => START);
  const get = () => Promise.reject(new ProviderContractError('its id is another one'));
  // no other operation is called
  const guarded = protect('first', { get } as unknown as RoomProvider);
  for (let nth = 1; nth <= 6; nth += 1) await expect(guarded.get('0845')).rejects.toThrow('another one');
});

import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { flushAll, flushPending } from '../../../functions/rooms/lifecycle/pending.ts';
import { AmbiguousOutcomeError, ProviderContractError } from '../../../functions/rooms/model/errors.ts';
import type { Retiree } from '../../../functions/rooms/model/room.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

/** A world with a room and a stray beside it that is to end. */
async function withStray(): Promise<World> {
  const world = makeWorld();
  await ensureRoom(aRequest(), world.context);
  const stray = await world.context.pool.provider('first').create({
    token: 'erabcdestray',
    settings: { display_name: 'stray' },
    expiresAt: world.clock.now + DAY,
  });
  const retirees: Retiree[] = [{ application: 'first', id: stray.id }];
  await world.rooms.write({ ...world.row('weekly'), retirees });
  return world;
}

/** Lets every retirement fail until it is told otherwise. */
function failRetiring({ providers }: World, error: Error): () => void {
  const provider = providers.first;
  if (!provider) throw new Error('no provider');
  const { retire } = provider;
  provider.retire = async () => {
    throw error;
  };
  return () => {
    provider.retire = retire;
  };
}

describe('what a row says is still to be told', () => {
  it('is told once and forgotten', async () => {
    const world = await withStray();
    const settled = await flushPending(
      { ...world.row('weekly'), unannounced: [{ type: 'Room Updated', reason: 'changed' }] },
      world.context,
    );
    expect(settled).toMatchObject({ unannounced: undefined, retirees: [{ endsAt: expect.any(Number) }] });
    expect(world.announced).toHaveLength(2);
    expect(world.kept()).toEqual(['first-1']);
    expect(await flushPending(settled, world.context)).toBe(settled);
    expect(world.announced).toHaveLength(2);
  });

  it('is announced once also where a room cannot be ended', async () => {
    const world = await withStray();
    const repair = failRetiring(world, new AmbiguousOutcomeError('reset'));
    const row = {
      ...world.row('weekly'),
      unannounced: [{ type: 'Room Updated', reason: 'changed' }],
    } as const;
    await expect(flushAll(row, world.context)).rejects.toThrow(AmbiguousOutcomeError);
    expect(world.row('weekly').unannounced).toBeUndefined();
    repair();
    await flushPending(world.row('weekly'), world.context);
    expect(world.announced).toHaveLength(2);
    expect(world.kept()).toEqual(['first-1']);
  });

  it('ends the rooms that can be ended beside one that cannot', async () => {
    const world = await withStray();
    const row = world.row('weekly');
    const gone = { application: 'gone', id: 'elsewhere' };
    await flushPending({ ...row, retirees: [gone, ...row.retirees] }, world.context);
    expect(world.row('weekly').retirees).toEqual([gone, { ...row.retirees[0], endsAt: expect.any(Number) }]);
  });
});

describe('a room that cannot be ended', () => {
  it('does not keep its key from being renewed', async () => {
    const world = await withStray();
    failRetiring(world, new ProviderContractError('refused for good'));
    world.clock.now += 84 * DAY;
    const order = { key: 'weekly', generation: 1, cause: 'due' } as const;
    expect((await rotateRoom(order, world.context)).outcome).toBe('rotated');
    expect(world.row('weekly')).toMatchObject({ generation: 2, claim: undefined, unannounced: undefined });
    expect(world.announced.at(-1)).toMatchObject({ generation: 2, type: 'Room Rotated' });
    expect((await rotateRoom(order, world.context)).outcome).toBe('outdated');
  });

  it('keeps its cancellation from being acknowledged', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest(), world.context);
    const repair = failRetiring(world, new AmbiguousOutcomeError('reset'));
    const request = aRequest({ action: 'cancel' });
    for (let receive = 1; receive <= 3; receive += 1) {
      await expect(cancelRoom(request, world.context)).rejects.toThrow(AmbiguousOutcomeError);
    }
    expect(world.announced.filter(({ type }) => type === 'Room Cancelled')).toHaveLength(1);
    repair();
    expect((await cancelRoom(request, world.context)).outcome).toBe('unchanged');
    expect(world.kept()).toEqual([]);
  });

  it('is ended by whoever finishes what is unfinished, or says why not', async () => {
    const world = await withStray();
    const order = { key: 'weekly', generation: 1, cause: 'unfinished' } as const;
    const repair = failRetiring(world, new AmbiguousOutcomeError('reset'));
    await expect(rotateRoom(order, world.context)).rejects.toThrow(AmbiguousOutcomeError);
    repair();
    expect((await rotateRoom(order, world.context)).outcome).toBe('unchanged');
    expect(world.kept()).toEqual(['first-1']);
  });
});

describe('a room whose application has left the pool', () => {
  /** The pool without the application that the room lives in. */
  async function withoutHome(spec = aSpec()) {
    const world = makeWorld({ applications: ['one', 'two'] });
    await ensureRoom(aRequest({ spec }), world.context);
    const home = world.row('weekly').current?.application;
    const names = world.context.pool.names.filter((name) => name !== home);
    const provider = (name: string) => {
      if (name === home) throw new Error(`application ${name} is not in the pool`);
      return world.context.pool.provider(name);
    };
    const context = { ...world.context, pool: { ...world.context.pool, names, provider } };
    return { ...world, context, home, other: names[0] };
  }

  it('is still there for whoever asks again', async () => {
    const { context, row, home } = await withoutHome();
    expect((await ensureRoom(aRequest(), context)).outcome).toBe('unchanged');
    expect(row('weekly').current?.application).toBe(home);
  });

  it.each([
    ['for another setting', { settings: { display_name: 'Weekly', expire_after_use: true } }],
    ['for a longer life', { lifetime: 120 * DAY }],
  ])('is followed by one in the pool when it is asked %s', async (_, more) => {
    const { context, row, other } = await withoutHome();
    expect((await ensureRoom(aRequest({ spec: aSpec(more) }), context)).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, current: { application: other } });
  });

  it.each(['recreate', 'extend'] as const)('is renewed in the pool, mode %s', async (mode) => {
    const { context, row, other, clock } = await withoutHome(aSpec({ renewal: { mode } }));
    clock.now += 84 * DAY;
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, context);
    expect(row('weekly')).toMatchObject({ generation: 2, current: { application: other } });
  });

  it('cannot be ended, which its cancellation says; the key is free all the same', async () => {
    const { context, row, other } = await withoutHome();
    await expect(cancelRoom(aRequest({ action: 'cancel' }), context)).rejects.toThrow(/not in the pool/);
    expect((await ensureRoom(aRequest(), context)).outcome).toBe('created');
    expect(row('weekly')).toMatchObject({ state: 'active', current: { application: other } });
  });
});

import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { flushAll, flushPending, onKey } from '../../../functions/rooms/lifecycle/pending.ts';
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

describe('what a row has left to tell where an operation fails', () => {
  const FAILURE = new ProviderContractError('no such answer');

  /** A room with news on its row, and a claim of another worker whose lease runs so long. */
  async function untold(left: number) {
    const world = makeWorld();
    await ensureRoom(aRequest(), world.context);
    const { generation, spec = aSpec(), current } = world.row('weekly');
    await world.rooms.write({
      ...world.row('weekly'),
      unannounced: [{ type: 'Room Updated', reason: 'changed' }],
      claim: {
        owner: 'other',
        purpose: 'change',
        generation,
        takenAt: world.clock.now,
        leaseUntil: world.clock.now + left,
        application: 'first',
        spec,
        expiresAt: current?.expiresAt ?? 0,
        announcement: { type: 'Room Updated', reason: 'changed' },
      },
    });
    const fail = (context = world.context) =>
      onKey('weekly', context, async () => {
        throw FAILURE;
      });
    return { ...world, fail };
  }

  it('is told all the same once the lease of another worker is over, and not before', async () => {
    for (const [left, told] of [
      [1, 1],
      [0, 2],
    ] as const) {
      const { fail, announced } = await untold(left);
      await expect(fail()).rejects.toBe(FAILURE);
      expect(announced).toHaveLength(told);
    }
  });

  it('hides from nobody what failed first, where it cannot be told', async () => {
    const { fail, context } = await untold(0);
    const announce = () => Promise.reject(new Error('the bus takes nothing'));
    await expect(fail({ ...context, events: { ...context.events, announce } })).rejects.toBe(FAILURE);
  });
});

describe('a row that has only its link to finish', () => {
  it('is written where the link was not shown yet', async () => {
    const { context, rooms, row } = await withStray();
    const { shownLink } = row('weekly');
    const retirees = [{ application: 'first', id: 'ended', endsAt: 0 }];
    const behind = await rooms.write({ ...row('weekly'), retirees, shownLink: undefined });
    await flushPending(behind, context);
    expect(row('weekly').shownLink).toBe(shownLink);
  });

  it('is written where only a slug had to be withdrawn', async () => {
    const { context, rooms, row, links } = await withStray();
    const behind = await rooms.write({ ...row('weekly'), retirees: [], withdrawnSlugs: ['old'] });
    await flushPending(behind, context);
    expect(row('weekly').withdrawnSlugs).toBeUndefined();
    expect(links.items.get('old')?.state).toBe('withdrawn');
  });
});

describe('while the bus takes nothing', () => {
  /** A row with news, and these rooms to end. @returns which were asked to end, and whether the row was written */
  async function silenced(retirees: readonly Retiree[]) {
    const world = await withStray();
    const { context, rooms, row } = world;
    const [stray] = row('weekly').retirees;
    const found = await rooms.write({
      ...row('weekly'),
      unannounced: [{ type: 'Room Updated', reason: 'changed' }],
      retirees: retirees.map((retiree) => ({
        ...retiree,
        id: retiree.id === 'stray' ? (stray?.id ?? '') : retiree.id,
      })),
    });
    const announce = () => Promise.reject(new Error('the bus takes nothing'));
    await expect(
      flushPending(found, { ...context, events: { ...context.events, announce } }),
    ).rejects.toThrow('the bus takes nothing');
    return {
      ended: row('weekly').retirees.map(({ endsAt }) => endsAt !== undefined),
      written: row('weekly').revision !== found.revision,
    };
  }

  const plain = { application: 'first', id: 'stray' };
  const urgent = { ...plain, urgent: true };
  const other = { application: 'first', id: 'other' };

  it('a room is ended before anybody is told only where its link is in wrong hands', async () => {
    expect(await silenced([plain])).toEqual({ ended: [false], written: false });
    expect(await silenced([urgent, other])).toEqual({ ended: [true, false], written: true });
    expect(await silenced([{ ...urgent, endsAt: 0 }])).toEqual({ ended: [true], written: false });
    expect(await silenced([{ ...urgent, endsAt: 0 }, other])).toEqual({
      ended: [true, false],
      written: false,
    });
  });
});

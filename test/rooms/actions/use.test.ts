import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { handleProviderEvent } from '../../../functions/rooms/actions/provider-event.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { diagnose } from '../../../functions/rooms/fleet/diagnose.ts';
import { readInventory } from '../../../functions/rooms/fleet/inventory.ts';
import { ProviderContractError } from '../../../functions/rooms/model/errors.ts';
import { UNUSED_WARNING } from '../../../functions/rooms/model/renewal.ts';
import type { RoomSpec } from '../../../functions/rooms/model/room.ts';
import { isByUse } from '../../../functions/rooms/model/spec.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

const YEAR = 365 * DAY;

/** A request without an end: a life, and a renewal that nobody named. */
const endless = (more: Partial<RoomSpec> = {}) =>
  aSpec({ lifetime: 90 * DAY, renewal: { mode: 'recreate' }, ...more });

async function usedWorld(spec = endless()) {
  const world = makeWorld({ capabilities: { livesByUse: YEAR } });
  const { context, clock } = world;
  await ensureRoom(aRequest({ spec }), context);
  const provider = world.providers.first as World['providers'][string];
  const rotate = (cause: 'due' | 'used') => rotateRoom({ key: 'weekly', generation: 1, cause }, context);
  const turnTo = (instant: number) => {
    clock.now = instant;
  };
  return { ...world, provider, rotate, turnTo };
}

describe('a request', () => {
  const capable = { livesByUse: YEAR };

  it('without any end is for a room that lives by its use, where a provider has such rooms', () => {
    expect(isByUse(endless(), capable)).toBe(true);
    expect(isByUse(endless(), {})).toBe(false);
  });

  it.each<[string, Partial<RoomSpec>]>([
    ['an expiry', { expiresAt: START + DAY }],
    ['an end of its renewal', { renewal: { mode: 'recreate', until: START + YEAR } }],
    ['a renewal by name, which wants new links', { renewal: { mode: 'recreate', explicit: true } }],
    ['an extension, which moves an end', { renewal: { mode: 'extend' } }],
    ['no renewal', { renewal: { mode: 'none' } }],
    ['a room on demand', { renewal: { mode: 'on-demand' } }],
  ])('with %s is for a room with an end', (_, more) => {
    expect(isByUse(endless(more), capable)).toBe(false);
  });
});

describe('a room that lives by its use', () => {
  it('has as long as the provider gives an unused one, whatever life was asked for', async () => {
    const { row, provider } = await usedWorld();
    expect(row('weekly').current).toMatchObject({ byUse: true, expiresAt: START + YEAR });
    expect(provider.made[0]).toMatchObject({ byUse: true });
    expect(row('weekly').dueAt).toBe(START + YEAR - UNUSED_WARNING);
  });

  it('stays when a longer life is asked for, and gets an end when one is', async () => {
    const { row, context, provider, turnTo } = await usedWorld();
    await ensureRoom(aRequest({ spec: endless({ lifetime: YEAR }) }), context);
    expect(row('weekly').current).toMatchObject({ id: 'first-1', byUse: true });
    turnTo(START + 200 * DAY);
    const expiresAt = START + 500 * DAY;
    await ensureRoom(aRequest({ spec: endless({ expiresAt }) }), context);
    expect(row('weekly').current).toMatchObject({ id: 'first-1', expiresAt });
    expect(row('weekly').current?.byUse).toBeUndefined();
    expect(provider.calls).toMatchObject({ create: 1, change: 1 });
  });

  it.each(['meeting-started', 'look'] as const)(
    'begins its life anew with a use that is seen (%s)',
    async (way) => {
      const { row, context, provider, rotate, turnTo, announced } = await usedWorld();
      turnTo(START + 100 * DAY);
      const hear = () =>
        way === 'look'
          ? rotate('used')
          : handleProviderEvent({ key: 'weekly', roomId: 'first-1', news: 'meeting-started' }, context);
      await hear();
      expect(row('weekly').current?.expiresAt).toBe(START + YEAR);
      provider.use('first-1', true);
      await hear();
      const renewed = { expiresAt: START + 100 * DAY + YEAR, renewedAt: START + 100 * DAY };
      expect(row('weekly').current).toMatchObject({ id: 'first-1', byUse: true, ...renewed });
      expect(row('weekly').dueAt).toBe(renewed.expiresAt - UNUSED_WARNING);
      expect(announced.at(-1)).toMatchObject({ type: 'Room Updated', reason: 'used' });
      const { revision } = row('weekly');
      turnTo(START + 100 * DAY + HOUR);
      await hear();
      expect(row('weekly').revision).toBe(revision);
    },
  );

  it('keeps a life that a change of its settings cannot know of', async () => {
    const { row, context, provider, rotate, turnTo } = await usedWorld();
    turnTo(START + 100 * DAY);
    provider.use('first-1', true);
    await rotate('used');
    const stored = provider.made[0];
    if (stored) stored.expiresAt = START + YEAR;
    await ensureRoom(
      aRequest({ spec: endless({ settings: { ...endless().settings, expire_after_use: true } }) }),
      context,
    );
    expect(row('weekly').current).toMatchObject({ byUse: true, expiresAt: START + 100 * DAY + YEAR });
  });

  it('warns sixty days before it ends unused, once, and is replaced in its window', async () => {
    const { row, rotate, turnTo, announced } = await usedWorld();
    turnTo(START + YEAR - UNUSED_WARNING);
    expect(await rotate('due')).toMatchObject({ outcome: 'noted', reason: 'unused' });
    expect(row('weekly').warnings).toEqual([expect.stringMatching(/^unused: .*enter the room once/)]);
    expect(announced.at(-1)).toMatchObject({ type: 'Room Updated', reason: 'unused', roomId: 'first-1' });
    expect(row('weekly').dueAt).toBe(row('weekly').renewAt);
    expect(await rotate('due')).toMatchObject({ outcome: 'unchanged' });
    turnTo(row('weekly').renewAt ?? 0);
    expect(await rotate('due')).toMatchObject({ outcome: 'rotated' });
    expect(row('weekly').current).toMatchObject({ id: 'first-2', byUse: true });
    expect(row('weekly').warnings).toEqual([]);
  });

  it('is not replaced while people are in it, though nobody told of them', async () => {
    const { row, provider, rotate, turnTo } = await usedWorld();
    turnTo(START + YEAR - UNUSED_WARNING);
    await rotate('due');
    turnTo(row('weekly').renewAt ?? 0);
    provider.use('first-1', true);
    expect(await rotate('due')).toMatchObject({ outcome: 'extended', reason: 'used' });
    expect(row('weekly').current).toMatchObject({ id: 'first-1' });
    expect(row('weekly').warnings).toEqual([]);
  });

  it('is replaced in time, though nobody can look', async () => {
    const { row, provider, rotate, turnTo } = await usedWorld();
    turnTo(START + YEAR - UNUSED_WARNING);
    await rotate('due');
    turnTo(row('weekly').renewAt ?? 0);
    provider.get = async () => {
      throw new ProviderContractError('no answer');
    };
    expect(await rotate('due')).toMatchObject({ outcome: 'rotated' });
  });

  it('is nominated by reconciliation while people are in it, and counted as nothing that is wrong', async () => {
    const { row, context, provider, turnTo } = await usedWorld();
    turnTo(START + 100 * DAY);
    const look = async () => {
      const inventory = await readInventory('first', context, { mayGoOn: () => true });
      return { inventory, found: diagnose(row('weekly'), new Map([['first', inventory]]), context.now()) };
    };
    expect((await look()).found).toBeUndefined();
    provider.use('first-1', true);
    const { inventory, found } = await look();
    expect(found?.order).toEqual({ key: 'weekly', generation: 1, cause: 'used' });
    expect(inventory.report).toMatchObject({ lost: 0, drifted: 0, unfinished: 0 });
  });
});

describe('three years of nights', () => {
  it('keep the link of every room that is used, and never leave one without a living room', async () => {
    const world = makeWorld({ capabilities: { livesByUse: YEAR } });
    const { context, clock, row, announced } = world;
    const provider = world.providers.first as World['providers'][string];
    // each is in use every so many nights, while reconciliation looks
    const rhythms = new Map([
      ['weekly', 7],
      ['monthly', 30],
      ['yearly', 340],
      ['never', Number.POSITIVE_INFINITY],
    ]);
    for (const key of rhythms.keys()) await ensureRoom(aRequest({ key, spec: endless() }), context);
    const first = new Map([...rhythms.keys()].map((key) => [key, row(key).current?.id]));
    const use = async (key: string) => {
      const { current, generation } = row(key);
      provider.use(current?.id ?? '', true);
      await rotateRoom({ key, generation, cause: 'used' }, context);
      provider.use(current?.id ?? '', false);
    };
    const renew = (key: string) =>
      rotateRoom({ key, generation: row(key).generation, cause: 'due' }, context);
    const usedIn = (night: number) =>
      [...rhythms].flatMap(([key, every]) => (night % every === 0 ? [key] : []));
    const dueKeys = () => [...rhythms.keys()].filter((key) => (row(key).dueAt ?? 0) <= clock.now);
    const isLiving = (key: string) => provider.alive().some(({ id }) => id === row(key).current?.id);
    for (let night = 1; night <= 3 * 365; night += 1) {
      clock.now = START + night * DAY;
      expect([...rhythms.keys()].filter((key) => !isLiving(key))).toEqual([]);
      for (const key of usedIn(night)) await use(key);
      for (const key of dueKeys()) await renew(key);
    }
    for (const key of ['weekly', 'monthly', 'yearly']) expect(row(key).current?.id).toBe(first.get(key));
    const told = announced.filter(({ key }) => key === 'never').map(({ reason }) => reason);
    expect(told).toEqual(['requested', 'unused', 'renewal', 'unused', 'renewal', 'unused', 'renewal']);
  });
});

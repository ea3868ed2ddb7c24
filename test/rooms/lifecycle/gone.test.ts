import { describe, expect, it } from 'vitest';
import { circuits } from '../../../functions/adapters/circuits.ts';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { handleProviderEvent } from '../../../functions/rooms/actions/provider-event.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { reconcileRooms } from '../../../functions/rooms/fleet/reconcile.ts';
import { isGone, withMovedEnd } from '../../../functions/rooms/lifecycle/gone.ts';
import {
  AmbiguousOutcomeError,
  RoomGoneError,
  UnauthorizedError,
} from '../../../functions/rooms/model/errors.ts';
import type { RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { failNext, providerOf } from '../../support/faulty.ts';
import { memoryOutages } from '../../support/memory-outages.ts';
import { aLiveRoom, aSpec } from '../../support/rooms.ts';
import { wrongAtRest } from '../../support/watch.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

const GONE = new RoomGoneError('404');

async function withRoom(more: Partial<RoomSpec> = {}): Promise<World> {
  const world = makeWorld();
  await ensureRoom(aRequest({ spec: aSpec(more) }), world.context);
  world.clock.now += 2 * HOUR;
  return world;
}

/** Whoever may find out that a room is not there. */
const FINDERS = {
  'an extension that is due': async ({ context, clock }: World) => {
    clock.now += 84 * DAY;
    return rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, context);
  },
  'a request for a longer life': ({ context }: World) =>
    ensureRoom(aRequest({ spec: aSpec({ lifetime: 120 * DAY, renewal: { mode: 'extend' } }) }), context),
  'reconciliation, of a lost room': ({ context }: World) =>
    rotateRoom({ key: 'weekly', generation: 1, cause: 'lost' }, context),
  'reconciliation, of drift': ({ context }: World) =>
    rotateRoom({ key: 'weekly', generation: 1, cause: 'drifted' }, context),
  'a callback': ({ context }: World) =>
    handleProviderEvent({ key: 'weekly', roomId: 'first-1', news: 'expired' }, context),
};

/** Lets the provider say that the room is not there, so many times, whatever it is asked. */
function denied(world: World, times: number): void {
  const provider = providerOf(world);
  const { get, change } = provider;
  let left = times;
  const denies = () => {
    left -= 1;
    return left >= 0;
  };
  provider.get = async (id) => (denies() ? undefined : get(id));
  provider.change = async (id, wanted) => {
    if (denies()) throw GONE;
    return change(id, wanted);
  };
}

describe.each(Object.entries(FINDERS))('a room that is not there, says the provider to %s,', (_, find) => {
  it('once, keeps its link', async () => {
    const world = await withRoom({ renewal: { mode: 'extend' } });
    denied(world, 1);
    await find(world).catch((error) => expect(error).toBeInstanceOf(AmbiguousOutcomeError));
    expect(world.row('weekly')).toMatchObject({ generation: 1, current: { id: 'first-1' }, retirees: [] });
  });

  it("again and again, is followed by another, and does not live on as nobody's where it was there", async () => {
    const world = await withRoom({ renewal: { mode: 'extend' } });
    denied(world, 4);
    expect((await find(world)).outcome).toBe('rotated');
    const row = world.row('weekly');
    expect(row).toMatchObject({ generation: 2, current: { id: 'first-2' }, previous: undefined });
    expect(row.retirees).toEqual([{ application: 'first', id: 'first-1', endsAt: expect.any(Number) }]);
    expect(world.kept()).toEqual(['first-2']);
    expect(await wrongAtRest(world)).toEqual([]);
  });
});

describe('a question that gets no answer', () => {
  it('is no answer: the room keeps its link, and the message comes back', async () => {
    const world = await withRoom({ renewal: { mode: 'extend' } });
    failNext(world, 'change', GONE);
    const lost = new AmbiguousOutcomeError('502');
    failNext(world, 'get', lost);
    world.clock.now += 84 * DAY;
    const order = { key: 'weekly', generation: 1, cause: 'due' } as const;
    await expect(rotateRoom(order, world.context)).rejects.toBe(lost);
    expect((await rotateRoom(order, world.context)).outcome).toBe('extended');
  });
});

describe('a room under the id of one that has ended', () => {
  it.each(['its cancellation', 'its loss'])(
    'which a create has made that came late, after %s, is ended by reconciliation',
    async (end) => {
      const world = makeWorld({ named: true, capabilities: { retires: 'at-once', shortestLife: 0 } });
      const { context, clock, rotations, kept, row } = world;
      await ensureRoom(aRequest(), context);
      const { id: token = '' } = row('weekly').current ?? {};
      clock.now += 2 * HOUR;
      if (end === 'its loss') {
        denied(world, 2);
        await rotateRoom({ key: 'weekly', generation: 1, cause: 'lost' }, context);
      } else {
        await cancelRoom(aRequest({ action: 'cancel' }), context);
      }
      expect(kept()).not.toContain(token);
      const settings = { display_name: 'Weekly' };
      await providerOf(world).create({ token, settings, expiresAt: clock.now + 90 * DAY });
      expect(kept()).toContain(token);
      clock.now += 2 * HOUR;
      const reconciling = { ...context, rotations, mode: 'repair' as const, timeLeft: () => HOUR };
      const { applications } = await reconcileRooms({ applications: ['first'] }, reconciling);
      expect(applications.first).toMatchObject({ orphans: 1, retired: 1 });
      expect(kept()).not.toContain(token);
    },
  );
});

describe('a room that is over by what a restored row says, its end moved since,', () => {
  async function restored() {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ renewal: { mode: 'extend' } }) }), world.context);
    const restore = world.rooms.backUp();
    const { current } = world.row('weekly');
    const ended = (current?.expiresAt ?? 0) + HOUR;
    await providerOf(world).change('first-1', { expiresAt: ended + 7 * DAY });
    restore();
    world.clock.now = ended;
    return world;
  }

  it('keeps its link when it is due', async () => {
    const world = await restored();
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, world.context);
    expect(world.row('weekly')).toMatchObject({ state: 'active', generation: 1, current: { id: 'first-1' } });
    expect(world.row('weekly').renewAt).toBeGreaterThan(world.clock.now);
    expect(world.kept()).toEqual(['first-1']);
  });

  it('keeps its link when it is asked for again', async () => {
    const world = await restored();
    const spec = aSpec({ renewal: { mode: 'extend' } });
    expect(await ensureRoom(aRequest({ spec }), world.context)).toMatchObject({ outcome: 'unchanged' });
    expect(world.row('weekly').current).toMatchObject({
      id: 'first-1',
      expiresAt: world.clock.now + 7 * DAY,
    });
    expect(world.kept()).toEqual(['first-1']);
  });

  it('is opened anew where nobody answers, or where it ends at once', async () => {
    const world = await restored();
    failNext(world, 'get', new AmbiguousOutcomeError('500'));
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, world.context);
    expect(world.row('weekly')).toMatchObject({ generation: 2 });
    const other = await restored();
    other.clock.now += 7 * DAY - 11 * MINUTE;
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, other.context);
    expect(other.row('weekly')).toMatchObject({ generation: 2 });
  });
});

describe('a room that somebody has deleted', () => {
  const lose = async (revive: (id: string) => Promise<unknown>) => {
    const world = await withRoom();
    const provider = providerOf(world);
    const { get } = provider;
    let isBack = false;
    provider.get = async (id) => (isBack || id !== 'first-1' ? get(id) : undefined);
    provider.revive = async (id) => {
      await revive(id);
      isBack = true;
      return get(id);
    };
    return world;
  };
  const find = ({ context }: World) => rotateRoom({ key: 'weekly', generation: 1, cause: 'lost' }, context);

  it('is brought back before a new link is made, where its provider can', async () => {
    const world = await lose(async () => {});
    expect(await find(world)).toMatchObject({ outcome: 'unchanged', reason: 'found again' });
    expect(world.row('weekly').current?.id).toBe('first-1');
  });

  it('is replaced where nobody may bring it back, and waits where there is no answer', async () => {
    const refused = await lose(async () => {
      throw new UnauthorizedError('no scope');
    });
    expect((await find(refused)).outcome).toBe('rotated');
    const silent = await lose(async () => {
      throw new AmbiguousOutcomeError('no answer');
    });
    await expect(find(silent)).rejects.toThrow('no answer');
    expect(silent.row('weekly').current?.id).toBe('first-1');
  });

  it('is replaced once bringing back has failed for so long that it is not tried', async () => {
    const world = await lose(() => Promise.reject(new AmbiguousOutcomeError('no answer')));
    const { protect } = circuits(memoryOutages(), world.context.now);
    const guarded = protect('first', providerOf(world));
    const pool = { ...world.context.pool, provider: () => guarded };
    const guardedWorld = { ...world, context: { ...world.context, pool } };
    for (let nth = 1; nth <= 5; nth += 1) await expect(find(guardedWorld)).rejects.toThrow('no answer');
    expect((await find(guardedWorld)).outcome).toBe('rotated');
  });
});

describe('a room that is at its end', () => {
  it.each(['get', 'revive'] as const)(
    'is gone, although the provider lets people in for a while: %s',
    async (look) => {
      const world = await withRoom();
      const { context, clock, row } = world;
      const { current } = row('weekly');
      if (!current) throw new Error('there is no room');
      const provider = providerOf(world);
      const seen = async () => ({ ...current, available: true, expiresAt: clock.now });
      Object.assign(provider, { get: async () => undefined, [look]: seen });
      expect(await isGone(current, context)).toBe(true);
      Object.assign(provider, { [look]: async () => ({ ...(await seen()), expiresAt: clock.now + 1 }) });
      expect(await isGone(current, context)).toBe(false);
      Object.assign(provider, { [look]: async () => ({ ...(await seen()), available: false }) });
      expect(await isGone(current, context)).toBe(true);
    },
  );

  it('has its end moved only where a change would make a difference, and where its application can be asked', async () => {
    const world = await withRoom();
    const { context, clock, row } = world;
    const room = row('weekly');
    const provider = providerOf(world);
    const soon = clock.now + provider.capabilities.shortestLife + MINUTE;
    const endsAt = (expiresAt: number) => {
      provider.get = async () => ({ ...aLiveRoom(), available: true, expiresAt });
    };
    endsAt(soon);
    expect(await withMovedEnd(room, context)).toBeUndefined();
    endsAt(soon + 1);
    expect(await withMovedEnd(room, context)).toMatchObject({ current: { expiresAt: soon + 1 } });
    expect(await withMovedEnd({ ...room, current: undefined }, context)).toBeUndefined();
    const pool = { ...context.pool, names: ['second'] };
    expect(await withMovedEnd(room, { ...context, pool })).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { holdRoom, releaseRoom } from '../../../functions/rooms/actions/hold.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { type ReconciliationContext, reconcileRooms } from '../../../functions/rooms/fleet/reconcile.ts';
import { AmbiguousOutcomeError, ThrottledError } from '../../../functions/rooms/model/errors.ts';
import type { RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { providerOf } from '../../support/faulty.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

const asked = (join_approval_level: 'none' | 'explicit_approval', more: Partial<RoomSpec> = {}) =>
  aSpec({ ...more, settings: { display_name: 'Weekly', join_approval_level } });

/** A room whose every change is answered with 500 until `repair`, and a request for one that has failed. */
async function unanswered(more: Partial<RoomSpec> = {}) {
  const world = makeWorld();
  const { context, clock } = world;
  await ensureRoom(aRequest({ spec: asked('none', more) }), context);
  const provider = providerOf(world);
  const { change } = provider;
  let tried = 0;
  provider.change = async (id, wanted) => {
    tried += 1;
    // what is answered with 500 may have been done
    if (tried === 1) await change(id, wanted);
    throw new AmbiguousOutcomeError('500');
  };
  const request = aRequest({ spec: asked('explicit_approval', more) });
  await expect(ensureRoom(request, context)).rejects.toThrow('500');
  const noticed: string[] = [];
  const due = (generation = 1) => rotateRoom({ key: 'weekly', generation, cause: 'due' }, heard);
  const heard = { ...context, notice: (notice: string) => void noticed.push(notice) };
  return {
    ...world,
    context: heard,
    provider,
    clock,
    request,
    noticed,
    due,
    tried: () => tried,
    repair: () => {
      provider.change = change;
    },
  };
}

describe('a change that is never answered', () => {
  it('keeps no room from its renewal', async () => {
    const { clock, due, row, tried } = await unanswered();
    clock.now += 84 * DAY;
    expect((await due()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, claim: undefined, unclear: undefined });
    expect(tried()).toBe(1);
  });

  it('does not stand in the way of a rotation by hand', async () => {
    const { context, row } = await unanswered();
    expect((await rotateNow(aRequest({ action: 'rotate' }), context)).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, unclear: undefined });
  });

  it('does not stand in the way of a hold or a release', async () => {
    const { context, row, tried } = await unanswered();
    expect((await holdRoom(aRequest({ action: 'hold' }), context)).outcome).toBe('held');
    expect(row('weekly')).toMatchObject({ state: 'held', claim: undefined });
    expect((await releaseRoom(aRequest({ action: 'release' }), context)).outcome).toBe('released');
    expect(row('weekly').state).toBe('active');
    expect(tried()).toBe(1);
  });

  it('does not stand in the way of a cancellation', async () => {
    const { context, row, kept } = await unanswered();
    expect((await cancelRoom(aRequest({ action: 'cancel' }), context)).outcome).toBe('cancelled');
    expect(row('weekly')).toMatchObject({ state: 'cancelled', claim: undefined, unclear: undefined });
    expect(kept()).toEqual([]);
  });

  it('is replaced by a newer request, which undoes what may have been done', async () => {
    const { context, row, repair, provider, request } = await unanswered();
    expect(provider.made[0]?.settings.join_approval_level).toBe('explicit_approval');
    repair();
    const newer = aRequest({ spec: asked('none') });
    expect((await ensureRoom(newer, context)).outcome).toBe('updated');
    expect(provider.made[0]?.settings.join_approval_level).toBe('none');
    expect(row('weekly')).toMatchObject({ generation: 1, claim: undefined, unclear: undefined });
    expect((await ensureRoom(request, context)).outcome).toBe('outdated');
  });

  it('stays in mind while the room is extended, and is undone by reconciliation', async () => {
    const { context, row, repair, provider, due, clock, rotations } = await unanswered({
      renewal: { mode: 'extend' },
    });
    repair();
    clock.now += 84 * DAY;
    expect((await due()).outcome).toBe('extended');
    expect(row('weekly').unclear).toEqual({
      settings: ['join_approval_level'],
      since: clock.now,
      triedAt: clock.now,
    });
    await holdRoom(aRequest({ action: 'hold' }), context);
    const reconciling: ReconciliationContext = {
      ...context,
      rotations,
      mode: 'repair',
      timeLeft: () => HOUR,
    };
    // nothing is shown, so that only what is in mind can be put right
    const { list, get } = provider;
    provider.list = async function* () {
      for await (const page of list()) yield page.map((room) => ({ ...room, settings: undefined }));
    };
    provider.get = async (id) => {
      const room = await get(id);
      return room && { ...room, settings: undefined };
    };
    await reconcileRooms({ applications: ['first'] }, reconciling);
    expect(rotations.sent.map(({ order }) => order.cause)).toEqual(['drifted']);
    expect((await rotateRoom({ key: 'weekly', generation: 1, cause: 'drifted' }, context)).outcome).toBe(
      'updated',
    );
    expect(provider.made[0]?.settings.join_approval_level).toBe('none');
    expect(row('weekly')).toMatchObject({ state: 'held', unclear: undefined });
  });

  it('is given up after a day: the request gets a new room, and somebody hears of it', async () => {
    const { context, row, request, clock, noticed } = await unanswered();
    for (const hours of [1, 4, 12]) {
      clock.now += hours * HOUR;
      await expect(ensureRoom(request, context)).rejects.toThrow('500');
    }
    expect(noticed).toEqual([]);
    clock.now += 7 * HOUR;
    expect((await ensureRoom(request, context)).outcome).toBe('rotated');
    expect(noticed).toEqual(['change-given-up']);
    expect(row('weekly')).toMatchObject({ generation: 2, spec: request.spec, unclear: undefined });
  });

  it('of the expiry ends in a new room before the old one ends', async () => {
    const { due, row, clock } = await unanswered({ renewal: { mode: 'extend' } });
    const { emergencyAt = 0 } = row('weekly');
    clock.now = emergencyAt - DAY;
    await expect(due()).rejects.toThrow('500');
    clock.now = emergencyAt;
    const attempts = [];
    while (row('weekly').generation === 1 && attempts.length < 9) {
      clock.now += HOUR;
      attempts.push(await due().catch(({ message }) => message));
    }
    expect(attempts.length).toBeLessThan(3);
    expect(row('weekly')).toMatchObject({ generation: 2, state: 'active', previous: { id: 'first-1' } });
  });

  it('of the expiry, by a provider that is not called any more, ends in a new room as well', async () => {
    const { due, row, clock, provider } = await unanswered({ renewal: { mode: 'extend' } });
    provider.change = async () => {
      throw new ThrottledError('not called', { retryAfter: HOUR, ambiguous: false });
    };
    clock.now = row('weekly').emergencyAt ?? 0;
    for (let receive = 1; receive <= 3 && row('weekly').generation === 1; receive += 1) {
      await due().catch(() => {});
    }
    expect(row('weekly')).toMatchObject({ generation: 2, state: 'active' });
  });

  it('that nobody comes back for is taken off the row by reconciliation', async () => {
    const { context, row, rotations, clock } = await unanswered();
    clock.now += 2 * HOUR;
    await reconcileRooms(
      { applications: ['first'] },
      { ...context, rotations, mode: 'repair', timeLeft: () => HOUR },
    );
    for (const { order } of rotations.sent) await rotateRoom(order, context);
    expect(row('weekly')).toMatchObject({
      state: 'active',
      claim: undefined,
      unclear: { settings: ['join_approval_level'] },
      lastError: '500',
    });
  });
});

describe('a change without an answer in an application that has left the pool', () => {
  it('is not asked for again, and is no reason for a new link', async () => {
    const { context, row, rooms } = await unanswered();
    const provider = (name: string) => {
      if (name === 'first') throw new Error('application first is not in the pool');
      return context.pool.provider(name);
    };
    const without = { ...context, pool: { ...context.pool, names: ['second'], provider } };
    expect((await ensureRoom(aRequest({ spec: asked('none') }), without)).outcome).toBe('unchanged');
    expect(row('weekly')).toMatchObject({ generation: 1, claim: undefined, state: 'active' });
    expect(await rooms.history('weekly')).toEqual([]);
  });
});

describe('two changes that are not answered, weeks apart,', () => {
  it('are no reason for a new link', async () => {
    const { context, row, request, clock } = await unanswered();
    await holdRoom(aRequest({ action: 'hold' }), context);
    clock.now += 30 * DAY;
    await expect(ensureRoom(request, context)).rejects.toThrow('500');
    expect(row('weekly').generation).toBe(1);
  });
});

describe('a repair of drift that is never answered', () => {
  it('is given up after a day, said on the row, and keeps nothing from being done', async () => {
    const { context, row, clock, noticed, due } = await unanswered();
    const repair = () => rotateRoom({ key: 'weekly', generation: 1, cause: 'drifted' }, context);
    await expect(repair()).rejects.toThrow('500');
    clock.now += 25 * HOUR;
    expect((await repair()).outcome).toBe('noted');
    expect(noticed).toEqual(['change-given-up']);
    expect(row('weekly')).toMatchObject({
      state: 'active',
      claim: undefined,
      lastError: expect.stringContaining('500'),
      warnings: [expect.stringContaining('takes no change since')],
    });
    clock.now += DAY;
    expect((await repair()).outcome).toBe('noted');
    expect(row('weekly').warnings).toHaveLength(1);
    clock.now += 80 * DAY;
    expect((await due()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ warnings: [], lastError: undefined });
  });
});

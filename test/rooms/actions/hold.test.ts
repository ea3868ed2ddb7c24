import { describe, expect, it } from 'vitest';
import { DUE_SHARDS } from '../../../functions/adapters/tables/rooms-table.ts';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { holdRoom, releaseRoom } from '../../../functions/rooms/actions/hold.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { planRotation } from '../../../functions/rooms/fleet/plan.ts';
import {
  ProviderRefusedError,
  RequestRefusedError,
  RoomAwaitedError,
  UnauthorizedError,
  UnknownRoomError,
} from '../../../functions/rooms/model/errors.ts';
import type { RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

async function keptWorld(spec: Partial<RoomSpec> = {}) {
  const world = makeWorld();
  const { context, rotations } = world;
  await ensureRoom(aRequest({ spec: aSpec(spec) }), context);
  return {
    ...world,
    hold: (at?: number) => holdRoom(aRequest({ action: 'hold', at }), context),
    release: (at?: number) => releaseRoom(aRequest({ action: 'release', at }), context),
    rotate: () => rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, context),
    plan: () =>
      planRotation(
        {},
        {
          ...context,
          rotations,
          timeLeft: () => 5 * MINUTE,
          shards: DUE_SHARDS,
          perRun: 500,
          spread: 0,
          longestGap: context.renewal.longestGap,
        },
      ),
  };
}

describe('a held room', () => {
  it('is not rotated, neither by the planner nor by an order that was on its way', async () => {
    const { hold, rotate, plan, row, clock, rotations, providers } = await keptWorld();
    expect((await hold()).outcome).toBe('held');
    clock.now = START + 85 * DAY;
    await plan();
    expect(rotations.sent).toEqual([]);
    expect((await rotate()).outcome).toBe('unchanged');
    expect(row('weekly')).toMatchObject({ state: 'held', generation: 1 });
    expect(providers.first?.calls).toEqual({ create: 1 });
  });

  it('is told of from its emergency on, in every run, also after its end', async () => {
    const { hold, plan, clock, row } = await keptWorld();
    await hold();
    const { emergencyAt = 0 } = row('weekly');
    const told = [];
    for (const at of [emergencyAt - 1, emergencyAt, START + 89 * DAY, START + 200 * DAY]) {
      clock.now = at;
      told.push((await plan()).heldEmergencies);
    }
    expect(told).toEqual([0, 1, 1, 1]);
  });

  it('is told of at least one run of the schedule before its end, however short its life', async () => {
    const { hold, context, row } = await keptWorld({ lifetime: 2 * DAY });
    await hold();
    const { dueAt = Number.POSITIVE_INFINITY, current } = row('weekly');
    expect((current?.expiresAt ?? 0) - dueAt).toBeGreaterThan(context.renewal.longestGap);
  });

  it('says so when it is held again', async () => {
    const { hold } = await keptWorld();
    await hold();
    expect((await hold()).outcome).toBe('unchanged');
  });
});

describe('a hold and its release', () => {
  it('are announced, each time that they change something', async () => {
    const { hold, release, announced } = await keptWorld();
    for (const step of [hold, hold, release, release]) await step();
    expect(announced.map(({ type, reason }) => [type, reason])).toEqual([
      ['Room Created', 'requested'],
      ['Room Held', 'requested'],
      ['Room Released', 'requested'],
    ]);
  });

  it('that only wait on the row are not', async () => {
    const { hold, announced } = await keptWorld({ renewal: { mode: 'none' } });
    await hold();
    expect(announced.map(({ type }) => type)).toEqual(['Room Created']);
  });
});

describe('a released room', () => {
  it('is due when it would have been', async () => {
    const { hold, release, row } = await keptWorld();
    const { dueAt, renewAt } = row('weekly');
    await hold();
    expect(row('weekly').dueAt).toBeGreaterThan(dueAt ?? 0);
    expect((await release()).outcome).toBe('released');
    expect(row('weekly')).toMatchObject({ state: 'active', dueAt, renewAt });
  });

  it('is opened again in the next run where it ended while it was held', async () => {
    const { hold, release, plan, rotate, clock, row, rotations } = await keptWorld();
    await hold();
    clock.now = START + 100 * DAY;
    await release();
    expect(await plan()).toMatchObject({ nominated: 1, emergencies: 1 });
    expect(rotations.sent).toHaveLength(1);
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly').current?.expiresAt).toBe(clock.now + 90 * DAY);
  });

  it('stays released when an older hold arrives late', async () => {
    const { hold, release, row } = await keptWorld();
    await hold(100);
    await release(300);
    expect((await hold(200)).outcome).toBe('outdated');
    expect(row('weekly').state).toBe('active');
  });
});

describe('holding', () => {
  it('is kept in mind where a room ends anyway, until it is to be kept', async () => {
    const { hold, row, context } = await keptWorld({ renewal: { mode: 'none' } });
    expect((await hold()).outcome).toBe('noted');
    expect((await hold()).outcome).toBe('unchanged');
    expect(row('weekly')).toMatchObject({ state: 'ending', dueAt: undefined });
    await ensureRoom(aRequest(), context);
    expect(row('weekly')).toMatchObject({ state: 'held', toBeHeld: undefined });
  });

  it('outlives a request that needs no renewal', async () => {
    const { hold, release, row, context } = await keptWorld();
    await hold();
    await ensureRoom(aRequest({ spec: aSpec({ renewal: { mode: 'none' } }) }), context);
    expect(row('weekly').state).toBe('ending');
    await ensureRoom(aRequest(), context);
    expect(row('weekly').state).toBe('held');
    await release();
    expect(row('weekly').state).toBe('active');
  });

  it('neither outdates a request nor is outdated by one', async () => {
    const { hold, context, row } = await keptWorld();
    await ensureRoom(aRequest({ at: 900, spec: aSpec({ lifetime: 100 * DAY }) }), context);
    expect((await hold(800)).outcome).toBe('held');
    await ensureRoom(aRequest({ at: 950, spec: aSpec({ lifetime: 110 * DAY }) }), context);
    expect(row('weekly')).toMatchObject({ state: 'held', current: { expiresAt: START + 110 * DAY } });
  });

  it('does not revive what was cancelled', async () => {
    const { hold, release, context, row } = await keptWorld();
    await cancelRoom(aRequest({ action: 'cancel' }), context);
    await expect(hold()).rejects.toThrow(
      'weekly is cancelled, so there is nothing to hold; ask for it again',
    );
    await expect(release()).rejects.toThrow(UnknownRoomError);
    await expect(rotateNow(aRequest({ action: 'rotate' }), context)).rejects.toThrow('is cancelled');
    expect(row('weekly')).toMatchObject({ state: 'cancelled', dueAt: undefined });
  });

  it('is refused for a key whose request was refused', async () => {
    const world = makeWorld();
    const spec = aSpec({ lifetime: 2 * HOUR, renewal: { mode: 'recreate', explicit: true } });
    await expect(ensureRoom(aRequest({ spec }), world.context)).rejects.toThrow(RequestRefusedError);
    const hold = holdRoom(aRequest({ action: 'hold' }), world.context);
    await expect(hold).rejects.toThrow(/was refused, so there is nothing to hold.*too short/);
  });

  it('is refused for a key whose room the provider refused', async () => {
    const { context, providers } = makeWorld();
    const create = async () => {
      throw new ProviderRefusedError('theme_id: unknown');
    };
    Object.assign(providers.first ?? {}, { create });
    await expect(ensureRoom(aRequest(), context)).rejects.toThrow('theme_id');
    const hold = holdRoom(aRequest({ action: 'hold' }), context);
    await expect(hold).rejects.toThrow(/was refused, so there is nothing to hold.*theme_id: unknown/);
  });

  it.each([false, true])(
    'waits on the row for a room that is on its way, cancelled before: %s',
    async (again) => {
      const { context, row, providers } = makeWorld();
      if (again) {
        await ensureRoom(aRequest(), context);
        await cancelRoom(aRequest({ action: 'cancel' }), context);
      }
      const { create } = providers.first ?? {};
      const failing = async () => {
        throw new UnauthorizedError('401');
      };
      Object.assign(providers.first ?? {}, { create: failing });
      const request = aRequest();
      await expect(ensureRoom(request, context)).rejects.toThrow('401');
      expect((await holdRoom(aRequest({ action: 'hold' }), context)).outcome).toBe('noted');
      const rotation = rotateNow(aRequest({ action: 'rotate' }), context);
      await expect(rotation).rejects.toThrow(RoomAwaitedError);
      Object.assign(providers.first ?? {}, { create });
      await ensureRoom(request, context);
      expect(row('weekly')).toMatchObject({ state: 'held', toBeHeld: undefined, claim: undefined });
    },
  );

  it('is not remembered of a room on its way that is released before it comes', async () => {
    const { context, row, providers } = makeWorld({ limit: 0 });
    const request = aRequest();
    await expect(ensureRoom(request, context)).rejects.toThrow('full');
    await holdRoom(aRequest({ action: 'hold' }), context);
    expect((await releaseRoom(aRequest({ action: 'release' }), context)).outcome).toBe('noted');
    expect(row('weekly').toBeHeld).toBeUndefined();
    expect(providers.first?.made).toEqual([]);
  });

  it('and a rotation wait a little for a cancelled key that is asked for again, and that they overtook', async () => {
    const { context, row } = await keptWorld();
    await cancelRoom(aRequest({ action: 'cancel' }), context);
    const [again, hold, rotate] = [aRequest(), aRequest({ action: 'hold' }), aRequest({ action: 'rotate' })];
    await expect(holdRoom(hold, context)).rejects.toThrow(UnknownRoomError);
    await expect(rotateNow(rotate, context)).rejects.toThrow(UnknownRoomError);
    await ensureRoom(again, context);
    expect((await holdRoom(hold, context)).outcome).toBe('held');
    expect((await rotateNow(rotate, context)).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ state: 'held', generation: 3 });
  });

  it('waits no longer where what was on its way has been cancelled', async () => {
    const { context } = makeWorld({ limit: 0 });
    await cancelRoom(aRequest({ action: 'cancel' }), context);
    await expect(ensureRoom(aRequest(), context)).rejects.toThrow('full');
    await holdRoom(aRequest({ action: 'hold' }), context);
    await cancelRoom(aRequest({ action: 'cancel' }), context);
    await expect(holdRoom(aRequest({ action: 'hold' }), context)).rejects.toThrow('is cancelled');
    await expect(rotateNow(aRequest({ action: 'rotate' }), context)).rejects.toThrow('is cancelled');
  });

  it('waits a little for a key that was never asked for', async () => {
    const { context } = makeWorld();
    await expect(holdRoom(aRequest({ action: 'hold' }), context)).rejects.toThrow('there is nothing to hold');
    await expect(releaseRoom(aRequest({ action: 'release' }), context)).rejects.toThrow(UnknownRoomError);
    await expect(rotateNow(aRequest({ action: 'rotate' }), context)).rejects.toThrow(UnknownRoomError);
  });
});

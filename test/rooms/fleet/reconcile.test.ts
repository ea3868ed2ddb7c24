import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { type ReconciliationContext, reconcileRooms } from '../../../functions/rooms/fleet/reconcile.ts';
import {
  AmbiguousOutcomeError,
  OutOfTimeError,
  ThrottledError,
  UnauthorizedError,
} from '../../../functions/rooms/model/errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, DEPLOYMENT, makeWorld, type World, type WorldOptions } from '../../support/world.ts';

const NOTHING = { lost: 0, orphans: 0, retired: 0, strangers: 0, drifted: 0, unfinished: 0, recovered: 0 };

/** A world two hours after the rooms of these keys were made. */
async function aged(keys: readonly string[] = ['weekly'], options?: WorldOptions): Promise<World> {
  const world = makeWorld(options);
  for (const key of keys) await ensureRoom(aRequest({ key }), world.context);
  world.clock.now += 2 * HOUR;
  return world;
}

function reconcile(
  world: World,
  more: Partial<ReconciliationContext> = {},
  applications = Object.keys(world.providers),
) {
  return reconcileRooms(
    { applications },
    {
      ...world.context,
      rotations: world.rotations,
      mode: 'repair',
      timeLeft: () => 15 * MINUTE,
      ...more,
    },
  );
}

/** A room at the provider that the table knows nothing of. */
async function stray(world: World, token: string, application = 'first'): Promise<string> {
  const settings = { display_name: 'stray' };
  const order = { token, settings, expiresAt: world.clock.now + 30 * DAY };
  return (await world.context.pool.provider(application).create(order)).id;
}

function first({ providers }: World) {
  const provider = providers.first;
  if (!provider) throw new Error('no provider');
  return provider;
}

describe('reconciliation', () => {
  it('finds nothing to do where all is well, and says so', async () => {
    const world = await aged(['a', 'b']);
    const { applications, rest } = await reconcile(world);
    expect(applications).toEqual({ first: { ...NOTHING, rooms: 2 } });
    expect(rest).toEqual([]);
    expect(world.rotations.sent).toEqual([]);
    expect(world.reports).toEqual([{ type: 'Rooms Reconciled', detail: { mode: 'repair', applications } }]);
  });

  it('nominates a room that is gone, and one that is there and cannot be entered', async () => {
    const world = await aged(['a', 'b', 'c']);
    first(world).lose('first-1');
    const ended = first(world).made.find(({ id }) => id === 'first-2');
    if (ended) ended.expiresAt = world.clock.now - MINUTE;
    const { applications } = await reconcile(world);
    expect(applications.first).toEqual({ ...NOTHING, rooms: 1, lost: 2 });
    expect(world.rotations.sent.map(({ order }) => order)).toEqual([
      { key: 'a', generation: 1, cause: 'lost' },
      { key: 'b', generation: 1, cause: 'lost' },
    ]);
  });

  it('does not miss a room that was made while the list was read', async () => {
    const world = await aged([]);
    const { list } = first(world);
    first(world).list = async function* () {
      const pages = [];
      for await (const page of list()) pages.push(page);
      await ensureRoom(aRequest(), world.context);
      yield* pages;
    };
    const { applications } = await reconcile(world);
    expect(applications.first).toEqual({ ...NOTHING, rooms: 0 });
  });

  it('nominates a room whose settings have drifted', async () => {
    const world = makeWorld();
    const spec = aSpec({ settings: { display_name: 'Weekly', join_approval_level: 'explicit_approval' } });
    await ensureRoom(aRequest({ spec }), world.context);
    world.clock.now += 2 * HOUR;
    const [room] = first(world).made;
    if (room) room.settings = { ...room.settings, join_approval_level: 'none' };
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 1, drifted: 1 });
    expect(world.rotations.sent.map(({ order }) => order.cause)).toEqual(['drifted']);
  });

  it('leaves strangers alone: rooms of other people and of other deployments', async () => {
    const world = await aged();
    const strangers = [
      await stray(world, 'no token of ours'),
      await stray(world, roomToken('zzzzz', 'a', 1)),
    ];
    world.clock.now += 2 * HOUR;
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 3, strangers: 2 });
    expect(world.kept()).toEqual(['first-1', ...strangers]);
  });

  it('retires an orphan after an hour and not before', async () => {
    const world = await aged();
    await stray(world, roomToken(DEPLOYMENT, 'nobody', 1));
    world.clock.now += 59 * MINUTE;
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 2 });
    expect(world.kept()).toHaveLength(2);
    world.clock.now += 2 * MINUTE;
    const { applications } = await reconcile(world);
    expect(applications.first).toEqual({ ...NOTHING, rooms: 2, orphans: 1, retired: 1 });
    expect(world.kept()).toEqual(['first-1']);
  });

  it('spares the rooms that are current, previous, history or about to end', async () => {
    const world = await aged();
    const rename = (display_name: string) => aRequest({ spec: aSpec({ settings: { display_name } }) });
    for (const name of ['second', 'third']) await ensureRoom(rename(name), world.context);
    const loser = await stray(world, roomToken(DEPLOYMENT, 'weekly', 3));
    const retirees = [{ application: 'first', id: loser, endsAt: world.clock.now + DAY }];
    await world.rooms.write({ ...world.row('weekly'), retirees });
    world.clock.now += 2 * HOUR;
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 4 });
    expect(world.kept()).toHaveLength(4);
  });

  it('leaves a room that an open claim may have made to whoever finishes the claim', async () => {
    const world = makeWorld();
    const provider = first(world);
    const { create } = provider;
    provider.create = async (order) => {
      await create(order);
      throw new AmbiguousOutcomeError('reset');
    };
    await expect(ensureRoom(aRequest(), world.context)).rejects.toThrow(AmbiguousOutcomeError);
    world.clock.now += 2 * HOUR;
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 1, unfinished: 1 });
    expect(world.rotations.sent.map(({ order }) => order)).toEqual([
      { key: 'weekly', generation: 0, cause: 'unfinished' },
    ]);
    expect(world.kept()).toEqual(['first-1']);
  });

  it('nominates what was never told, also of a key without any room', async () => {
    const world = makeWorld();
    await cancelRoom(aRequest({ action: 'cancel' }), world.context);
    const unannounced = [{ type: 'Room Cancelled', reason: 'requested' }] as const;
    await world.rooms.write({ ...world.row('weekly'), unannounced });
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 0 });
    world.clock.now += 2 * HOUR;
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 0, unfinished: 1 });
  });

  it('nominates a row with a room to end, unless its application has left the pool', async () => {
    const world = await aged();
    const nominate = async (application: string) => {
      const retirees = [{ application, id: 'stray' }];
      await world.rooms.write({ ...world.row('weekly'), retirees });
      return (await reconcile(world)).applications.first?.unfinished;
    };
    expect(await nominate('first')).toBe(1);
    expect(await nominate('gone')).toBe(0);
  });

  it('notes where the list ended, and when it began to read it', async () => {
    const world = await aged();
    const provider = first(world);
    const { list } = provider;
    let bookmark: string | undefined;
    provider.bookmark = () => bookmark;
    provider.list = async function* () {
      yield* list();
      bookmark = '4711';
      world.clock.now += MINUTE;
    };
    const began = world.clock.now;
    await reconcile(world, { mode: 'report' });
    expect(await world.rooms.listEnd('first')).toBeUndefined();
    await reconcile(world);
    expect(await world.rooms.listEnd('first')).toEqual({
      application: 'first',
      bookmark: '4711',
      seenAt: began + MINUTE,
    });
  });

  it('has the end of a room announced that nobody asked to keep longer, once', async () => {
    const world = makeWorld();
    await ensureRoom(
      aRequest({ key: 'once', spec: aSpec({ lifetime: 30 * DAY, renewal: { mode: 'none' } }) }),
      world.context,
    );
    world.clock.now += 29 * DAY;
    await reconcile(world);
    expect(world.rotations.sent).toEqual([]);
    world.clock.now += 2 * DAY;
    await reconcile(world);
    const order = { key: 'once', generation: 1, cause: 'ended' } as const;
    expect(world.rotations.sent.map(({ order }) => order)).toEqual([order]);
    expect(await rotateRoom(order, world.context)).toMatchObject({ outcome: 'over' });
    expect(await rotateRoom(order, world.context)).toMatchObject({ outcome: 'unchanged' });
    expect(world.announced.map(({ type }) => type)).toEqual(['Room Created', 'Room Ended']);
    await reconcile(world);
    expect(world.rotations.sent).toHaveLength(1);
  });

  it('changes nothing in mode report, and tells all the same', async () => {
    const world = await aged(['a', 'b']);
    first(world).lose('first-1');
    await stray(world, roomToken(DEPLOYMENT, 'nobody', 1));
    world.clock.now += 2 * HOUR;
    const revisions = () => [...world.rooms.rows.values()].map(({ revision }) => revision);
    const before = revisions();
    const { applications } = await reconcile(world, { mode: 'report' });
    expect(applications.first).toEqual({ ...NOTHING, rooms: 2, lost: 1, orphans: 1 });
    expect(world.reports).toEqual([{ type: 'Rooms Reconciled', detail: { mode: 'report', applications } }]);
    expect(world.rotations.sent).toEqual([]);
    expect(first(world).calls).toEqual({ create: 3, list: 1 });
    expect(revisions()).toEqual(before);
  });
});

describe('reconciliation of a pool', () => {
  const POOL = { applications: ['one', 'two', 'three'] };
  const KEYS = Array.from({ length: 12 }, (_, index) => `room-${index}`);

  it('looks at every application, each with its own figures', async () => {
    const world = await aged(KEYS, POOL);
    const { applications } = await reconcile(world);
    expect(Object.keys(applications)).toEqual(POOL.applications);
    expect(Object.values(applications).reduce((sum, { rooms }) => sum + rooms, 0)).toBe(KEYS.length);
  });

  it('takes the rooms of the applications that it does not look at for neither lost nor orphans', async () => {
    const world = await aged(KEYS, POOL);
    const { applications } = await reconcile(world, {}, ['two']);
    expect(applications).toEqual({ two: { ...NOTHING, rooms: expect.any(Number) } });
    expect(world.rotations.sent).toEqual([]);
  });

  it('hands the applications that it has no time for to a successor', async () => {
    const world = await aged(KEYS, POOL);
    let left = 11 * MINUTE;
    const timeLeft = () => {
      left -= 2 * MINUTE;
      return left;
    };
    const { applications, rest } = await reconcile(world, { timeLeft });
    expect(Object.keys(applications)).toEqual(['one', 'two']);
    expect(rest).toEqual([{ applications: ['three'] }]);
  });

  it.each([
    ['whose credentials are refused', new UnauthorizedError('401')],
    ['that throttles calls', new ThrottledError('429', { retryAfter: SECOND, ambiguous: false })],
  ])('does not let an application %s hold up the others', async (_, error) => {
    const world = await aged(KEYS, POOL);
    const provider = world.providers.one;
    if (!provider) throw new Error('no provider');
    provider.list = () => {
      throw error;
    };
    const { applications, rest } = await reconcile(world);
    expect(Object.keys(applications)).toEqual(['two', 'three']);
    expect(rest).toEqual([{ applications: ['one'] }]);
    expect(world.rotations.sent).toEqual([]);
    await expect(reconcile(world, {}, ['one'])).rejects.toBe(error);
  });

  it('ends the orphans of the others where one cannot be ended', async () => {
    const world = await aged([], POOL);
    for (const name of POOL.applications) await stray(world, roomToken(DEPLOYMENT, 'nobody', 1), name);
    world.clock.now += 2 * HOUR;
    const provider = world.providers.two;
    if (provider) provider.retire = async () => Promise.reject(new AmbiguousOutcomeError('reset'));
    const { applications, rest } = await reconcile(world);
    expect(Object.values(applications).map(({ retired }) => retired)).toEqual([1, 0, 1]);
    expect(rest).toEqual([{ applications: ['two'] }]);
  });

  it('ends as many orphans as there is time for and leaves the rest', async () => {
    const world = await aged([]);
    for (let index = 0; index < 5; index += 1)
      await stray(world, roomToken(DEPLOYMENT, `nobody-${index}`, 1));
    world.clock.now += 2 * HOUR;
    let time = 5 * MINUTE;
    const timeLeft = () => {
      time -= MINUTE;
      return time;
    };
    await expect(reconcile(world, { timeLeft })).rejects.toThrow(OutOfTimeError);
    const left = world.kept().length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(5);
    expect((await reconcile(world)).applications.first).toMatchObject({ orphans: left, retired: left });
    expect((await reconcile(world)).applications.first).toMatchObject({ rooms: 5, orphans: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  type ReconciliationContext,
  type ReconciliationTask,
  reconcileRooms,
} from '../../../functions/rooms/fleet/reconcile.ts';
import {
  AmbiguousOutcomeError,
  NotAnnouncedError,
  OutOfTimeError,
  ThrottledError,
  toError,
  UnauthorizedError,
} from '../../../functions/rooms/model/errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, DEPLOYMENT, makeWorld, type World, type WorldOptions } from '../../support/world.ts';

const POOL = { applications: ['one', 'two', 'three'] };
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
  task: ReconciliationTask = { applications: Object.keys(world.providers) },
) {
  return reconcileRooms(task, {
    ...world.context,
    rotations: world.rotations,
    mode: 'repair',
    timeLeft: () => 15 * MINUTE,
    ...more,
  });
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
  it('finds nothing to do where all is well, and announces nothing', async () => {
    const world = await aged(['a', 'b']);
    const { applications, rest } = await reconcile(world);
    expect(applications).toEqual({ first: { ...NOTHING, rooms: 2 } });
    expect(rest).toEqual([]);
    expect(world.rotations.sent).toEqual([]);
    expect(world.reports).toEqual([]);
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
  const KEYS = Array.from({ length: 12 }, (_, index) => `room-${index}`);

  it('looks at every application, each with its own figures', async () => {
    const world = await aged(KEYS, POOL);
    const { applications } = await reconcile(world);
    expect(Object.keys(applications)).toEqual(POOL.applications);
    expect(Object.values(applications).reduce((sum, { rooms }) => sum + rooms, 0)).toBe(KEYS.length);
  });

  it('takes the rooms of the applications that it does not look at for neither lost nor orphans', async () => {
    const world = await aged(KEYS, POOL);
    const { applications } = await reconcile(world, {}, { applications: ['two'] });
    expect(applications).toEqual({ two: { ...NOTHING, rooms: expect.any(Number) } });
    expect(world.rotations.sent).toEqual([]);
  });

  it('reads four lists at the same time, and reports them in the order of the pool', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const world = await aged(KEYS, { applications: names });
    let [under, most] = [0, 0];
    for (const [nth, name] of names.entries()) {
      const provider = world.context.pool.provider(name);
      const { list } = provider;
      provider.list = async function* (options) {
        under += 1;
        most = Math.max(most, under);
        // the first lists take the longest
        for (let turn = names.length; turn > nth; turn -= 1) await Promise.resolve();
        yield* list(options);
        under -= 1;
      };
    }
    const { applications } = await reconcile(world, {}, { applications: names });
    expect(most).toBe(4);
    expect(Object.keys(applications)).toEqual(names);
    expect(Object.values(applications).reduce((sum, { rooms }) => sum + rooms, 0)).toBe(KEYS.length);
  });

  it('counts the rooms of all lists that it reads at the same time', async () => {
    const world = await aged(KEYS, { ...POOL, pageSize: 1 });
    const { applications, rest } = await reconcile(world, { mostRooms: 6 });
    const rooms = Object.values(applications).reduce((sum, each) => sum + each.rooms, 0);
    // a page of each list may come when there is no more place
    expect(rooms).toBeGreaterThanOrEqual(6);
    expect(rooms).toBeLessThan(6 + POOL.applications.length);
    expect(rest.length).toBeGreaterThan(1);
  });

  it('hands the applications that it has no time for to a successor', async () => {
    const world = await aged(KEYS, POOL);
    let left = 10 * MINUTE;
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
    await expect(reconcile(world, {}, { applications: ['one'] })).rejects.toBe(error);
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

  it.each([
    ['one orphan', [0], 5, 6],
    ['every orphan', [0, 1, 2, 3, 4, 5], 0, 3],
    ['three in a row', [2, 3, 4], 2, 5],
    ['two, and two more', [0, 1, 3, 4], 2, 6],
  ])(
    'leaves %s that cannot be ended, and ends others until three in a row are refused',
    async (_, bad, retired, asks) => {
      const world = await aged([]);
      const ids: string[] = [];
      for (let nth = 1; nth <= 6; nth += 1)
        ids.push(await stray(world, roomToken(DEPLOYMENT, 'nobody', nth)));
      world.clock.now += 2 * HOUR;
      const { retire } = first(world);
      const asked: string[] = [];
      first(world).retire = async (id) => {
        asked.push(id);
        if (bad.some((nth) => ids[nth] === id)) throw new AmbiguousOutcomeError(`no end of ${id}`);
        return retire(id);
      };
      await expect(reconcile(world)).rejects.toThrow(`no end of ${ids[bad[0] ?? 0]}`);
      const detail = world.reports[0]?.detail;
      expect(detail).toMatchObject({ applications: { first: { orphans: 6, retired } } });
      expect(asked).toHaveLength(asks);
    },
  );

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

describe('the orders of a run', () => {
  const BUS_OUT = { report: () => Promise.reject(new NotAnnouncedError('the bus accepts nothing')) };

  /** Repeats a run as its queue does, until nothing is left of it. @returns the errors of the attempts */
  async function repeated(world: World, task: ReconciliationTask, mores: Partial<ReconciliationContext>[]) {
    const errors: string[] = [];
    let tasks: readonly ReconciliationTask[] = [task];
    for (const more of [...mores, {}]) {
      const left: ReconciliationTask[] = [];
      for (const each of tasks) {
        try {
          left.push(...(await reconcile(world, more, each)).rest);
        } catch (error) {
          errors.push(toError(error).message);
          left.push(each);
        }
      }
      tasks = left;
    }
    expect(tasks).toEqual([]);
    return errors;
  }

  const orders = ({ rotations }: World) =>
    rotations.sent.map(({ order: { key, cause } }) => `${key} ${cause}`);

  it('are sent once, however often the bus refuses the report', async () => {
    const world = await aged(['a', 'b']);
    first(world).lose('first-1');
    const out = { events: BUS_OUT };
    const errors = await repeated(world, { applications: ['first'] }, [out, out, out]);
    expect(errors).toEqual(Array(2).fill('the bus accepts nothing'));
    expect(orders(world)).toEqual(['a lost']);
    expect(world.reports).toHaveLength(1);
  });

  it('are reported as they were found, although the bus accepts that only after the repair', async () => {
    const world = await aged(['a', 'b']);
    first(world).lose('first-1');
    await stray(world, roomToken(DEPLOYMENT, 'nobody', 1));
    world.clock.now += 2 * HOUR;
    const { rest } = await reconcile(world, { events: BUS_OUT });
    for (const { order } of world.rotations.sent) await rotateRoom(order, world.context);
    expect(await repeated(world, rest[0] ?? { applications: [] }, [])).toEqual([]);
    const counts = { ...NOTHING, rooms: 2, lost: 1, orphans: 1, retired: 1 };
    expect(world.reports.map(({ detail }) => detail)).toEqual([
      { mode: 'repair', applications: { first: counts } },
    ]);
  });

  it('do not keep the counts of ended orphans from the bus where another orphan cannot be ended', async () => {
    const world = await aged([]);
    const [, stays] = [1, 2].map((nth) => stray(world, roomToken(DEPLOYMENT, 'nobody', nth)));
    const id = await stays;
    world.clock.now += 2 * HOUR;
    const { retire } = first(world);
    first(world).retire = (each) =>
      each === id ? Promise.reject(new AmbiguousOutcomeError('reset')) : retire(each);
    const task = { applications: ['first'] };
    const { rest } = await reconcile(world, { events: BUS_OUT }, task);
    const ended = {
      mode: 'repair',
      applications: { first: { ...NOTHING, rooms: 2, orphans: 2, retired: 1 } },
    };
    expect(rest).toEqual([task, { applications: [], unreported: ended }]);
    await expect(reconcile(world, { events: BUS_OUT }, task)).rejects.toThrow('reset');
  });

  it('are counted for the alarms although the bus refuses the report', async () => {
    const world = await aged(['a', 'b']);
    first(world).lose('first-1');
    const { totals } = await reconcile(world, { events: BUS_OUT });
    expect(totals).toEqual({ first: { rooms: 1, lost: 1, orphans: 0, held: 0 } });
  });

  it('are sent once, however often an orphan cannot be ended', async () => {
    const world = await aged(['a']);
    first(world).lose('first-1');
    await stray(world, roomToken(DEPLOYMENT, 'nobody', 1));
    world.clock.now += 2 * HOUR;
    const { retire } = first(world);
    let refusals = 3;
    first(world).retire = async (id) => {
      refusals -= 1;
      if (refusals >= 0) throw new AmbiguousOutcomeError('reset');
      return retire(id);
    };
    const errors = await repeated(world, { applications: ['first'] }, [{}, {}, {}]);
    expect(errors).toEqual(['reset', 'reset']);
    expect(orders(world)).toEqual(['a lost']);
  });

  it('are sent for an application whose list is read only by a later attempt', async () => {
    const world = await aged(['a', 'b', 'c', 'd'], POOL);
    for (const { made, lose } of Object.values(world.providers)) for (const { id } of [...made]) lose(id);
    const two = world.providers.two;
    const { list } = two ?? first(world);
    let isOut = true;
    if (two) {
      two.list = async function* (options) {
        if (isOut) throw new AmbiguousOutcomeError('reset');
        yield* list(options);
      };
    }
    const out = { events: BUS_OUT };
    const rest = (await reconcile(world, out, { applications: POOL.applications })).rest;
    const unreported = { mode: 'repair', applications: { one: { lost: 1 }, three: { lost: 2 } } };
    expect(rest).toMatchObject([{ applications: ['two'] }, { applications: [], unreported }]);
    isOut = false;
    for (const task of rest) await repeated(world, task, [out, out]);
    expect(orders(world).toSorted()).toEqual(['a lost', 'b lost', 'c lost', 'd lost']);
  });

  describe('of which an earlier attempt has sent those of one application', () => {
    const TASK = { applications: ['one', 'two'], ordered: ['one'] };

    /** @param place the application of a room that is to be given back */
    async function restored(place: string) {
      const world = await aged(['a'], { applications: TASK.applications });
      await stray(world, roomToken(DEPLOYMENT, 'a', 2, aSpec()), place);
      world.clock.now += 2 * HOUR;
      return world;
    }

    it.each([
      ['two', ['a recovered']],
      ['one', []],
    ])('gives back a room of application %s by %j', async (place, sent) => {
      const world = await restored(place);
      await reconcile(world, {}, TASK);
      expect(orders(world)).toEqual(sent);
    });

    it('stay sent where the list of the application has to wait', async () => {
      const world = await restored('two');
      const task = { ...TASK, applications: ['two', 'one'] };
      const { rest } = await reconcile(world, { mostRooms: 0 }, task);
      expect(rest).toContainEqual({ applications: ['one'], ordered: ['one'] });
    });

    it('hold back none of another application whose list fails', async () => {
      const world = await restored('one');
      const { two } = world.providers;
      if (two) {
        two.list = () => {
          throw new UnauthorizedError('401');
        };
      }
      expect((await reconcile(world, {}, TASK)).rest).toEqual([{ applications: ['two'] }]);
    });
  });
});

describe('an application that gives no list', () => {
  it('is not reported, and no row is compared with it', async () => {
    const world = await aged();
    first(world).list = async function* () {
      yield* [];
      throw new UnauthorizedError('401');
    };
    const rows: string[] = [];
    await expect(reconcile(world, { onRow: ({ key }) => rows.push(key) })).rejects.toThrow('401');
    expect([world.reports, rows]).toEqual([[], []]);
  });
});

describe('the table', () => {
  /** The table, shown a row on each page, and how often it was read from its beginning. */
  function paged({ rooms }: World) {
    const scans: (string | undefined)[] = [];
    const scan = async (cursor?: string) => {
      scans.push(cursor);
      const { items } = await rooms.scan();
      const at = Number(cursor ?? 0);
      return { items: items.slice(at, at + 1), cursor: at + 1 < items.length ? String(at + 1) : undefined };
    };
    return {
      rooms: { ...rooms, scan },
      readings: () => scans.filter((cursor) => cursor === undefined).length,
    };
  }

  it('is read to its last page', async () => {
    const world = await aged(['a', 'b', 'c']);
    first(world).lose('first-3');
    const { rooms, readings } = paged(world);
    expect((await reconcile(world, { rooms })).applications.first).toEqual({ ...NOTHING, rooms: 2, lost: 1 });
    expect(readings()).toBe(1);
  });

  it('is read a second time only for orphans, and then to its last page too', async () => {
    const world = await aged(['a', 'b', 'c']);
    await stray(world, roomToken(DEPLOYMENT, 'c', 2, aSpec()));
    world.clock.now += 2 * HOUR;
    const { rooms, readings } = paged(world);
    expect((await reconcile(world, { rooms })).applications.first).toMatchObject({
      recovered: 1,
      orphans: 0,
    });
    expect(readings()).toBe(2);
  });
});

describe('an earlier room that lives on', () => {
  const named = (display_name: string) => aRequest({ spec: aSpec({ settings: { display_name } }) });

  it.each([3, 20])(
    'is no orphan where its entry is made behind the first reading: %i changes',
    async (changes) => {
      const world = makeWorld();
      for (let nth = 0; nth < changes; nth += 1) await ensureRoom(named(`name ${nth}`), world.context);
      world.clock.now += 2 * HOUR;
      let readings = 0;
      const { rooms } = world;
      // the entries of a key are before its row: they are written when the reading has passed, and before the row is
      const scan: typeof rooms.scan = async (cursor) => {
        readings += 1;
        const page = await rooms.scan(cursor);
        if (readings > 1) return page;
        return {
          ...page,
          items: page.items.flatMap((entry) => ('revision' in entry ? { ...entry, past: undefined } : [])),
        };
      };
      const { applications } = await reconcile(world, { rooms: { ...rooms, scan } });
      expect(applications.first).toEqual({ ...NOTHING, rooms: changes });
      expect(world.kept()).toHaveLength(changes);
      expect(world.rotations.sent).toEqual([]);
    },
  );
});

describe('a room that becomes an hour old while the table is read for its row', () => {
  it('is left to the next run, which gives it back', async () => {
    const world = await aged();
    await stray(world, roomToken(DEPLOYMENT, 'unknown', 1, aSpec()));
    world.clock.now += 2 * MINUTE;
    const young = await stray(world, roomToken(DEPLOYMENT, 'weekly', 2, aSpec()));
    world.clock.now += HOUR - MINUTE;
    const { rooms } = world;
    let readings = 0;
    const scan: typeof rooms.scan = (cursor) => {
      readings += 1;
      if (readings === 2) world.clock.now += 2 * MINUTE;
      return rooms.scan(cursor);
    };
    const { applications } = await reconcile(world, { rooms: { ...rooms, scan }, brake: 1 });
    expect(applications.first).toMatchObject({ orphans: 1, retired: 1, recovered: 0 });
    expect(world.kept()).toContain(young);
    expect((await reconcile(world)).applications.first).toMatchObject({ orphans: 0, recovered: 1 });
  });
});

describe('the memory of a run', () => {
  it('is shared by its applications: the list of the second is read in parts where the first was long', async () => {
    const world = makeWorld({ applications: ['first', 'second'], pageSize: 10 });
    for (const [name, count] of [
      ['first', 15],
      ['second', 30],
    ] as const) {
      for (let nth = 1; nth <= count; nth += 1) await stray(world, `somebody-${nth}`, name);
    }
    const { applications, totals, rest } = await reconcile(world, { mostRooms: 20 });
    expect(applications).toMatchObject({ first: { rooms: 15 }, second: { rooms: 10, partial: true } });
    expect(rest).toMatchObject([{ applications: ['second'], before: { rooms: 10 } }]);
    // of the second only a part is known
    expect(Object.keys(totals)).toEqual(['first']);
  });

  it('has only the time of a list whose end the provider gives no name', async () => {
    const world = await aged();
    await reconcile(world);
    expect(await world.rooms.listEnd('first')).toEqual({ application: 'first', seenAt: world.clock.now });
  });
});

describe('a row that gets a room back', () => {
  /** Some rows each with an orphan of its next generation. */
  async function behind() {
    const world = await aged(['back and lost', 'lost', 'back and drifted', 'drifted', 'back and unfinished']);
    for (const key of ['back and lost', 'back and drifted', 'back and unfinished']) {
      await stray(world, roomToken(DEPLOYMENT, key, 2, aSpec()));
    }
    for (const nth of [1, 2]) first(world).lose(`first-${nth}`);
    for (const { id, expiresAt } of [...first(world).made]) {
      const room = first(world).made.find((made) => made.id === id);
      if (room && ['first-3', 'first-4'].includes(id)) room.expiresAt = expiresAt - DAY;
    }
    const unannounced = [{ type: 'Room Updated', reason: 'changed' }] as const;
    await world.rooms.write({ ...world.row('back and unfinished'), unannounced });
    world.clock.now += 2 * HOUR;
    return world;
  }

  const COUNTED = { lost: 1, drifted: 1, unfinished: 1, recovered: 3, orphans: 0 };

  it('is nominated for nothing else but what it has left to do, and others are as they would be', async () => {
    const world = await behind();
    const { applications } = await reconcile(world);
    expect(applications.first).toMatchObject(COUNTED);
    expect(world.rotations.sent.map(({ order }) => `${order.cause} ${order.key}`).sort()).toEqual([
      'drifted drifted',
      'lost lost',
      'recovered back and drifted',
      'recovered back and lost',
      'recovered back and unfinished',
      'unfinished back and unfinished',
    ]);
  });

  it('is counted and not nominated in mode report', async () => {
    const world = await behind();
    const { applications } = await reconcile(world, { mode: 'report' });
    expect(applications.first).toMatchObject(COUNTED);
    expect(world.rotations.sent).toEqual([]);
  });

  it('is none whose request was refused', async () => {
    const world = await aged(['weekly']);
    await world.rooms.write({ ...world.row('weekly'), state: 'rejected', updatedAt: world.clock.now });
    await stray(world, roomToken(DEPLOYMENT, 'weekly', 2, aSpec()));
    world.clock.now += 2 * HOUR;
    expect((await reconcile(world)).applications.first).toMatchObject({ recovered: 0, orphans: 1 });
  });

  it('gets the oldest of two rooms with one token, in whatever order the list is', async () => {
    const world = await aged(['weekly']);
    const token = roomToken(DEPLOYMENT, 'weekly', 2, aSpec());
    const older = await stray(world, token);
    world.clock.now += MINUTE;
    await stray(world, token);
    world.clock.now += 2 * HOUR;
    const { list } = first(world);
    first(world).list = async function* () {
      for await (const page of list()) yield [...page].reverse();
    };
    await reconcile(world);
    const [recovered] = world.rotations.sent.map(({ order }) => order);
    expect(recovered).toMatchObject({ cause: 'recovered', found: [{ id: older, generation: 2 }] });
  });

  it('gets the room of its open claim also where that was made in another application', async () => {
    const world = await aged(['weekly'], { applications: ['first', 'second'] });
    const row = world.row('weekly');
    const { application: home = '' } = row.current ?? {};
    const spec = aSpec({ settings: { display_name: 'Renamed' } });
    const claim = {
      owner: 'dead',
      purpose: 'open',
      generation: 2,
      takenAt: world.clock.now,
      leaseUntil: world.clock.now,
      application: home,
      spec,
      expiresAt: world.clock.now + 90 * DAY,
      announcement: { type: 'Room Rotated', reason: 'changed' },
      from: 'active',
    } as const;
    await world.rooms.write({ ...row, claim, updatedAt: world.clock.now });
    const other = home === 'first' ? 'second' : 'first';
    await stray(world, roomToken(DEPLOYMENT, 'weekly', 2, spec), other);
    // a room of nobody is not spared by the claim
    await stray(world, roomToken(DEPLOYMENT, 'nobody', 1), home);
    world.clock.now += 2 * HOUR;
    const { applications } = await reconcile(world);
    expect(applications[other]).toMatchObject({ recovered: 1, orphans: 0 });
    expect(applications[home]).toMatchObject({ unfinished: 1, orphans: 1 });
  });

  it('gets none of the generations that it has leapt over but those since its leap', async () => {
    const world = await aged(['weekly']);
    const past = {
      key: 'weekly',
      application: 'first',
      guestUrl: '',
      openedAt: 0,
      expiresAt: 0,
      replacedAt: 0,
    };
    for (const generation of [1, 3]) {
      await world.rooms.archive({ ...past, generation, roomId: `gone-${generation}`, reason: 'recovered' });
    }
    await world.rooms.write({ ...world.row('weekly'), generation: 4 });
    const ids = [];
    for (const generation of [1, 2]) {
      ids.push(await stray(world, roomToken(DEPLOYMENT, 'weekly', generation, aSpec())));
    }
    world.clock.now += 2 * HOUR;
    await reconcile(world);
    const orders = world.rotations.sent.map(({ order }) => order);
    expect(orders).toMatchObject([{ cause: 'recovered', found: [{ id: ids[1], generation: 2 }] }]);
  });
});

describe('what a list shows', () => {
  it('is no living room where nobody can enter it, or it ends at this moment', async () => {
    const world = await aged(['a', 'b', 'c']);
    const { list } = first(world);
    first(world).list = async function* () {
      for await (const page of list()) {
        yield page.map((room) => ({
          ...room,
          available: room.id !== 'first-1',
          expiresAt: room.id === 'first-2' ? world.clock.now : room.expiresAt,
        }));
      }
    };
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 1, lost: 2 });
  });

  it('is an orphan that is an hour old, unless it ends as soon as it could be ended', async () => {
    const world = await aged([]);
    const { shortestLife } = first(world).capabilities;
    const ends = world.clock.now + HOUR + shortestLife + MINUTE;
    for (const [nth, expiresAt] of [ends, ends + 1].entries()) {
      const token = roomToken(DEPLOYMENT, `nobody-${nth}`, 1);
      await first(world).create({ token, settings: { display_name: 'stray' }, expiresAt });
    }
    world.clock.now += HOUR;
    expect((await reconcile(world)).applications.first).toMatchObject({ rooms: 2, orphans: 1, retired: 1 });
  });

  it('is an orphan where the history says that the room has ended at this moment', async () => {
    const world = await aged(['a', 'b'], { applications: ['first', 'second'] });
    const token = roomToken(DEPLOYMENT, 'a', 1, aSpec());
    const roomId = await stray(world, token, 'first');
    const past = { key: 'a', guestUrl: '', openedAt: 0, replacedAt: 0, reason: 'renewal' };
    world.clock.now += 2 * HOUR;
    await world.rooms.archive({
      ...past,
      generation: 1,
      application: 'first',
      roomId,
      expiresAt: world.clock.now,
    });
    // an application that is not looked at
    const elsewhere = { ...past, generation: 2, roomId: 'x', expiresAt: world.clock.now + DAY };
    await world.rooms.archive({ ...elsewhere, application: 'gone' });
    expect((await reconcile(world, {}, { applications: ['first'] })).applications.first).toMatchObject({
      orphans: 1,
    });
  });

  it('is an orphan where its id is that of a room that has ended, as where the id is the token', async () => {
    const world = await aged(['a'], { named: true });
    const id = await stray(world, roomToken(DEPLOYMENT, 'a', 2, aSpec()));
    const { clock } = world;
    await world.rooms.write({
      ...world.row('a'),
      spent: 2,
      retirees: [{ application: 'first', id, endsAt: clock.now }],
    });
    clock.now += 2 * HOUR;
    expect((await reconcile(world)).applications.first).toMatchObject({ orphans: 1, retired: 1 });
  });

  it('says nothing of a claim in an application that is not looked at', async () => {
    const world = await aged(['a']);
    const claim = {
      owner: 'another',
      purpose: 'open',
      generation: 2,
      takenAt: world.clock.now,
      leaseUntil: world.clock.now + MINUTE,
      application: 'elsewhere',
      spec: aSpec(),
      expiresAt: world.clock.now + 90 * DAY,
      announcement: { type: 'Room Rotated', reason: 'moved' },
      from: 'active',
    } as const;
    await world.rooms.write({ ...world.row('a'), claim });
    expect((await reconcile(world)).applications.first).toEqual({ ...NOTHING, rooms: 1 });
  });

  it('is held as a whole once an earlier part was', async () => {
    // by itself, one of 41 rooms would be no reason to hold
    const world = await aged(Array.from({ length: 40 }, (_, nth) => `room-${nth}`));
    await stray(world, roomToken(DEPLOYMENT, 'nobody', 1));
    world.clock.now += 2 * HOUR;
    const task = { applications: ['first'], before: { rooms: 100, lost: 0, orphans: 20, held: 20 } };
    const context = { ...world.context, rotations: world.rotations, mode: 'repair' as const };
    const { applications } = await reconcileRooms(task, { ...context, timeLeft: () => 15 * MINUTE });
    expect(applications.first).toMatchObject({ orphans: 1, retired: 0, held: true });
  });

  it('is an orphan that is ended with half a minute left, and not with less', async () => {
    const world = await aged([]);
    for (const nth of [1, 2]) await stray(world, roomToken(DEPLOYMENT, `nobody-${nth}`, 1));
    world.clock.now += 2 * HOUR;
    const { retire } = first(world);
    let left = 30 * SECOND;
    first(world).retire = async (id) => {
      left -= 1;
      return retire(id);
    };
    const run = reconcile(world, { timeLeft: () => left });
    await expect(run).rejects.toThrow('there was no time to end all 2 orphans: 1 were ended');
  });
});

import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  type ReconciliationContext,
  type ReconciliationTask,
  reconcileRooms,
} from '../../../functions/rooms/fleet/reconcile.ts';
import {
  AmbiguousOutcomeError,
  OutOfTimeError,
  ThrottledError,
} from '../../../functions/rooms/model/errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { aRequest, DEPLOYMENT, makeWorld, type World } from '../../support/world.ts';

/** A world in which so many rooms were made, a second apart, on pages of ten. */
async function aged(count: number): Promise<World> {
  const world = makeWorld({ pageSize: 10 });
  for (let index = 0; index < count; index += 1) {
    await ensureRoom(aRequest({ key: `room-${index}` }), world.context);
    world.clock.now += SECOND;
  }
  world.clock.now += 2 * HOUR;
  return world;
}

function first({ providers }: World) {
  const provider = providers.first;
  if (!provider) throw new Error('no provider');
  return provider;
}

/** Runs until nothing is left. @returns what each run reported */
async function reconcile(
  world: World,
  more: Partial<ReconciliationContext> & {
    confirmed?: ReconciliationTask['confirmed'];
    afterEach?: (() => Promise<void>) | undefined;
  } = {},
) {
  const { confirmed, afterEach, ...given } = more;
  const tasks: ReconciliationTask[] = [{ applications: ['first'], confirmed }];
  const reports = [];
  let totals = {};
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    const done = await reconcileRooms(task, {
      ...world.context,
      rotations: world.rotations,
      mode: 'repair',
      timeLeft: () => 15 * MINUTE,
      mostRooms: 20,
      ...given,
    });
    reports.push(done.applications.first);
    await afterEach?.();
    tasks.push(...done.rest);
    totals = done.totals;
  }
  return { reports, totals };
}

const lostKeys = ({ rotations }: World) => rotations.sent.map(({ order }) => order.key);

/** The list as a provider shows it whose newest rooms come first. */
function newestFirst(world: World): void {
  const provider = first(world);
  provider.list = async function* ({ from, reached } = {}) {
    const rooms = [];
    for (const { id } of [...provider.made].reverse()) {
      const room = await provider.get(id);
      if (room) rooms.push(room);
    }
    for (let start = rooms.findIndex(({ id }) => id === from) + 1; start < rooms.length; start += 10) {
      const page = rooms.slice(start, start + 10);
      if (start + 10 < rooms.length) reached?.(page.at(-1)?.id ?? '');
      yield page;
    }
  };
}

describe('a run whose table does not fit into the time that the list leaves', () => {
  /** A page of the list takes a minute, and an entry of the table two; it is read one by one. */
  function slow(
    world: World,
    left: () => number,
  ): Pick<ReconciliationContext, 'rooms' | 'mostRooms' | 'timeLeft'> {
    const provider = first(world);
    const { list } = provider;
    provider.list = async function* (options) {
      for await (const page of list(options)) {
        world.clock.now += MINUTE;
        yield page;
      }
    };
    const scan: World['rooms']['scan'] = async (cursor = '0') => {
      world.clock.now += 2 * MINUTE;
      const { items } = await world.rooms.scan();
      const next = Number(cursor) + 10;
      return {
        items: items.slice(Number(cursor), next),
        ...(next < items.length && { cursor: String(next) }),
      };
    };
    return { rooms: { ...world.context.rooms, scan }, mostRooms: 1000, timeLeft: left };
  }

  it('changes nothing, and continues with a shorter part of the list', async () => {
    const world = await aged(55);
    await first(world).retire('first-1');
    world.clock.now += HOUR;
    let start = world.clock.now;
    const run = (task: ReconciliationTask) => {
      start = world.clock.now;
      return reconcileRooms(task, context);
    };
    const context = {
      ...world.context,
      rotations: world.rotations,
      mode: 'repair' as const,
      ...slow(world, () => start + 15 * MINUTE - world.clock.now),
    };
    const task = { applications: ['first'], before: { rooms: 7, lost: 0, orphans: 0, held: 0 } };
    const given = await run(task);
    expect(given).toEqual({ applications: {}, rest: [{ ...task, share: 0.25 }], totals: {} });
    expect(world.rotations.sent).toEqual([]);
    expect(world.reports).toEqual([]);
    const [again] = given.rest;
    const done = again && (await run(again));
    expect(done?.rest).toMatchObject([{ applications: ['first'], share: 0.25 }]);
    expect(done?.applications.first).toMatchObject({ rooms: 39, lost: 1, partial: true });
    expect(lostKeys(world)).toEqual(['room-0']);
  });

  it('fails where the shortest part does not help', async () => {
    const world = await aged(25);
    const context = { ...world.context, rotations: world.rotations, mode: 'repair' as const };
    const rest = async (share: number) =>
      (await reconcileRooms({ applications: ['first'], share }, { ...context, ...slow(world, () => 0) }))
        .rest;
    expect(await rest(1 / 8)).toMatchObject([{ share: 1 / 16 }]);
    await expect(rest(1 / 16)).rejects.toThrow('no time to compare more than 10 entries of the table');
  });
});

describe.each([
  ['the oldest rooms first', () => {}],
  ['the newest rooms first', newestFirst],
])('a list that is read in parts, %s,', (_, order) => {
  it('finds nothing wrong where all is well, and counts every room once', async () => {
    const world = await aged(65);
    order(world);
    const { reports, totals } = await reconcile(world);
    expect(reports.map((report) => report?.rooms)).toEqual([20, 20, 20, 5]);
    expect(reports.map((report) => report?.partial ?? false)).toEqual([true, true, true, false]);
    expect(totals).toEqual({ first: { rooms: 65, lost: 0, orphans: 0, held: 0 } });
    expect(world.rotations.sent).toEqual([]);
  });

  it('finds each lost room once, also at the seams, and no other', async () => {
    const world = await aged(65);
    order(world);
    const lost = [0, 9, 19, 20, 33, 64];
    for (const index of lost) first(world).lose(`first-${index + 1}`);
    const { totals } = await reconcile(world);
    expect(lostKeys(world).sort()).toEqual(lost.map((index) => `room-${index}`).sort());
    expect(totals).toMatchObject({ first: { rooms: 59, lost: 6 } });
  });

  it('ends an orphan in whatever part it is, and misses no room that is made meanwhile', async () => {
    const world = await aged(65);
    order(world);
    for (const index of [1, 2]) {
      const token = roomToken(DEPLOYMENT, `nobody-${index}`, 1);
      const settings = { display_name: 'stray' };
      await first(world).create({ token, settings, expiresAt: world.clock.now + 30 * DAY });
    }
    world.clock.now += 2 * HOUR;
    let rooms = 0;
    const onRow = () => {
      rooms += 1;
      if (rooms === 1) void ensureRoom(aRequest({ key: 'meanwhile' }), world.context);
    };
    const { totals } = await reconcile(world, { onRow });
    expect(totals).toMatchObject({ first: { lost: 0, orphans: 2 } });
    expect(world.kept()).toHaveLength(66);
  });
});

describe('an orphan in a part of a list that goes on', () => {
  async function withOrphan(refusal: Error, refusals: number) {
    const world = await aged(45);
    newestFirst(world);
    const settings = { display_name: 'stray' };
    const token = roomToken(DEPLOYMENT, 'nobody', 1);
    await first(world).create({ token, settings, expiresAt: world.clock.now + 30 * DAY });
    world.clock.now += 2 * HOUR;
    first(world).lose('first-1');
    const { retire } = first(world);
    let left = refusals;
    first(world).retire = async (id) => {
      left -= 1;
      if (left >= 0) throw refusal;
      return retire(id);
    };
    return world;
  }

  it('that cannot be ended does not keep the run from the rooms of later parts', async () => {
    const world = await withOrphan(new AmbiguousOutcomeError('500'), Number.POSITIVE_INFINITY);
    const { reports, totals } = await reconcile(world);
    expect(reports[0]).toMatchObject({ orphans: 1, retired: 0 });
    expect(lostKeys(world)).toEqual(['room-0']);
    expect(totals).toMatchObject({ first: { lost: 1, orphans: 1 } });
  });

  it('for which there is no time is ended by another attempt', async () => {
    const world = await withOrphan(new OutOfTimeError('no time'), 1);
    await expect(reconcile(world)).rejects.toThrow('no time');
    expect((await reconcile(world)).reports[0]).toMatchObject({ orphans: 1, retired: 1 });
  });
});

describe('a list whose last page is full', () => {
  it('is over with the empty page after it, and needs no successor', async () => {
    const world = await aged(30);
    const provider = first(world);
    const { list } = provider;
    provider.list = async function* (options) {
      for await (const page of list(options)) {
        options?.reached?.('30');
        yield page;
      }
    };
    first(world).lose('first-1');
    const { reports } = await reconcile(world, { mostRooms: 1000 });
    expect(reports).toMatchObject([{ rooms: 29, lost: 1 }]);
    expect(reports[0]).not.toHaveProperty('partial');
  });
});

describe('a list in no order', () => {
  it('shows no room as lost, since it may be in any part', async () => {
    const world = await aged(65);
    const provider = first(world);
    const { list } = provider;
    provider.list = async function* (options) {
      for await (const page of list(options)) yield [...page].reverse();
    };
    first(world).lose('first-30');
    await reconcile(world);
    expect(world.rotations.sent).toEqual([]);
  });
});

describe('a list that is interrupted', () => {
  it('goes on where it stopped, and fails where it gets no further', async () => {
    const world = await aged(65);
    const provider = first(world);
    const { list } = provider;
    const error = new ThrottledError('429', { retryAfter: MINUTE, ambiguous: false });
    let pages = 0;
    const begun: (string | undefined)[] = [];
    provider.list = async function* (options) {
      begun.push(options?.from);
      for await (const page of list(options)) {
        pages += 1;
        if (pages === 4) throw error;
        yield page;
      }
    };
    const { reports } = await reconcile(world, { mostRooms: 1000 });
    expect(begun).toEqual([undefined, '30']);
    expect(reports.map((report) => report?.rooms)).toEqual([30, 35]);
    pages = 3;
    await expect(reconcile(world)).rejects.toBe(error);
  });

  it('stops for the time that the table needs', async () => {
    const world = await aged(65);
    let left = 15 * MINUTE;
    const timeLeft = () => {
      left -= 2 * MINUTE;
      return left;
    };
    const { reports } = await reconcile(world, { timeLeft, mostRooms: 1000 });
    expect(reports.length).toBeGreaterThan(1);
    expect(reports[0]?.rooms).toBeLessThan(65);
  });
});

describe('the brake', () => {
  it('holds each part, and a confirmation covers all parts together', async () => {
    const world = await aged(65);
    world.rooms.rows.clear();
    expect((await reconcile(world)).totals).toMatchObject({ first: { orphans: 65, held: 65 } });
    const confirmed = { application: 'first', findings: 40, until: world.clock.now + HOUR };
    const { totals } = await reconcile(world, { confirmed });
    expect(totals).toMatchObject({ first: { orphans: 65, held: 25 } });
    expect(world.kept()).toHaveLength(25);
  });

  it('lets no part go through once there was more in another than was confirmed', async () => {
    const world = await aged(65);
    world.rooms.rows.clear();
    const confirmed = { application: 'first', findings: 30, until: world.clock.now + HOUR };
    const { totals } = await reconcile(world, { confirmed, mostRooms: 40 });
    expect(totals).toMatchObject({ first: { orphans: 65, held: 65 } });
    expect(world.kept()).toHaveLength(65);
  });

  it('grants ten rooms to a list, in however many parts it is read', async () => {
    const world = await aged(65);
    for (let index = 0; index < 65; index += 2) world.rooms.rows.delete(`room-${index}`);
    const { totals } = await reconcile(world);
    expect(totals).toMatchObject({ first: { orphans: 33, held: 23 } });
  });

  it('grants each part a share of its rooms, where the list as a whole has no more', async () => {
    const world = await aged(465);
    for (let index = 0; index < 460; index += 23) world.rooms.rows.delete(`room-${index}`);
    expect((await reconcile(world)).totals).toMatchObject({ first: { orphans: 20, held: 0 } });
  });
});

describe('a table that was restored, where a list is read in parts and the newest rooms come first', () => {
  it.each([
    ['before the next part is read', true],
    ['when all parts were read', false],
  ])('gets every generation back, the work being done %s', async (_, atOnce) => {
    const world = await aged(15);
    newestFirst(world);
    const restore = world.rooms.backUp();
    for (let nth = 0; nth < 30; nth += 1) {
      await rotateNow(aRequest({ key: `room-${nth % 15}`, action: 'rotate' }), world.context);
      world.clock.now += SECOND;
    }
    const links = Array.from({ length: 15 }, (_, nth) => world.row(`room-${nth}`).current?.id);
    const living = world.kept();
    restore();
    world.clock.now += 2 * HOUR;
    const work = async () => {
      for (const { order } of world.rotations.sent.splice(0)) await rotateRoom(order, world.context);
    };
    for (let run = 1; run <= 2; run += 1) {
      await reconcile(world, { mostRooms: 10, afterEach: atOnce ? work : undefined });
      await work();
    }
    expect(world.kept()).toEqual(living);
    expect(Array.from({ length: 15 }, (_, nth) => world.row(`room-${nth}`).current?.id)).toEqual(links);
    for (let nth = 0; nth < 15; nth += 1) {
      await cancelRoom(aRequest({ key: `room-${nth}`, action: 'cancel' }), world.context);
    }
    expect(world.kept()).toEqual([]);
  });

  it('keeps no other room of an older generation', async () => {
    const world = await aged(2);
    for (const key of ['room-0', 'room-0', 'room-1', 'room-1']) {
      await rotateNow(aRequest({ key, action: 'rotate' }), world.context);
    }
    const settings = { display_name: 'late' };
    const token = roomToken(DEPLOYMENT, 'room-0', 2, world.row('room-0').spec);
    await first(world).create({ token, settings, expiresAt: world.clock.now + 30 * DAY });
    world.clock.now += 2 * HOUR;
    expect((await reconcile(world)).totals).toMatchObject({ first: { orphans: 1 } });
    expect(world.rotations.sent).toEqual([]);
    expect(world.kept()).toHaveLength(6);
  });
});

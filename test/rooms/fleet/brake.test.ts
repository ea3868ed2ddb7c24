import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { mustHold } from '../../../functions/rooms/fleet/brake.ts';
import {
  type ReconciliationContext,
  type ReconciliationTask,
  reconcileRooms,
} from '../../../functions/rooms/fleet/reconcile.ts';
import { takeClaim } from '../../../functions/rooms/lifecycle/claim.ts';
import type { FoundRoom } from '../../../functions/rooms/model/ports.ts';
import type { Room } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, DEPLOYMENT, makeWorld, type World, type WorldOptions } from '../../support/world.ts';

const keysOf = (count: number) => Array.from({ length: count }, (_, index) => `room-${index}`);

/** A world two hours after so many rooms were made. */
async function aged(count: number, options?: WorldOptions): Promise<World> {
  const world = makeWorld(options);
  for (const key of keysOf(count)) await ensureRoom(aRequest({ key }), world.context);
  world.clock.now += 2 * HOUR;
  return world;
}

/** A run, and what the workers make of its orders. @returns what was found in the first application */
async function reconcile(
  world: World,
  {
    confirmed,
    applications: names = ['first'],
    ...more
  }: Partial<ReconciliationContext & ReconciliationTask> = {},
) {
  const { applications } = await reconcileRooms(
    { applications: names, confirmed },
    {
      ...world.context,
      rotations: world.rotations,
      mode: 'repair',
      timeLeft: () => 15 * MINUTE,
      ...more,
    },
  );
  for (const { order } of world.rotations.sent.splice(0)) await rotateRoom(order, world.context);
  return applications.first;
}

function confirmed(world: World, findings: number) {
  return { confirmed: { application: 'first', findings, until: world.clock.now + HOUR } };
}

function first({ providers }: World) {
  const provider = providers.first;
  if (!provider) throw new Error('no provider');
  return provider;
}

/** The account denies every room, as one to which somebody put the key of another account. */
function swapAccount(world: World): () => void {
  const provider = first(world);
  const { list, get } = provider;
  provider.list = async function* () {
    yield [];
  };
  provider.get = async () => undefined;
  return () => Object.assign(provider, { list, get });
}

describe('an emptied table', () => {
  it('costs none of 500 living rooms, until a person confirms', async () => {
    const world = await aged(500);
    world.rooms.rows.clear();
    expect(await reconcile(world)).toMatchObject({ rooms: 500, orphans: 500, retired: 0, held: true });
    expect(world.kept()).toHaveLength(500);
    expect(world.reports.at(-1)).toMatchObject({ detail: { applications: { first: { held: true } } } });
    expect(await reconcile(world, confirmed(world, 499))).toMatchObject({ retired: 0, held: true });
    expect(await reconcile(world, confirmed(world, 500))).toMatchObject({ orphans: 500, retired: 500 });
    expect(world.kept()).toEqual([]);
  });
});

describe('a confirmation', () => {
  it.each([
    ['is for one application', { application: 'second', findings: 500, until: Number.POSITIVE_INFINITY }],
    ['is over in time', { application: 'first', findings: 500, until: 0 }],
  ])('%s', async (_, consent) => {
    const world = await aged(20);
    world.rooms.rows.clear();
    expect(await reconcile(world, { confirmed: consent })).toMatchObject({ retired: 0, held: true });
  });
});

describe('the brake', () => {
  it.each([
    ['ten are never too many', 30, 10, undefined, false],
    ['eleven of 30 are', 30, 11, undefined, true],
    ['five per cent are not', 400, 20, undefined, false],
    ['more than five per cent are', 400, 21, undefined, true],
    ['the share can be set', 400, 21, 0.06, false],
    ['it can be released', 30, 30, 1, false],
  ])('%s', async (_, rooms, lost, brake, held) => {
    const world = await aged(rooms);
    for (let index = 1; index <= lost; index += 1) first(world).lose(`first-${index}`);
    const found = await reconcile(world, { brake });
    expect(found).toMatchObject({ lost, ...(held && { held }) });
    expect(world.kept()).toHaveLength(held ? rooms - lost : rooms);
  });

  it('counts lost rooms and orphans together', async () => {
    const world = await aged(30);
    for (let index = 1; index <= 6; index += 1) first(world).lose(`first-${index}`);
    for (const key of keysOf(5)) {
      const token = roomToken(DEPLOYMENT, `gone-${key}`, 1);
      await first(world).create({
        token,
        settings: { display_name: 'stray' },
        expiresAt: world.clock.now + 30 * DAY,
      });
    }
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ lost: 6, orphans: 5, retired: 0, held: true });
  });

  it('holds nothing in mode report, which changes nothing anyway', async () => {
    const world = await aged(30);
    world.rooms.rows.clear();
    expect(await reconcile(world, { mode: 'report' })).not.toHaveProperty('held');
    expect(world.kept()).toHaveLength(30);
  });
});

describe('what one part of a list may repair', () => {
  const HUNDRED = { rows: 100, ours: 100 };
  const EMPTY = { rooms: 0, findings: 0 };

  /** Whether so many findings of the part are held. */
  const held = (
    { lost = 0, orphans = 0, ...size }: { rows: number; ours: number; lost?: number; orphans?: number },
    state: Partial<Parameters<typeof mustHold>[1]> = {},
  ) =>
    mustHold(
      { report: { lost, orphans }, ...size },
      { share: 0.05, confirmed: undefined, held: false, before: EMPTY, now: START, ...state },
    );

  it('is its share, and up to ten of what the parts before it have left over', () => {
    // 5 % of 400 rooms are 20 findings, of which 11 are used up
    const before = { rooms: 300, findings: 11 };
    expect(held({ ...HUNDRED, lost: 9 }, { before })).toBe(false);
    expect(held({ ...HUNDRED, lost: 10 }, { before })).toBe(true);
  });

  it('is ten findings, where the parts before it were large and well', () => {
    const before = { rooms: 1000, findings: 10 };
    expect(held({ ...HUNDRED, lost: 10 }, { before })).toBe(false);
    expect(held({ ...HUNDRED, lost: 11 }, { before })).toBe(true);
  });

  it('is everything without a brake, even where table and list have no room in common', () => {
    const strangers = { rows: 15, ours: 15, lost: 15, orphans: 15 };
    expect(held(strangers, { share: 0.99 })).toBe(true);
    expect(held(strangers, { share: 1 })).toBe(false);
  });

  it('is what a person confirmed, until the confirmation is void', () => {
    const confirmed = { application: 'first', findings: 50, until: START + HOUR };
    expect(held({ ...HUNDRED, lost: 50 }, { confirmed, now: START + HOUR - 1 })).toBe(false);
    expect(held({ ...HUNDRED, lost: 50 }, { confirmed, now: START + HOUR })).toBe(true);
    expect(held({ ...HUNDRED, lost: 51 }, { confirmed })).toBe(true);
  });
});

describe('an account that denies its rooms for a while', () => {
  it('doubles none of 300 rooms, and all end with their keys', async () => {
    const world = await aged(300);
    const back = swapAccount(world);
    expect(await reconcile(world)).toMatchObject({ rooms: 0, lost: 300, held: true });
    back();
    expect(await reconcile(world)).toMatchObject({ rooms: 300, lost: 0, orphans: 0 });
    expect(world.kept()).toHaveLength(300);
    for (const key of keysOf(300)) await cancelRoom(aRequest({ key, action: 'cancel' }), world.context);
    expect(world.kept()).toEqual([]);
  });

  it('leaves no old room to outlive its key where a person confirmed that they were lost', async () => {
    const world = await aged(300);
    const back = swapAccount(world);
    expect(await reconcile(world, confirmed(world, 300))).toMatchObject({ lost: 300 });
    back();
    world.clock.now += 2 * HOUR;
    const { orphans = 0 } = (await reconcile(world)) ?? {};
    await reconcile(world, confirmed(world, orphans));
    for (const key of keysOf(300)) await cancelRoom(aRequest({ key, action: 'cancel' }), world.context);
    expect(world.kept()).toEqual([]);
  });
});

describe('a table that was restored to an earlier time', () => {
  /** @param generations how many links each of the first 20 keys was given since */
  async function restored(generations: number, options?: WorldOptions) {
    const world = await aged(60, options);
    const restore = world.rooms.backUp();
    for (const key of keysOf(20)) {
      for (let count = 0; count < generations; count += 1) {
        await rotateNow(aRequest({ key, action: 'rotate' }), world.context);
      }
    }
    const links = keysOf(60).map((key) => world.row(key).current?.id);
    const living = world.kept();
    restore();
    return { world, links, living };
  }

  it.each([
    ['one', 1, {}],
    ['three', 3, {}],
    ['one, where the id is the token,', 1, { named: true, capabilities: { idempotentCreate: true } }],
  ])('gets %s newer link of each of 20 keys back, and loses and doubles none', async (_, count, options) => {
    const { world, links, living } = await restored(count, options);
    world.clock.now += 2 * HOUR;
    const found = await reconcile(world);
    expect(found?.recovered).toBeGreaterThanOrEqual(20);
    expect(found).toMatchObject({ orphans: 0, retired: 0, lost: 0 });
    expect(keysOf(60).map((key) => world.row(key).current?.id)).toEqual(links);
    expect(world.kept()).toEqual(living);
    const { length } = world.announced.filter(({ reason }) => reason === 'recovered');
    expect(length).toBeGreaterThanOrEqual(20);
    expect(await reconcile(world)).toMatchObject({ recovered: 0, orphans: 0, retired: 0, lost: 0 });
    expect(world.kept()).toEqual(living);
  });

  it('gives no room back to a key that was cancelled since', async () => {
    const { world } = await restored(1);
    await cancelRoom(aRequest({ key: 'room-0', action: 'cancel' }), world.context);
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 19, orphans: 1, retired: 1 });
  });

  /** A key whose row is restored to the time after its end, though it was asked for again since. */
  async function askedAgain() {
    const world = await aged(1);
    await cancelRoom(aRequest({ key: 'room-0', action: 'cancel' }), world.context);
    const restore = world.rooms.backUp();
    world.clock.now += 2 * HOUR;
    await ensureRoom(aRequest({ key: 'room-0' }), world.context);
    const link = world.row('room-0').current?.id;
    restore();
    return { world, link };
  }

  it('gives a key that was cancelled by then the room back that it was asked for since', async () => {
    const { world, link } = await askedAgain();
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 1, orphans: 0, retired: 0 });
    expect(world.row('room-0')).toMatchObject({ state: 'active', generation: 2, current: { id: link } });
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Created', reason: 'recovered' });
    await cancelRoom(aRequest({ key: 'room-0', action: 'cancel' }), world.context);
    expect(world.kept()).toEqual([]);
  });

  it('gives it no room back where it was cancelled again after the restore', async () => {
    const { world } = await askedAgain();
    await cancelRoom(aRequest({ key: 'room-0', action: 'cancel' }), world.context);
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 0, orphans: 1, retired: 1 });
    expect(world.row('room-0').state).toBe('cancelled');
  });

  it("gives back nothing that is not the row's own when it is looked at again", async () => {
    const world = await aged(1);
    const spec = aSpec();
    const order = (token: string) => ({
      token,
      settings: { display_name: 'stray' },
      expiresAt: world.clock.now + 30 * DAY,
    });
    const strange = await first(world).create(order(roomToken(DEPLOYMENT, 'other', 2, spec)));
    const found = [{ application: 'first', id: strange.id, generation: 2 }];
    const recovered = { key: 'room-0', generation: 1, cause: 'recovered', found } as const;
    expect(await rotateRoom(recovered, world.context)).toMatchObject({ outcome: 'outdated' });
    expect(world.row('room-0').current?.id).toBe('first-1');
  });

  /** A row that lacks generation 2, and the room that carries its token. */
  async function behind(more: Partial<Room> = {}, life = 30 * DAY) {
    const world = await aged(1);
    await world.rooms.write({ ...world.row('room-0'), ...more });
    const token = roomToken(DEPLOYMENT, 'room-0', 2, aSpec());
    const expiresAt = world.clock.now + life;
    const { id } = await first(world).create({ token, settings: { display_name: 'Weekly' }, expiresAt });
    const found = [{ application: 'first', id, generation: 2 }];
    return { world, order: { key: 'room-0', generation: 1, cause: 'recovered', found } as const };
  }

  it('gives a generation back that the row lacks', async () => {
    const { world, order } = await behind();
    expect(await rotateRoom(order, world.context)).toMatchObject({ outcome: 'rotated' });
    expect(await rotateRoom(order, world.context)).toMatchObject({ outcome: 'outdated' });
    expect(world.row('room-0')).toMatchObject({ generation: 2, current: { id: 'first-2' }, warnings: [] });
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'recovered' });
  });

  it.each([
    ['to a key that was cancelled', { state: 'cancelled', updatedAt: START + HOUR }, 30 * DAY],
    ['to a key whose request was refused', { state: 'rejected', updatedAt: START + HOUR }, 30 * DAY],
    ['whose generation was given up', { spent: 2 }, 30 * DAY],
    ['that is about to end', { retirees: [{ application: 'first', id: 'first-2' }] }, 30 * DAY],
    ['whose end was moved up', {}, 12 * MINUTE],
  ] as const)('gives no room back %s', async (_, more, life) => {
    const { world, order } = await behind(more, life);
    expect(await rotateRoom(order, world.context)).toMatchObject({ outcome: 'outdated' });
    expect(world.row('room-0')).toMatchObject({ generation: 1, current: { id: 'first-1' } });
  });

  it('notes a room of an older generation in the history, once', async () => {
    const { world } = await behind();
    const token = roomToken(DEPLOYMENT, 'room-0', 1, aSpec());
    const settings = { display_name: 'Weekly' };
    const found: FoundRoom[] = [];
    for (const generation of [1, 1]) {
      const { id } = await first(world).create({ token, settings, expiresAt: world.clock.now + 30 * DAY });
      found.push({ application: 'first', id, generation });
    }
    const [older, another] = found;
    if (!older || !another) throw new Error('two rooms were made');
    const order = (...rooms: FoundRoom[]) =>
      rotateRoom({ key: 'room-0', generation: 1, cause: 'recovered', found: rooms }, world.context);
    // a second room of the generation that the row has is no older one
    expect(await order(older)).toMatchObject({ outcome: 'outdated' });
    expect(await world.rooms.history('room-0')).toEqual([]);
    await world.rooms.write({ ...world.row('room-0'), generation: 2 });
    await order(older);
    const history = await world.rooms.history('room-0');
    expect(history).toMatchObject([{ generation: 1, roomId: older.id, reason: 'recovered' }]);
    world.clock.now += MINUTE;
    await order(another);
    expect(await world.rooms.history('room-0')).toEqual(history);
  });

  it('does not nominate a generation that was given up', async () => {
    const { world } = await behind({ spent: 2 });
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 0, retired: 1 });
  });

  it('nominates a row that gets a room back for nothing but that', async () => {
    const { world } = await behind();
    first(world).lose('first-1');
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 1, lost: 0 });
    expect(world.row('room-0')).toMatchObject({ generation: 2, current: { id: 'first-2' } });
  });

  it('gets the link back that was announced, where two rooms carry its token', async () => {
    const { world, links } = await restored(1);
    world.clock.now += MINUTE;
    for (const key of keysOf(5)) {
      const token = roomToken(DEPLOYMENT, key, 2, world.row(key).spec);
      const expiresAt = world.clock.now + 30 * DAY;
      await first(world).create({ token, settings: { display_name: 'Weekly' }, expiresAt });
    }
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 20, orphans: 5, retired: 5 });
    expect(keysOf(60).map((key) => world.row(key).current?.id)).toEqual(links);
  });

  it('gets a room back that was made where its claim had been moved to', async () => {
    const world = await aged(1, { applications: ['first', 'second'] });
    const { current, spec = aSpec() } = world.row('room-0');
    const [home = 'first', other] =
      current?.application === 'first' ? ['first', 'second'] : ['second', 'first'];
    const restore = world.rooms.backUp();
    await rotateNow(aRequest({ key: 'room-0', action: 'rotate', to: other }), world.context);
    const { current: newest } = world.row('room-0');
    restore();
    const announcement = { type: 'Room Rotated', reason: 'renewal' } as const;
    const expiresAt = world.clock.now + 30 * DAY;
    const intent = {
      purpose: 'open',
      generation: 2,
      application: home,
      spec,
      expiresAt,
      announcement,
    } as const;
    await takeClaim(world.row('room-0'), intent, world.context);
    world.clock.now += 2 * HOUR;
    await reconcile(world, { applications: ['first', 'second'] });
    expect(world.row('room-0')).toMatchObject({ generation: 2, current: { id: newest?.id } });
    expect(world.kept()).toHaveLength(2);
  });

  it('gets a room back that was asked for in another way since, and says so on the row', async () => {
    const world = await aged(5);
    const restore = world.rooms.backUp();
    const spec = aSpec({ settings: { display_name: 'Renamed' } });
    for (const key of keysOf(5)) await ensureRoom(aRequest({ key, spec }), world.context);
    const links = keysOf(5).map((key) => world.row(key).current?.id);
    const living = world.kept();
    restore();
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 5, orphans: 0, retired: 0 });
    expect(keysOf(5).map((key) => world.row(key).current?.id)).toEqual(links);
    expect(world.kept()).toEqual(living);
    expect(world.row('room-0')).toMatchObject({
      generation: 2,
      warnings: [expect.stringContaining('request it again')],
    });
  });
});

describe('a room that was created late, for a request that is no longer current', () => {
  it('is not given to the row that was written since that request', async () => {
    const world = await aged(1);
    const spec = aSpec({ settings: { display_name: 'Renamed' } });
    const row = await world.rooms.write({ ...world.row('room-0'), updatedAt: world.clock.now });
    world.clock.now += 30 * MINUTE;
    const expiresAt = world.clock.now + 30 * DAY;
    await first(world).create({
      token: roomToken(DEPLOYMENT, 'room-0', 2, spec),
      settings: spec.settings,
      expiresAt,
    });
    world.clock.now += 2 * HOUR;
    expect(await reconcile(world)).toMatchObject({ recovered: 0, orphans: 1, retired: 1 });
    expect(world.row('room-0')).toEqual(row);
  });
});

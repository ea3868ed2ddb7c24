import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { holdRoom, releaseRoom } from '../../../functions/rooms/actions/hold.ts';
import { knockRoom } from '../../../functions/rooms/actions/knock.ts';
import { relinkRoom } from '../../../functions/rooms/actions/relink.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  RequestRefusedError,
  UnknownRoomError,
  UnreachableError,
} from '../../../functions/rooms/model/errors.ts';
import { pageOf } from '../../../functions/rooms/model/link.ts';
import type { Room, RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { failNext } from '../../support/faulty.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

const ON_DEMAND = aSpec({ lifetime: DAY, renewal: { mode: 'on-demand', explicit: true } });

async function askedWorld(spec: Partial<RoomSpec> = {}) {
  const world = makeWorld();
  await ensureRoom(aRequest({ spec: aSpec(spec) }), world.context);
  return withVisitor(world);
}

function withVisitor(world: World) {
  const { context, clock, links } = world;
  return {
    ...world,
    /** What the holder of the link meets. */
    visit(slug = links.of('weekly')?.slug ?? '') {
      const link = links.items.get(slug);
      return { page: pageOf(link, clock.now), url: link?.url };
    },
    slug: () => world.row('weekly').slug ?? '',
    knock: (knockedAt = clock.now) => knockRoom(aRequest({ action: 'knock', knockedAt }), context),
    relink: (at?: number) => relinkRoom(aRequest({ action: 'relink', at }), context),
    ensure: (spec: RoomSpec) => ensureRoom(aRequest({ spec }), context),
    cancel: () => cancelRoom(aRequest({ action: 'cancel' }), context),
  };
}

describe('the link of a key', () => {
  it('leads to the room from before its announcement on', async () => {
    const world = makeWorld();
    const seen: (string | undefined)[] = [];
    const { announce } = world.context.events;
    const events = {
      ...world.context.events,
      announce: async (room: Room, news: Parameters<typeof announce>[1]) => {
        seen.push(world.links.items.get(room.slug ?? '')?.url);
        await announce(room, news);
      },
    };
    await ensureRoom(aRequest(), { ...world.context, events });
    expect(seen).toEqual([world.row('weekly').current?.guestUrl]);
  });

  it('stays the same over renewals, and leads to the room of the day', async () => {
    const { visit, slug, clock, context, row } = await askedWorld();
    const first = slug();
    const { url } = visit();
    clock.now = START + 84 * DAY;
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, context);
    expect(slug()).toBe(first);
    expect(visit()).toEqual({ page: 'live', url: row('weekly').current?.guestUrl });
    expect(visit().url).not.toBe(url);
  });

  it('stays the same over a cancellation and a revival', async () => {
    const { visit, slug, cancel, ensure } = await askedWorld();
    const first = slug();
    await cancel();
    expect(visit(first)).toEqual({ page: 'cancelled', url: undefined });
    await ensure(aSpec());
    expect(slug()).toBe(first);
    expect(visit(first).page).toBe('live');
  });

  it('says that the room is being opened where an outage let it expire', async () => {
    const { visit, clock } = await askedWorld();
    clock.now = START + 91 * DAY;
    expect(visit().page).toBe('opening');
  });

  it('says that a room without renewal has ended', async () => {
    const { visit, clock } = await askedWorld({ renewal: { mode: 'none' } });
    expect(visit().page).toBe('live');
    clock.now = START + 91 * DAY;
    expect(visit().page).toBe('ended');
  });

  it('leads to a held room while it lives, and says whom to ask afterwards', async () => {
    const { visit, context, clock } = await askedWorld();
    await holdRoom(aRequest({ action: 'hold' }), context);
    expect(visit().page).toBe('live');
    clock.now = START + 91 * DAY;
    expect(visit().page).toBe('held');
  });

  it.each([
    ['a link of its own', 'https://links.example/AAAAAAAAAAAAAAAAAAAAAA'],
    ['an address without TLS', 'http://meetings.example/1'],
    ['no address', 'javascript:alert(1)'],
  ])('never leads to %s', async (_name, guestUrl) => {
    const world = makeWorld();
    const create = world.providers.first?.create;
    Object.assign(world.providers.first ?? {}, {
      create: async (order: Parameters<NonNullable<typeof create>>[0]) => ({
        ...(await create?.(order)),
        guestUrl,
      }),
    });
    await ensureRoom(aRequest(), world.context);
    expect(world.links.of('weekly')).toMatchObject({ state: 'rejected' });
    expect(world.links.of('weekly')?.url).toBeUndefined();
  });

  it('shows no name unless the deployment wants that', async () => {
    const { links } = await askedWorld();
    expect(links.of('weekly')?.name).toBeUndefined();
  });

  it('is not made for a key that was cancelled before anybody asked for it', async () => {
    const { links, context } = makeWorld();
    await cancelRoom(aRequest({ action: 'cancel' }), context);
    expect(links.items.size).toBe(0);
  });

  it('costs no write where nothing of it has changed', async () => {
    const { links, context, row, ensure } = await askedWorld();
    const { revision } = links.of('weekly') ?? {};
    await ensure(aSpec({ renewal: { mode: 'recreate', until: START + 400 * DAY } }));
    expect(row('weekly').revision).toBeGreaterThan(revision ?? 0);
    expect(links.of('weekly')?.revision).toBe(revision);
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'unfinished' }, context);
    expect(links.of('weekly')?.revision).toBe(revision);
  });

  it('is made for a row of before links by whatever comes next', async () => {
    const { links, rooms, context, visit } = await askedWorld();
    const { slug: _slug, shownLink: _shown, ...before } = rooms.rows.get('weekly') ?? ({} as Room);
    rooms.rows.set('weekly', before);
    links.items.clear();
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'unfinished' }, context);
    expect(visit().page).toBe('live');
  });

  it('is written again into a table that took the place of the first', async () => {
    const world = await askedWorld();
    world.links.items.clear();
    const context = { ...world.context, links: { ...world.links, table: 'another' } };
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'unfinished' }, context);
    expect(world.visit().page).toBe('live');
  });

  describe('that the links table lost', () => {
    const ORDER = { key: 'weekly', generation: 1, cause: 'link' } as const;

    it('is written again when a person asks for all links, without a write of the row', async () => {
      const world = await askedWorld();
      const { links, context, visit, row } = world;
      const before = { slug: world.slug(), row: row('weekly') };
      links.items.clear();
      await rotateRoom({ ...ORDER, cause: 'unfinished' }, context);
      expect(visit(before.slug).page).toBe('unknown');
      await rotateRoom(ORDER, context);
      expect(visit(before.slug)).toEqual({ page: 'live', url: before.row.current?.guestUrl });
      expect(row('weekly')).toEqual(before.row);
    });

    it('is written again too where its generation has changed since', async () => {
      const { links, context, visit, row } = await askedWorld();
      await rotateNow(aRequest({ action: 'rotate' }), context);
      links.items.clear();
      await rotateRoom(ORDER, context);
      expect(visit()).toEqual({ page: 'live', url: row('weekly').current?.guestUrl });
    });

    it('follows the row where the rooms table was restored to an earlier moment', async () => {
      const { rooms, cancel, visit, clock, context, row } = await askedWorld();
      const restore = rooms.backUp();
      clock.now += HOUR;
      await cancel();
      restore();
      expect(visit().page).toBe('cancelled');
      clock.now += HOUR;
      await rotateRoom(ORDER, context);
      expect(visit()).toEqual({ page: 'live', url: row('weekly').current?.guestUrl });
    });

    it('is of no concern where the deployment has no links', async () => {
      const { context } = await askedWorld();
      const { outcome } = await rotateRoom(ORDER, { ...context, links: undefined });
      expect(outcome).toBe('unchanged');
    });
  });

  it('shows what the row says where a change was shown, not noted, and taken back', async () => {
    const world = makeWorld();
    const { context, links } = world;
    await ensureRoom(aRequest({ spec: ON_DEMAND }), context);
    const answerLost: typeof links.write = async (link) => {
      await links.write(link);
      throw new Error('the answer was lost');
    };
    const lossy = { ...context, links: { ...links, write: answerLost } };
    await expect(holdRoom(aRequest({ action: 'hold' }), lossy)).rejects.toThrow('the answer was lost');
    expect(withVisitor(world).visit().page).toBe('held');
    await releaseRoom(aRequest({ action: 'release' }), context);
    expect(withVisitor(world).visit().page).toBe('on-demand');
  });

  it('follows a row that was restored to an earlier moment', async () => {
    const { rooms, cancel, ensure, visit, clock } = await askedWorld();
    const restore = rooms.backUp();
    clock.now += HOUR;
    await cancel();
    restore();
    clock.now += HOUR;
    await ensure(aSpec({ lifetime: 100 * DAY }));
    expect(visit().page).toBe('live');
  });
});

describe('relink', () => {
  it('gives the key another link; the earlier one is unknown at once, and the room stays', async () => {
    const { relink, slug, visit, announced, row } = await askedWorld();
    const leaked = slug();
    expect((await relink()).outcome).toBe('relinked');
    expect(visit(leaked)).toEqual({ page: 'unknown', url: undefined });
    expect(slug()).not.toBe(leaked);
    expect(visit()).toEqual({ page: 'live', url: row('weekly').current?.guestUrl });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Relinked', reason: 'requested', generation: 1 });
    expect(row('weekly')).not.toHaveProperty('withdrawnSlugs', expect.anything());
  });

  it('does nothing more when its message comes twice', async () => {
    const { relink, slug } = await askedWorld();
    await relink(900);
    const second = slug();
    expect((await relink(900)).outcome).toBe('unchanged');
    expect(slug()).toBe(second);
  });

  it('is not undone by a worker that was slower', async () => {
    const { relink, slug, links, visit } = await askedWorld();
    const leaked = slug();
    const late = links.items.get(leaked);
    await relink();
    if (late) await links.write(late);
    expect(visit(leaked).page).toBe('unknown');
  });

  it('withdraws the earlier link after a crash between the two tables', async () => {
    const world = await askedWorld();
    const leaked = world.slug();
    const broken = { ...world.links, write: async () => Promise.reject(new Error('the table is away')) };
    await expect(
      relinkRoom(aRequest({ action: 'relink' }), { ...world.context, links: broken }),
    ).rejects.toThrow('the table is away');
    expect(world.announced.at(-1)?.type).not.toBe('Room Relinked');
    world.clock.now += HOUR;
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'unfinished' }, world.context);
    expect(world.visit(leaked).page).toBe('unknown');
    expect(world.announced.at(-1)?.type).toBe('Room Relinked');
  });

  it('has nothing to replace where a cancellation overtook the request, and changes no later link', async () => {
    const world = makeWorld();
    const { relink, slug, visit } = withVisitor(world);
    await cancelRoom(aRequest({ action: 'cancel', at: 30 }), world.context);
    await ensureRoom(aRequest({ at: 10 }), world.context);
    expect((await relink(20)).outcome).toBe('noted');
    expect(world.links.items.size).toBe(0);
    expect(world.announced.map(({ type }) => type)).toEqual(['Room Cancelled']);
    await ensureRoom(aRequest({ at: 40 }), world.context);
    const first = slug();
    expect((await relink(20)).outcome).toBe('unchanged');
    expect([slug(), visit().page]).toEqual([first, 'live']);
  });

  it('waits for nothing while the first room of a key cannot be created', async () => {
    const world = makeWorld();
    const { relink, slug, visit } = withVisitor(world);
    const ensure = () => ensureRoom(aRequest({ at: 10 }), world.context);
    failNext(world, 'create', new UnreachableError('out'));
    await expect(ensure()).rejects.toThrow('out');
    expect((await relink(20)).outcome).toBe('noted');
    await ensure();
    const first = slug();
    expect((await relink(20)).outcome).toBe('unchanged');
    expect([slug(), visit().page]).toEqual([first, 'live']);
  });

  it('is refused for an unknown key, and where links are off', async () => {
    const { context } = makeWorld();
    const request = aRequest({ action: 'relink' });
    await expect(relinkRoom(request, context)).rejects.toThrow(UnknownRoomError);
    const off = makeWorld({ withoutLinks: true });
    const refused = await relinkRoom(request, off.context).catch((thrown) => thrown);
    expect(refused).toBeInstanceOf(RequestRefusedError);
    expect(refused.message).toBe('action: relink is for deployments with links, and here they are off');
  });

  it('withdraws what there is: the link that was replaced, and none where the row is older than links', async () => {
    const { relink, links, slug, rooms, row } = await askedWorld();
    const first = slug();
    await relink();
    expect([...links.items.keys()].sort()).toEqual([first, slug()].sort());
    links.items.clear();
    const { slug: _, shownLink, ...older } = row('weekly');
    await rooms.write({ ...older, shownLink: undefined });
    expect(shownLink).toBeDefined();
    await relink();
    expect([...links.items.keys()]).toEqual([slug()]);
  });
});

describe('a room on demand', () => {
  async function onDemand() {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: ON_DEMAND }), world.context);
    return withVisitor(world);
  }

  it('is no room until somebody knocks, and its link is announced', async () => {
    const { visit, row, announced, providers } = await onDemand();
    expect(row('weekly').state).toBe('on-demand');
    expect(visit().page).toBe('on-demand');
    expect(announced).toMatchObject([{ type: 'Room Updated', reason: 'on-demand' }]);
    expect(providers.first?.calls).toEqual({});
  });

  it('opens at a knock for its lifetime, and again at the next one after that', async () => {
    const { knock, visit, clock, announced, row, providers } = await onDemand();
    clock.now += 3 * HOUR;
    expect((await knock()).outcome).toBe('created');
    expect(visit().page).toBe('live');
    expect(row('weekly').current?.expiresAt).toBe(clock.now + DAY);
    clock.now += DAY + MINUTE;
    expect(visit().page).toBe('on-demand');
    await knock();
    expect(visit()).toEqual({ page: 'live', url: row('weekly').current?.guestUrl });
    expect(announced.slice(1)).toMatchObject([
      { type: 'Room Created', reason: 'knock', generation: 1 },
      { type: 'Room Created', reason: 'knock', generation: 2 },
    ]);
    expect(providers.first?.calls.create).toBe(2);
  });

  it('answers a knock without a call while it lives', async () => {
    const { knock, providers } = await onDemand();
    await knock();
    const calls = { ...providers.first?.calls };
    expect((await knock()).outcome).toBe('unchanged');
    expect(providers.first?.calls).toEqual(calls);
  });

  it('is one room when two visitors knock at once', async () => {
    const { context, providers, knock, kept } = await onDemand();
    await Promise.allSettled([knock(), knock()]);
    await knock();
    expect(kept()).toHaveLength(1);
    expect(providers.first?.calls.create).toBe(1);
    expect(context.links).toBeDefined();
  });

  it('does not open for a visitor who left long ago', async () => {
    const { knock, clock, visit } = await onDemand();
    expect((await knock(clock.now - HOUR)).outcome).toBe('outdated');
    expect(visit().page).toBe('on-demand');
  });

  it('is in no plan: nothing renews it', async () => {
    const { knock, row } = await onDemand();
    await knock();
    expect(row('weekly')).toMatchObject({ state: 'on-demand' });
    expect(row('weekly').dueAt).toBeUndefined();
  });

  it('does not open while a person holds it, nor once it is cancelled or over', async () => {
    const held = await onDemand();
    await holdRoom(aRequest({ action: 'hold' }), held.context);
    expect(held.visit().page).toBe('held');
    expect((await held.knock()).outcome).toBe('unchanged');
    const cancelled = await onDemand();
    await cancelled.cancel();
    expect(cancelled.visit().page).toBe('cancelled');
    expect((await cancelled.knock()).outcome).toBe('unchanged');
    const over = await onDemand();
    await over.ensure({ ...ON_DEMAND, renewal: { mode: 'on-demand', until: START + DAY } });
    over.clock.now = START + 2 * DAY;
    expect((await over.knock()).outcome).toBe('unchanged');
    const rejected = await onDemand();
    await rejected.rooms.write({ ...rejected.row('weekly'), state: 'rejected' });
    expect((await rejected.knock()).outcome).toBe('unchanged');
    expect(rejected.kept()).toEqual([]);
  });

  it('opens for a visitor who has waited for ten minutes, and for none who has waited longer', async () => {
    const { knock, clock } = await onDemand();
    expect((await knock(clock.now - 10 * MINUTE - 1)).outcome).toBe('outdated');
    expect((await knock(clock.now - 10 * MINUTE)).outcome).toBe('created');
  });

  it('announces that it is held and released, since its page changes, and each once', async () => {
    const { context, announced, visit } = await onDemand();
    const told = announced.length;
    const hold = await holdRoom(aRequest({ action: 'hold' }), context);
    expect([hold.outcome, visit().page]).toEqual(['held', 'held']);
    expect((await holdRoom(aRequest({ action: 'hold' }), context)).outcome).toBe('unchanged');
    const release = await releaseRoom(aRequest({ action: 'release' }), context);
    expect([release.outcome, visit().page]).toEqual(['released', 'on-demand']);
    expect((await releaseRoom(aRequest({ action: 'release' }), context)).outcome).toBe('unchanged');
    expect(announced.slice(told)).toMatchObject([
      { type: 'Room Held', reason: 'requested' },
      { type: 'Room Released', reason: 'requested' },
    ]);
  });

  it.each(['hold', 'release'] as const)('is nothing to %s once it is cancelled', async (action) => {
    const { context, cancel } = await onDemand();
    await cancel();
    const act = action === 'hold' ? holdRoom : releaseRoom;
    await expect(act(aRequest({ action }), context)).rejects.toThrow(/is cancelled, so there is nothing to/);
  });

  it('becomes a kept room when it is asked for as one, and the other way round', async () => {
    const { ensure, row, visit, slug } = await onDemand();
    const first = slug();
    await ensure(aSpec());
    expect(row('weekly').state).toBe('active');
    expect(visit().page).toBe('live');
    await ensure(ON_DEMAND);
    expect(row('weekly').state).toBe('on-demand');
    expect(slug()).toBe(first);
  });

  it('changes nothing when it is asked for twice', async () => {
    const { ensure, row, announced } = await onDemand();
    const told = announced.length;
    const { revision } = row('weekly');
    await ensure(ON_DEMAND);
    expect(row('weekly').state).toBe('on-demand');
    expect(row('weekly').revision).toBeGreaterThanOrEqual(revision);
    expect(announced).toHaveLength(told);
  });
});

describe('a knock at the link of a kept room', () => {
  it('opens it where its renewal was late', async () => {
    const { knock, clock, visit, announced } = await askedWorld();
    clock.now = START + 91 * DAY;
    expect((await knock()).outcome).toBe('rotated');
    expect(visit().page).toBe('live');
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'expired' });
  });

  it('waits for nobody who is changing the room, since people can enter it', async () => {
    const { knock, rooms, row, clock } = await askedWorld();
    const { current, spec = aSpec() } = row('weekly');
    await rooms.write({
      ...row('weekly'),
      claim: {
        owner: 'other',
        purpose: 'change',
        generation: 1,
        takenAt: clock.now,
        leaseUntil: clock.now + MINUTE,
        application: 'first',
        spec,
        expiresAt: current?.expiresAt ?? 0,
        announcement: { type: 'Room Updated', reason: 'changed' },
      },
    });
    expect((await knock()).outcome).toBe('unchanged');
  });

  it('leaves a first room to the message that asks for it', async () => {
    const world = makeWorld();
    const fault = new UnreachableError('no answer');
    failNext(world, 'create', fault);
    await expect(ensureRoom(aRequest(), world.context)).rejects.toBe(fault);
    const { outcome, room } = await withVisitor(world).knock();
    expect({ outcome, room }).toEqual({ outcome: 'unchanged', room: world.row('weekly') });
    expect(world.kept()).toEqual([]);
  });

  it('opens none where no renewal was wanted', async () => {
    const { knock, clock } = await askedWorld({ renewal: { mode: 'none' } });
    clock.now = START + 91 * DAY;
    expect((await knock()).outcome).toBe('unchanged');
  });

  it('is refused for an unknown key', async () => {
    const { context } = makeWorld();
    await expect(knockRoom(aRequest({ action: 'knock', knockedAt: START }), context)).rejects.toThrow(
      UnknownRoomError,
    );
  });
});

describe('whoever comes at a bad moment', () => {
  const OUTAGE = () => Promise.reject(new UnreachableError('no answer'));

  it('sees that a room is being opened where a cancelled key is asked for again in an outage', async () => {
    const world = await askedWorld();
    const { cancel, ensure, visit, providers, clock } = world;
    const slug = world.slug();
    await cancel();
    const { create } = providers.first ?? {};
    Object.assign(providers.first ?? {}, { create: OUTAGE });
    await expect(ensure(aSpec())).rejects.toThrow('no answer');
    expect(visit(slug).page).toBe('opening');
    Object.assign(providers.first ?? {}, { create });
    clock.now += HOUR;
    await ensure(aSpec());
    expect(visit(slug).page).toBe('live');
    await cancel();
    expect(visit(slug).page).toBe('cancelled');
  });

  it('gets no room later where the knock failed: it opens at the next one', async () => {
    const world = makeWorld();
    const { context, providers, clock, kept } = world;
    await ensureRoom(aRequest({ spec: ON_DEMAND }), context);
    const { knock, visit, row } = withVisitor(world);
    const { create } = providers.first ?? {};
    Object.assign(providers.first ?? {}, { create: OUTAGE });
    await expect(knock()).rejects.toThrow('no answer');
    expect([visit().page, row('weekly').dueAt]).toEqual(['on-demand', undefined]);
    Object.assign(providers.first ?? {}, { create });
    clock.now += HOUR;
    await rotateRoom({ key: 'weekly', generation: 0, cause: 'unfinished' }, context);
    expect(kept()).toEqual([]);
    await knock();
    expect([visit().page, kept()]).toEqual(['live', [row('weekly').current?.id]]);
  });

  it('opens no kept room that a person holds, with a knock from before the hold', async () => {
    const { context, clock, knock, visit, kept } = await askedWorld();
    clock.now = START + 91 * DAY;
    const knockedAt = clock.now;
    await holdRoom(aRequest({ action: 'hold' }), context);
    expect((await knock(knockedAt)).outcome).toBe('unchanged');
    expect([visit().page, kept()]).toEqual(['held', []]);
  });

  it.each([
    ['on demand', aSpec(), ON_DEMAND],
    ['kept', ON_DEMAND, aSpec()],
  ])('is told that the room is held where a held key becomes one that is %s', async (_, before, after) => {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: before }), world.context);
    const { ensure, visit, clock, context } = withVisitor(world);
    await holdRoom(aRequest({ action: 'hold' }), context);
    await ensure(after);
    clock.now += 200 * DAY;
    expect(visit().page).toBe('held');
    await releaseRoom(aRequest({ action: 'release' }), context);
    expect(visit().page).toBe(after === ON_DEMAND ? 'on-demand' : 'opening');
  });

  it('sees that a key on demand is over after its last moment, and opens nothing', async () => {
    const world = makeWorld();
    const spec: RoomSpec = { ...ON_DEMAND, renewal: { mode: 'on-demand', until: START + 2 * DAY } };
    await ensureRoom(aRequest({ spec }), world.context);
    const { visit, clock, knock, ensure } = withVisitor(world);
    expect(visit().page).toBe('on-demand');
    clock.now = START + 2 * DAY;
    expect([visit().page, (await knock()).outcome]).toEqual(['ended', 'unchanged']);
    await ensure({ ...spec, renewal: { mode: 'on-demand', until: START + 4 * DAY } });
    expect(visit().page).toBe('on-demand');
  });

  it('meets one link and one room where two people relink at once and a visitor knocks', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: ON_DEMAND }), world.context);
    const { relink, knock, links, kept, visit } = withVisitor(world);
    await Promise.allSettled([relink(900), knock(), relink(901)]);
    await Promise.allSettled([relink(900), relink(901)]);
    await knock();
    expect([...links.items.values()].filter(({ state }) => state !== 'withdrawn')).toHaveLength(1);
    expect([visit().page, kept().length]).toEqual(['live', 1]);
  });

  it('keeps the link where the guest link has signs that no header takes', async () => {
    const world = makeWorld();
    const create = world.providers.first?.create;
    Object.assign(world.providers.first ?? {}, {
      create: async (order: Parameters<NonNullable<typeof create>>[0]) => ({
        ...(await create?.(order)),
        guestUrl: 'https://meetings.example/a\r\nset-cookie: x=1',
      }),
    });
    await ensureRoom(aRequest(), world.context);
    expect(world.links.of('weekly')?.url).toBe('https://meetings.example/aset-cookie:%20x=1');
  });
});

describe('two deployments beside each other', () => {
  it('have a link each for the same key, and neither touches that of the other', async () => {
    const [ours, theirs] = [makeWorld(), makeWorld()];
    const here = ours.context;
    const there = { ...theirs.context, deployment: 'fghij', pool: here.pool };
    await ensureRoom(aRequest(), here);
    await ensureRoom(aRequest({ at: 50 }), there);
    const before = theirs.links.of('weekly');
    await relinkRoom(aRequest({ action: 'relink', at: 60 }), here);
    await rotateNow(aRequest({ action: 'rotate', at: 61 }), here);
    await cancelRoom(aRequest({ action: 'cancel', at: 62 }), here);
    expect(theirs.links.of('weekly')).toEqual(before);
    expect(before?.url).toBe(theirs.row('weekly').current?.guestUrl);
    expect(ours.kept()).toEqual([theirs.row('weekly').current?.id]);
  });
});

describe('where links are switched off and on', () => {
  it('keys keep their links, which lead to what changed in between', async () => {
    const world = await askedWorld();
    const slug = world.slug();
    const { links: _, ...off } = { ...world.context, rooms: world.rooms };
    await rotateNow(aRequest({ action: 'rotate' }), off);
    expect(world.row('weekly').slug).toBe(slug);
    await rotateRoom({ key: 'weekly', generation: 2, cause: 'unfinished' }, world.context);
    expect(world.visit(slug)).toEqual({ page: 'live', url: world.row('weekly').current?.guestUrl });
  });
});

describe('without links', () => {
  it('rows have no slug, and rooms are kept as ever', async () => {
    const world = makeWorld({ withoutLinks: true });
    await ensureRoom(aRequest(), world.context);
    await rotateNow(aRequest({ action: 'rotate' }), world.context);
    expect(world.row('weekly')).toMatchObject({ state: 'active', generation: 2 });
    expect(world.row('weekly').slug).toBeUndefined();
  });
});

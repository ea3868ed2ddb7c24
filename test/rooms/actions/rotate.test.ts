import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { holdRoom } from '../../../functions/rooms/actions/hold.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  AmbiguousOutcomeError,
  ProviderContractError,
  ProviderRefusedError,
  RequestRefusedError,
  ThrottledError,
} from '../../../functions/rooms/model/errors.ts';
import type { RoomProvider } from '../../../functions/rooms/model/ports.ts';
import type { Renewal, RoomSpec, SettingName } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World, type WorldOptions } from '../../support/world.ts';

/** A world with one room of 90 days that is due: its week of renewal has come. */
async function dueWorld(spec: Partial<RoomSpec> = {}, options: WorldOptions = {}) {
  const world = makeWorld(options);
  await ensureRoom(aRequest({ spec: aSpec(spec) }), world.context);
  world.clock.now = (world.row('weekly').renewAt ?? world.clock.now) + HOUR;
  const provider = world.providers.first as World['providers'][string];
  const rotate = (generation = 1) => rotateRoom({ key: 'weekly', generation, cause: 'due' }, world.context);
  return { ...world, provider, rotate };
}

const extending: Renewal = { mode: 'extend' };

/** Lets a call of the provider fail until it is repaired. */
function breakCall(provider: RoomProvider, name: 'create' | 'change', error: Error) {
  const whole = provider[name];
  provider[name] = async () => {
    throw error;
  };
  return { repair: () => Object.assign(provider, { [name]: whole }) };
}

describe('a room that is due', () => {
  /** Work that sees at first what the table had at this moment, however much is written meanwhile. */
  function lateGlance({ context, row }: World, key = 'weekly') {
    const old = row(key);
    const reads = { read: 0, glance: 0 };
    const { read } = context.rooms;
    const rooms = {
      ...context.rooms,
      async glance() {
        reads.glance += 1;
        return old;
      },
      async read(asked: string) {
        reads.read += 1;
        return read(asked);
      },
    };
    const rotate = (cause: 'due' | 'ended' = 'due') =>
      rotateRoom({ key, generation: 1, cause }, { ...context, rooms });
    return { rotate, reads };
  }

  it('is claimed by a glance at its row', async () => {
    const { rotate, reads } = lateGlance(await dueWorld());
    expect((await rotate()).outcome).toBe('rotated');
    expect(reads).toEqual({ read: 0, glance: 1 });
  });

  it('gets one successor, although a glance shows the row as it was before', async () => {
    const world = await dueWorld();
    const { rotate } = lateGlance(world);
    expect([(await rotate()).outcome, (await rotate()).outcome]).toEqual(['rotated', 'outdated']);
    expect(world.provider.calls.create).toBe(2);
  });

  it('is held, although a glance shows the row as it was before', async () => {
    const world = await dueWorld();
    const { rotate } = lateGlance(world);
    await holdRoom(aRequest({ action: 'hold' }), world.context);
    expect((await rotate()).outcome).toBe('unchanged');
    expect(world.row('weekly').state).toBe('held');
  });

  it.each<[string, (world: World) => Promise<unknown>]>([
    ['before its time', async ({ clock }) => (clock.now -= 2 * HOUR)],
    ['while it is held', ({ context }) => holdRoom(aRequest({ action: 'hold' }), context)],
    ['after it was cancelled', ({ context }) => cancelRoom(aRequest({ action: 'cancel' }), context)],
    ['after its end', async ({ clock }) => (clock.now += 30 * DAY)],
  ])('is read in full where a glance would end the work: %s', async (_, happen) => {
    const world = await dueWorld();
    await happen(world);
    const { rotate, reads } = lateGlance(world);
    await rotate();
    expect(reads).toMatchObject({ glance: 1, read: expect.any(Number) });
    expect(reads.read).toBeGreaterThan(0);
  });

  it("is not glanced at by orders that are not the planner's", async () => {
    const { rotate, reads } = lateGlance(await dueWorld());
    await rotate('ended');
    expect(reads).toEqual({ read: 1, glance: 0 });
  });

  it('gets a successor with a life of its own, while its own link goes on working', async () => {
    const { rotate, row, clock, kept, announced, rooms } = await dueWorld();
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({
      state: 'active',
      generation: 2,
      current: { id: 'first-2', expiresAt: clock.now + 90 * DAY },
      previous: { id: 'first-1', expiresAt: START + 90 * DAY },
    });
    expect(row('weekly').dueAt).toBeGreaterThan(clock.now + 70 * DAY);
    expect(kept()).toEqual(['first-1', 'first-2']);
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'renewal', generation: 2 });
    expect(await rooms.history('weekly')).toMatchObject([{ generation: 1, reason: 'renewal' }]);
  });

  it('gets one successor, however often it was nominated', async () => {
    const { rotate, provider } = await dueWorld();
    const outcomes = [];
    for (let times = 0; times < 3; times += 1) outcomes.push((await rotate()).outcome);
    expect(outcomes).toEqual(['rotated', 'outdated', 'outdated']);
    expect(provider.calls.create).toBe(2);
  });

  it('is left alone by an order that comes before its time', async () => {
    const { rotate, clock, provider } = await dueWorld();
    clock.now -= 2 * HOUR;
    expect((await rotate()).outcome).toBe('unchanged');
    expect(provider.calls).toEqual({ create: 1 });
  });

  it('is left alone by an order for a key that has no row any more', async () => {
    const { context } = makeWorld();
    const order = { key: 'gone', generation: 1, cause: 'due' } as const;
    expect(await rotateRoom(order, context)).toEqual({ outcome: 'outdated' });
  });

  it('is kept where its provider has given up what the request was strict about, which is a warning', async () => {
    const unmet: SettingName[] = [];
    const settings = { display_name: 'Weekly', theme_id: null };
    const { rotate, row } = await dueWorld({ settings, strict: true }, { unmet });
    unmet.push('theme_id');
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ state: 'active', warnings: ['theme_id: not to be had here'] });
  });

  it('is opened again where it expired before its rotation came', async () => {
    const { rotate, row, clock, announced } = await dueWorld();
    clock.now = START + 100 * DAY;
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, previous: undefined });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'expired' });
  });
});

describe('the life of the next generation', () => {
  it.each([
    ['the life asked for first', aSpec({ expiresAt: START + 40 * DAY, lifetime: 40 * DAY }), {}, 40 * DAY],
    ['the lifetime of the request', aSpec({ lifetime: 30 * DAY }), {}, 30 * DAY],
    [
      'the longest that the provider allows',
      aSpec({ lifetime: 300 * DAY }),
      { longestLife: 100 * DAY },
      100 * DAY,
    ],
  ])('is %s', async (_, spec, capabilities, life) => {
    for (const mode of ['recreate', 'extend'] as const) {
      const { rotate, row, clock } = await dueWorld({ ...spec, renewal: { mode } }, { capabilities });
      await rotate();
      expect(row('weekly').current?.expiresAt).toBe(clock.now + life);
    }
  });

  it.each(['recreate', 'extend'] as const)('ends when nobody needs the room any more (%s)', async (mode) => {
    const until = START + 100 * DAY;
    const { rotate, row } = await dueWorld({ renewal: { mode, until } });
    await rotate();
    expect(row('weekly')).toMatchObject({
      state: 'ending',
      current: { expiresAt: until },
      renewAt: undefined,
      dueAt: undefined,
    });
  });

  it('does not begin once nobody needs the room any more', async () => {
    const until = START + 95 * DAY;
    const { rotate, row, clock, provider } = await dueWorld({ renewal: { mode: 'recreate', until } });
    clock.now = until + HOUR;
    expect((await rotate()).outcome).toBe('over');
    expect(row('weekly')).toMatchObject({ state: 'ending', dueAt: undefined, generation: 1 });
    expect(provider.calls).toEqual({ create: 1 });
  });
});

describe('a room whose expiry is moved', () => {
  it('keeps its link, its generation and its place', async () => {
    const { rotate, row, clock, provider, announced } = await dueWorld({ renewal: extending });
    const { guestUrl } = row('weekly').current ?? {};
    expect((await rotate()).outcome).toBe('extended');
    expect(row('weekly')).toMatchObject({
      state: 'active',
      generation: 1,
      current: { id: 'first-1', guestUrl, expiresAt: clock.now + 90 * DAY, renewedAt: clock.now },
    });
    expect(provider.calls).toEqual({ create: 1, change: 1 });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Updated', reason: 'renewal', generation: 1 });
  });

  it('has it moved once, however often it was nominated', async () => {
    const { rotate, provider } = await dueWorld({ renewal: extending });
    const outcomes = [];
    for (let times = 0; times < 3; times += 1) outcomes.push((await rotate()).outcome);
    expect(outcomes).toEqual(['extended', 'unchanged', 'unchanged']);
    expect(provider.calls.change).toBe(1);
  });

  it('is recreated where the provider cannot move an expiry', async () => {
    const { rotate, provider, row } = await dueWorld(
      { renewal: extending },
      { capabilities: { movableExpiry: false } },
    );
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly').generation).toBe(2);
    expect(provider.calls).toEqual({ create: 2 });
  });

  it('is recreated where the provider has lost it', async () => {
    const { rotate, provider, row, announced } = await dueWorld({ renewal: extending });
    provider.lose('first-1');
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, previous: undefined });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'lost' });
  });

  it("is recreated where the provider refuses, as at the year's limit", async () => {
    const { rotate, provider, row } = await dueWorld({ renewal: extending });
    breakCall(
      provider,
      'change',
      new ProviderRefusedError('expires_at: must be within a year of created_at'),
    );
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, previous: { id: 'first-1' } });
  });

  it('is recreated where the provider says yes and moves it by next to nothing', async () => {
    const { rotate, provider, row, clock } = await dueWorld({ renewal: extending });
    const limit = START + 91 * DAY;
    const { change } = provider;
    provider.change = (id) => change(id, { expiresAt: limit });
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({
      generation: 2,
      current: { expiresAt: clock.now + 90 * DAY },
      previous: { expiresAt: limit },
    });
  });

  it('is asked for a whole life again where the answer was lost for a day', async () => {
    const { rotate, provider, row, clock } = await dueWorld({ renewal: extending, lifetime: 3 * DAY });
    const { repair } = breakCall(provider, 'change', new AmbiguousOutcomeError('no answer'));
    await expect(rotate()).rejects.toThrow(AmbiguousOutcomeError);
    repair();
    clock.now += 25 * HOUR;
    await rotate();
    expect(row('weekly')).toMatchObject({
      state: 'active',
      current: { renewedAt: clock.now, expiresAt: clock.now + 3 * DAY },
    });
  });
});

describe('what a provider must give where an expiry is moved', () => {
  const LIFE = 90 * DAY;
  const WEEK = 7 * DAY;

  /** Renews at the first moment, where the provider moves the end by `gain`. */
  async function moved(gain: (asked: number) => number, lifetime = LIFE) {
    const world = await dueWorld({ renewal: extending, lifetime });
    const { provider, rotate, row } = world;
    const before = row('weekly').current?.expiresAt ?? 0;
    const { change } = provider;
    provider.change = (id, { expiresAt = 0 }) => change(id, { expiresAt: before + gain(expiresAt - before) });
    return (await rotate()).outcome;
  }

  it('is a week, the time before an end in which a room of this life is renewed', async () => {
    expect(await moved(() => WEEK)).toBe('extended');
    expect(await moved(() => WEEK - SECOND)).toBe('rotated');
  });

  it('is a third of a life that is shorter', async () => {
    expect(await moved(() => 4 * DAY, 12 * DAY)).toBe('extended');
    expect(await moved(() => 4 * DAY - SECOND, 12 * DAY)).toBe('rotated');
  });

  it('is what was asked for, give or take a minute, where that is less', async () => {
    // of four days, two nights and half an hour are the window, and nearly as much has passed
    expect(await moved((asked) => asked, 4 * DAY)).toBe('extended');
    expect(await moved((asked) => asked - MINUTE, 4 * DAY)).toBe('extended');
    expect(await moved((asked) => asked - MINUTE - SECOND, 4 * DAY)).toBe('rotated');
  });
});

describe('an order for a row that needs nothing', () => {
  it.each(['due', 'lost', 'drifted'] as const)('(%s) leaves a cancelled key alone', async (cause) => {
    const { context, row } = await dueWorld();
    await cancelRoom(aRequest({ action: 'cancel' }), context);
    const { revision } = row('weekly');
    expect((await rotateRoom({ key: 'weekly', generation: 1, cause }, context)).outcome).toBe('unchanged');
    expect(row('weekly').revision).toBe(revision);
  });

  it.each([
    ['unfinished', 'unchanged', 'writes nothing where nothing is unfinished'],
    ['recovered', 'outdated', 'gives nothing back where it names no room'],
  ] as const)('(%s) is %s: it %s', async (cause, outcome, _what) => {
    const { context, row } = await dueWorld();
    const { revision } = row('weekly');
    expect((await rotateRoom({ key: 'weekly', generation: 1, cause }, context)).outcome).toBe(outcome);
    expect(row('weekly').revision).toBe(revision);
  });

  it('(ended) tells once that a room without renewal has ended', async () => {
    const { context, announced, clock } = await dueWorld({ renewal: { mode: 'none' } });
    const order = { key: 'weekly', generation: 1, cause: 'ended' } as const;
    clock.now = START + 91 * DAY;
    expect((await rotateRoom(order, context)).outcome).toBe('over');
    expect((await rotateRoom(order, context)).outcome).toBe('unchanged');
    expect(announced.slice(1)).toMatchObject([{ type: 'Room Ended', reason: 'expired' }]);
  });
});

describe('a provider that gives less than was asked for', () => {
  it('has its room retired, and is not asked again and again', async () => {
    const { rotate, provider, row, clock, kept } = await dueWorld();
    const { create } = provider;
    provider.create = (order) => create({ ...order, expiresAt: clock.now + DAY });
    await expect(rotate()).rejects.toThrow(ProviderContractError);
    expect(row('weekly')).toMatchObject({ generation: 1, state: 'active', attempts: 1, claim: undefined });
    expect(row('weekly').dueAt).toBeGreaterThan(clock.now);
    expect(kept()).toEqual(['first-1']);
    provider.create = create;
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly').attempts).toBe(0);
  });

  it('is not believed that a room which has ended already is one, though nobody wanted it renewed', async () => {
    const { context, providers, row, announced } = makeWorld();
    const provider = providers.first as World['providers'][string];
    const { create } = provider;
    provider.create = async (order) => {
      const made = await create(order);
      return { ...made, expiresAt: made.createdAt };
    };
    const once = aRequest({ spec: aSpec({ renewal: { mode: 'none' } }) });
    await expect(ensureRoom(once, context)).rejects.toThrow(/it has ended already/);
    expect(row('weekly')).toMatchObject({ claim: undefined, attempts: 1 });
    expect(row('weekly').current).toBeUndefined();
    expect(announced).toEqual([]);
    provider.create = create;
    expect((await ensureRoom(once, context)).outcome).toBe('created');
  });
});

describe('a link in wrong hands', () => {
  it('is revoked by a rotation: every room that the key has had ends at once', async () => {
    const world = makeWorld({ capabilities: { retires: 'at-once', shortestLife: 0 } });
    const { context, kept, row, announced, rooms, clock } = world;
    await ensureRoom(aRequest(), context);
    for (let times = 1; times <= 3; times += 1) await rotateNow(aRequest({ action: 'rotate' }), context);
    expect(kept()).toHaveLength(4);
    const request = aRequest({ action: 'rotate', revoke: true });
    expect((await rotateNow(request, context)).outcome).toBe('rotated');
    expect(world.providers.first?.alive().map(({ id }) => id)).toEqual(['first-5']);
    expect(row('weekly')).toMatchObject({ generation: 5, state: 'active', previous: undefined });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'revoked', roomId: 'first-5' });
    expect((await rooms.history('weekly')).at(-1)).toMatchObject({ reason: 'revoked', expiresAt: clock.now });
    expect((await rotateNow(request, context)).outcome).toBe('unchanged');
  });

  it('is revoked also while the bus takes nothing, and told later', async () => {
    const { context, kept, row, announced } = makeWorld();
    await ensureRoom(aRequest(), context);
    const silent = {
      ...context,
      events: { ...context.events, announce: () => Promise.reject(new Error('the bus takes nothing')) },
    };
    const request = aRequest({ action: 'rotate', revoke: true });
    await expect(rotateNow(request, silent)).rejects.toThrow('takes nothing');
    expect(kept()).toEqual(['first-2']);
    expect(row('weekly').unannounced).toHaveLength(1);
    expect((await rotateNow(request, context)).outcome).toBe('unchanged');
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'revoked' });
  });

  it('is not done before its rooms could be ended', async () => {
    const { context, kept, providers } = makeWorld();
    await ensureRoom(aRequest(), context);
    const { retire } = providers.first ?? {};
    const refuse = () => Promise.reject(new AmbiguousOutcomeError('reset'));
    Object.assign(providers.first ?? {}, { retire: refuse });
    const request = aRequest({ action: 'rotate', revoke: true });
    await expect(rotateNow(request, context)).rejects.toThrow('reset');
    await expect(rotateNow(request, context)).rejects.toThrow('reset');
    Object.assign(providers.first ?? {}, { retire });
    await rotateNow(request, context);
    expect(kept()).toEqual(['first-2']);
  });
});

describe('a rotation that fails', () => {
  const limit = new ThrottledError('too many calls', { retryAfter: SECOND, ambiguous: false });

  it('rests the longer the more often it failed, and starts afresh after a success', async () => {
    const { rotate, provider, row, clock } = await dueWorld();
    const { repair } = breakCall(provider, 'create', limit);
    const pauses = [];
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      await expect(rotate()).rejects.toThrow(ThrottledError);
      expect(row('weekly')).toMatchObject({
        attempts: attempt,
        lastError: 'too many calls',
        state: 'active',
      });
      pauses.push((row('weekly').dueAt ?? 0) - clock.now);
      clock.now += SECOND;
    }
    expect(pauses).toEqual([MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 12 * HOUR]);
    repair();
    await rotate();
    expect(row('weekly')).toMatchObject({ attempts: 0, lastError: undefined, generation: 2 });
  });

  it('rests for a tenth of the life that is left at most', async () => {
    const { rotate, provider, row, clock } = await dueWorld({ lifetime: 6 * DAY });
    breakCall(provider, 'create', limit);
    for (let attempt = 1; attempt <= 6; attempt += 1) await expect(rotate()).rejects.toThrow();
    const left = (row('weekly').current?.expiresAt ?? 0) - clock.now;
    expect(left).toBeLessThan(3 * DAY);
    expect(row('weekly').dueAt).toBe(Math.floor(clock.now + left / 10));
  });

  it('does not rest past the beginning of the emergency, nor at all in it', async () => {
    const { rotate, provider, row, clock } = await dueWorld({}, { capabilities: { movableExpiry: false } });
    breakCall(provider, 'create', limit);
    const { emergencyAt = 0 } = row('weekly');
    clock.now = emergencyAt - HOUR;
    for (let attempt = 1; attempt <= 6; attempt += 1) await expect(rotate()).rejects.toThrow();
    expect(row('weekly').dueAt).toBe(emergencyAt);
    clock.now = emergencyAt + HOUR;
    await expect(rotate()).rejects.toThrow();
    expect(row('weekly').dueAt).toBe(emergencyAt);
  });

  it('stands behind others where it is refused for good, its room living on', async () => {
    const { rotate, provider, row, clock, announced } = await dueWorld();
    breakCall(provider, 'create', new ProviderRefusedError('theme_id: unknown theme'));
    await expect(rotate()).rejects.toThrow(ProviderRefusedError);
    expect(row('weekly')).toMatchObject({ state: 'active', generation: 1, attempts: 1, claim: undefined });
    expect(row('weekly').dueAt).toBe(clock.now + MINUTE);
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rejected', reason: 'theme_id: unknown theme' });
  });
});

describe('a meeting that is going on', () => {
  async function meetingWorld(spec: Partial<RoomSpec> = {}, options: WorldOptions = {}) {
    const world = await dueWorld(spec, options);
    const room = await world.rooms.write({ ...world.row('weekly'), meetingSince: world.clock.now - HOUR });
    return { ...world, emergencyAt: room.emergencyAt ?? 0 };
  }

  it('keeps its link until the emergency begins, and not longer', async () => {
    const { rotate, row, clock, emergencyAt, provider } = await meetingWorld();
    expect((await rotate()).outcome).toBe('postponed');
    expect(row('weekly')).toMatchObject({ generation: 1, dueAt: emergencyAt });
    expect(provider.calls).toEqual({ create: 1 });
    clock.now = emergencyAt;
    expect((await rotate()).outcome).toBe('rotated');
    expect(row('weekly').meetingSince).toBeUndefined();
  });

  it('is not disturbed by an expiry that moves', async () => {
    const { rotate, row } = await meetingWorld({ renewal: extending });
    expect((await rotate()).outcome).toBe('extended');
    expect(row('weekly').meetingSince).toBeDefined();
  });

  it('keeps its link also where its expiry cannot be moved', async () => {
    const { rotate, provider } = await meetingWorld({ renewal: extending });
    breakCall(provider, 'change', new ProviderRefusedError('expires_at: the limit is reached'));
    expect((await rotate()).outcome).toBe('postponed');
  });

  it('is not waited for where the room has expired', async () => {
    const { rotate, clock } = await meetingWorld();
    clock.now = START + 91 * DAY;
    expect((await rotate()).outcome).toBe('rotated');
  });
});

describe('a person who rotates a room', () => {
  const asked = () => aRequest({ action: 'rotate' });

  it('has it now, long before it is due', async () => {
    const { context, clock, row, announced } = await dueWorld();
    clock.now = START + DAY;
    expect((await rotateNow(asked(), context)).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, current: { expiresAt: clock.now + 90 * DAY } });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'requested' });
  });

  it('hears that it was moved only where it was', async () => {
    const { context, row, announced } = await dueWorld({}, { applications: ['first', 'second'] });
    const home = row('weekly').current?.application ?? '';
    const other = home === 'first' ? 'second' : 'first';
    for (const to of [undefined, home, other]) await rotateNow({ ...asked(), to }, context);
    expect(announced.slice(1).map(({ reason }) => reason)).toEqual(['requested', 'requested', 'moved']);
  });

  it('waits for a room that is on its way', async () => {
    const { context } = makeWorld({ limit: 0 });
    await expect(ensureRoom(aRequest(), context)).rejects.toThrow('full');
    await expect(rotateNow(asked(), context)).rejects.toThrow(
      'room weekly is on its way, and can be renewed then',
    );
  });

  it('has it whatever rests, is held or is being used', async () => {
    const { context, rooms, row, clock } = await dueWorld();
    await holdRoom(aRequest({ action: 'hold' }), context);
    const busy = { attempts: 9, meetingSince: clock.now, dueAt: clock.now + 12 * HOUR };
    await rooms.write({ ...row('weekly'), ...busy });
    expect((await rotateNow(asked(), context)).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ state: 'held', generation: 2, attempts: 0 });
  });

  it('has it once, however often the message comes', async () => {
    const { context, provider } = await dueWorld();
    const request = asked();
    await rotateNow(request, context);
    expect((await rotateNow(request, context)).outcome).toBe('unchanged');
    expect(provider.calls.create).toBe(2);
  });

  it('has a room again that had ended', async () => {
    const { context, clock, row } = await dueWorld({ renewal: { mode: 'none' } });
    clock.now = START + 100 * DAY;
    await rotateNow(asked(), context);
    expect(row('weekly')).toMatchObject({ state: 'ending', current: { expiresAt: clock.now + 90 * DAY } });
  });

  it('has a strict request moved to no application that cannot give what it asks for', async () => {
    const unmet: SettingName[] = [];
    const settings = { display_name: 'Weekly', theme_id: null };
    const { context, provider } = await dueWorld({ settings, strict: true }, { unmet });
    unmet.push('theme_id');
    await expect(rotateNow({ ...asked(), to: 'first' }, context)).rejects.toThrow('strict: no application');
    expect(provider.calls.create).toBe(1);
    // where it is, it is kept
    expect((await rotateNow(asked(), context)).outcome).toBe('rotated');
  });

  it('is told that there is no such room', async () => {
    await expect(rotateNow(asked(), makeWorld().context)).rejects.toThrow(
      'key: no room weekly was ever asked for, so there is nothing to rotate',
    );
  });

  it('is told that nobody needs the room any more', async () => {
    const until = START + 95 * DAY;
    const { context, clock, provider } = await dueWorld({ renewal: { mode: 'recreate', until } });
    clock.now = until + DAY;
    await expect(rotateNow(asked(), context)).rejects.toThrow(RequestRefusedError);
    await expect(rotateNow(asked(), context)).rejects.toThrow(/2027-06-04T12:00:00.000Z/);
    expect(provider.calls).toEqual({ create: 1 });
  });
});

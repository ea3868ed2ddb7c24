import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  AmbiguousOutcomeError,
  ClaimHeldError,
  RoomGoneError,
  ThrottledError,
  UnauthorizedError,
} from '../../../functions/rooms/model/errors.ts';
import type { RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { formerToken, roomToken } from '../../../functions/rooms/model/token.ts';
import { failNext, providerOf, withProvider } from '../../support/faulty.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, DEPLOYMENT, makeWorld, type World } from '../../support/world.ts';

const RESET = new AmbiguousOutcomeError('reset');

/** A world in which a request's create got no answer, with its effect or without. */
async function unanswered(when: 'before' | 'after', spec: RoomSpec = aSpec()) {
  const world = makeWorld();
  const request = aRequest({ spec });
  failNext(world, 'create', RESET, when);
  await expect(ensureRoom(request, world.context)).rejects.toBe(RESET);
  return { world, request };
}

/** Another room at the provider that carries the token of generation 1. */
function twin(world: World, life = 90 * DAY, spec = aSpec()) {
  const token = roomToken(DEPLOYMENT, 'weekly', 1, spec);
  const settings = { display_name: 'Weekly' };
  return providerOf(world).create({ token, settings, expiresAt: world.clock.now + life });
}

describe('an attempt that got no answer', () => {
  it('had its effect: the room is found and adopted', async () => {
    const { world, request } = await unanswered('after');
    expect((await ensureRoom(request, world.context)).outcome).toBe('unchanged');
    expect(providerOf(world).calls).toEqual({ create: 1, find: 1 });
    expect(world.row('weekly')).toMatchObject({ state: 'active', generation: 1, current: { id: 'first-1' } });
    expect(world.announced).toMatchObject([{ type: 'Room Created', reason: 'requested', generation: 1 }]);
  });

  it('of an earlier version had its effect: the room is found by its old token and adopted', async () => {
    const { world, request } = await unanswered('after');
    const provider = providerOf(world);
    const made = await provider.find(roomToken(DEPLOYMENT, 'weekly', 1, request.spec));
    const token = formerToken('fghij', 'weekly', 1, request.spec);
    provider.find = async (asked) => (asked === token ? made.map((room) => ({ ...room, token })) : []);
    const upgraded = { ...world.context, formerly: 'fghij' };
    expect((await ensureRoom(request, upgraded)).outcome).toBe('unchanged');
    expect(provider.calls).toMatchObject({ create: 1 });
    expect(world.row('weekly')).toMatchObject({ state: 'active', generation: 1, current: { id: 'first-1' } });
  });

  it('had none: the room is looked for and then made', async () => {
    const { world, request } = await unanswered('before');
    expect((await ensureRoom(request, world.context)).outcome).toBe('created');
    expect(providerOf(world).calls).toEqual({ find: 1, create: 1 });
  });

  it('is looked into at once, and by one worker at a time no longer than its lease', async () => {
    const { world, request } = await unanswered('before');
    expect(world.row('weekly').claim?.leaseUntil).toBe(world.clock.now);
    failNext(world, 'create', RESET);
    const { rooms } = world.context;
    let writes = 0;
    const dying = async (room: Parameters<typeof rooms.write>[0]) => {
      writes += 1;
      if (writes > 2) throw new Error('the table does not answer');
      return rooms.write(room);
    };
    await expect(ensureRoom(request, { ...world.context, rooms: { ...rooms, write: dying } })).rejects.toBe(
      RESET,
    );
    await expect(ensureRoom(request, world.context)).rejects.toThrow(ClaimHeldError);
    world.clock.now += 90 * SECOND;
    expect((await ensureRoom(request, world.context)).outcome).toBe('created');
  });

  it('is looked for from where the list ended when the claim was made', async () => {
    const world = makeWorld();
    const looks: unknown[] = [];
    const context = withProvider(world, (provider) => ({
      bookmark: () => '4711',
      find: (...look) => {
        looks.push(look);
        return provider.find(...look);
      },
    }));
    failNext(world, 'create', RESET, 'after');
    await expect(ensureRoom(aRequest(), context)).rejects.toBe(RESET);
    await ensureRoom(aRequest(), context);
    expect(looks).toEqual([[roomToken(DEPLOYMENT, 'weekly', 1, aSpec()), '4711']]);
  });

  it.each([
    ['of an hour before the claim', HOUR, '4711'],
    ['of half an hour before it', 30 * MINUTE, '4711'],
    ['after the claim', -MINUTE, undefined],
    ['too shortly before it to know of earlier attempts', 29 * MINUTE, undefined],
  ])('is looked for from where reconciliation saw the list end, by a note %s', async (_, before, since) => {
    const { world, request } = await unanswered('after');
    const seenAt = world.clock.now - before;
    await world.rooms.noteListEnd({ application: 'first', bookmark: '4711', seenAt });
    const looks: unknown[] = [];
    const context = withProvider(world, (provider) => ({
      find: (...look) => {
        looks.push(look[1]);
        return provider.find(...look);
      },
    }));
    await ensureRoom(request, context);
    expect(looks).toEqual([since]);
    expect(world.row('weekly').current?.id).toBe('first-1');
  });

  it('is looked for without such a note where the provider knows rooms by their tokens', async () => {
    const world = makeWorld({ capabilities: { findable: 'by-token' } });
    failNext(world, 'create', RESET, 'after');
    await expect(ensureRoom(aRequest(), world.context)).rejects.toBe(RESET);
    await world.rooms.noteListEnd({ application: 'first', bookmark: '4711', seenAt: world.clock.now - HOUR });
    const looks: unknown[] = [];
    const context = withProvider(world, (provider) => ({
      find: (...look) => {
        looks.push(look[1]);
        return provider.find(...look);
      },
    }));
    await ensureRoom(aRequest(), context);
    expect(looks).toEqual([undefined]);
  });

  it.each([
    ['a 429', new ThrottledError('429', { retryAfter: SECOND, ambiguous: false }), {}],
    ['a 401', new UnauthorizedError('401'), {}],
    ['a 503', new ThrottledError('503', { retryAfter: SECOND, ambiguous: true }), { find: 1 }],
    ['a surprise', new TypeError('undefined is not a function'), { find: 1 }],
  ])('is looked into unless nothing can have come of it: %s', async (_, error, looks) => {
    const world = makeWorld();
    const request = aRequest();
    failNext(world, 'create', error);
    await expect(ensureRoom(request, world.context)).rejects.toBe(error);
    await ensureRoom(request, world.context);
    expect(providerOf(world).calls).toEqual({ create: 1, ...looks });
    expect(world.row('weekly').attempts).toBe(0);
  });

  it('is finished by whoever comes first, also with other work', async () => {
    const { world } = await unanswered('after');
    const order = { key: 'weekly', generation: 0, cause: 'unfinished' } as const;
    expect((await rotateRoom(order, world.context)).outcome).toBe('unchanged');
    expect(world.row('weekly')).toMatchObject({ generation: 1, claim: undefined, unannounced: undefined });
  });

  it('made a room of which the life is calculated from when it was made', async () => {
    const { world } = await unanswered('after', aSpec({ lifetime: 10 * DAY }));
    const made = world.clock.now;
    world.clock.now += 9 * DAY + 20 * HOUR;
    await rotateRoom({ key: 'weekly', generation: 0, cause: 'unfinished' }, world.context);
    const row = world.row('weekly');
    expect(row).toMatchObject({ state: 'active', warnings: [], current: { renewedAt: made } });
    expect(row.renewAt).toBeLessThan(world.clock.now);
  });

  it('keeps nobody from looking while its application has left the pool', async () => {
    const { world, request } = await unanswered('after');
    const { pool } = world.context;
    const provider = (name: string) => {
      if (name === 'first') throw new Error('application first is not in the pool');
      return pool.provider(name);
    };
    const context = { ...world.context, pool: { ...pool, names: ['second'], provider } };
    await expect(ensureRoom(request, context)).rejects.toThrow(/not in the pool/);
    expect(world.row('weekly').claim).toBeDefined();
  });
});

describe('an attempt that nobody can look into', () => {
  /** A key whose create got no answer at an account that answers nothing from then on. */
  async function broken(applications: readonly string[], prepared: boolean) {
    const world = makeWorld({ applications });
    const { context, clock, row } = world;
    if (prepared) {
      await ensureRoom(aRequest(), context);
      clock.now = (row('weekly').renewAt ?? 0) + HOUR;
    }
    const dead = async () => {
      throw RESET;
    };
    const request = aRequest();
    const due = () => rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, context);
    const work = prepared ? due : () => ensureRoom(request, context);
    const providers = Object.entries(world.providers);
    const healthy = providers.map(([, provider]) => provider.create);
    for (const [, provider] of providers) provider.create = dead;
    await expect(work()).rejects.toBe(RESET);
    const place = row('weekly').claim?.application ?? '';
    for (const [index, [name, provider]] of providers.entries()) {
      Object.assign(provider, name === place ? { find: dead, change: dead } : { create: healthy[index] });
    }
    return { ...world, work, place };
  }

  it('keeps a new key waiting for an hour, and then goes elsewhere', async () => {
    const { work, clock, row, place } = await broken(['one', 'two'], false);
    await expect(work()).rejects.toBe(RESET);
    clock.now += HOUR;
    await work();
    expect(row('weekly')).toMatchObject({ generation: 2, claim: undefined, avoid: undefined });
    expect(row('weekly').current?.application).not.toBe(place);
  });

  it('keeps a new key waiting where there is nowhere else to go', async () => {
    const { work, clock, row } = await broken(['one'], false);
    clock.now += DAY;
    await expect(work()).rejects.toBe(RESET);
    expect(row('weekly').claim?.generation).toBe(1);
  });

  it('does not keep a living room from its successor once it is about to end', async () => {
    const { work, clock, row, place } = await broken(['one', 'two'], true);
    clock.now += DAY;
    await expect(work()).rejects.toBe(RESET);
    clock.now = row('weekly').emergencyAt ?? 0;
    expect(await work()).toMatchObject({ outcome: 'rotated' });
    expect(row('weekly')).toMatchObject({ generation: 3, state: 'active' });
    expect(row('weekly').current?.application).not.toBe(place);
  });
});

describe('an account that lets nobody in', () => {
  it('is passed by for the next one of the pool', async () => {
    const world = makeWorld({ applications: ['one', 'two'] });
    const failure = new UnauthorizedError('401');
    const closed = async () => {
      throw failure;
    };
    await ensureRoom(aRequest(), world.context);
    const home = world.row('weekly').current?.application ?? '';
    Object.assign(world.providers[home] ?? {}, { create: closed });
    world.clock.now += 84 * DAY;
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, world.context);
    expect(world.row('weekly')).toMatchObject({ generation: 2, claim: undefined });
    expect(world.row('weekly').current?.application).not.toBe(home);
    for (const provider of Object.values(world.providers)) Object.assign(provider, { create: closed });
    world.clock.now += 84 * DAY;
    const again = rotateRoom({ key: 'weekly', generation: 2, cause: 'due' }, world.context);
    await expect(again).rejects.toBe(failure);
  });
});

describe('a room that carries the token', () => {
  const adopted = async ({ world, request }: Awaited<ReturnType<typeof unanswered>>) => {
    await ensureRoom(request, world.context);
    return world.row('weekly').current?.id;
  };

  it('is the oldest where there are several', async () => {
    const attempt = await unanswered('after');
    attempt.world.clock.now += MINUTE;
    await twin(attempt.world);
    expect(await adopted(attempt)).toBe('first-1');
  });

  it('is the oldest in whatever order the provider shows them, and of two of one instant always the same', async () => {
    const orders = [
      [
        ['b', 1],
        ['a', 0],
      ],
      [
        ['a', 0],
        ['b', 1],
      ],
      [
        ['b', 0],
        ['a', 0],
      ],
      [
        ['a', 0],
        ['b', 0],
      ],
    ] as const;
    for (const shown of orders) {
      const { world, request } = await unanswered('after');
      const context = withProvider(world, (provider) => ({
        find: async (token) => {
          const [room] = await provider.find(token);
          if (!room) return [];
          return shown.map(([id, later]) => ({ ...room, id, createdAt: room.createdAt + later }));
        },
      }));
      await ensureRoom(request, context);
      expect(world.row('weekly').current?.id).toBe('a');
    }
  });

  it('is adopted where it was asked for no longer than it lives', async () => {
    const spec = aSpec({ lifetime: 12 * MINUTE, renewal: { mode: 'none' } });
    const attempt = await unanswered('before', spec);
    await twin(attempt.world, 11 * MINUTE, spec);
    expect(await adopted(attempt)).toBe('first-1');
  });

  it('is not adopted at its very end, although people are let in for a while', async () => {
    const { world, request } = await unanswered(
      'after',
      aSpec({ lifetime: HOUR, renewal: { mode: 'none' } }),
    );
    world.clock.now += HOUR;
    const context = withProvider(world, (provider) => ({
      find: async (token) => (await provider.find(token)).map((room) => ({ ...room, available: true })),
    }));
    await ensureRoom(request, context);
    expect(world.row('weekly').current?.id).toBe('first-2');
  });

  it('is adopted also from an earlier attempt under another claim', async () => {
    const attempt = await unanswered('before');
    const { world } = attempt;
    await twin(world);
    world.clock.now += 20 * MINUTE;
    failNext(world, 'find', RESET);
    await expect(ensureRoom(attempt.request, world.context)).rejects.toBe(RESET);
    expect(await adopted(attempt)).toBe('first-1');
    expect(providerOf(world).made).toHaveLength(1);
  });

  it('is adopted where the provider gave it a shorter life than asked for', async () => {
    const attempt = await unanswered('before');
    await twin(attempt.world, 60 * DAY);
    expect(await adopted(attempt)).toBe('first-1');
  });

  it.each([
    ['has ended', 20 * MINUTE, 30 * MINUTE],
    ['is being retired', 11 * MINUTE, 0],
    ['may be one that is being retired, its end rounded', 12 * MINUTE, 0],
  ])('is not adopted when it %s', async (_, life, later) => {
    const attempt = await unanswered('before');
    await twin(attempt.world, life);
    attempt.world.clock.now += later;
    expect(await adopted(attempt)).toBe('first-2');
  });

  it('is adopted when it was made half an hour before the claim', async () => {
    const world = makeWorld();
    await twin(world);
    world.clock.now += 30 * MINUTE;
    failNext(world, 'create', RESET);
    const request = aRequest();
    await expect(ensureRoom(request, world.context)).rejects.toBe(RESET);
    expect(await adopted({ world, request })).toBe('first-1');
  });

  it('is not adopted when it is so old that reconciliation may be retiring it', async () => {
    const world = makeWorld();
    await twin(world);
    world.clock.now += 31 * MINUTE;
    failNext(world, 'create', RESET);
    const request = aRequest();
    await expect(ensureRoom(request, world.context)).rejects.toBe(RESET);
    expect(await adopted({ world, request })).toBe('first-2');
  });

  it('is not adopted when the provider does not let anybody in, whatever its end', async () => {
    const { world, request } = await unanswered('after');
    const context = withProvider(world, (provider) => ({
      find: async (token) => (await provider.find(token)).map((room) => ({ ...room, available: false })),
    }));
    expect((await ensureRoom(request, context)).outcome).toBe('created');
    expect(world.row('weekly').current?.id).toBe('first-2');
  });

  it('is not adopted when it is on the row as one that is to end', async () => {
    const attempt = await unanswered('after');
    const { world } = attempt;
    const retirees = [{ application: 'first', id: 'first-1', endsAt: world.clock.now + DAY }];
    await world.rooms.write({ ...world.row('weekly'), retirees });
    expect(await adopted(attempt)).toBe('first-2');
  });
});

describe('a change that got no answer', () => {
  const strict = () =>
    aRequest({
      spec: aSpec({ settings: { display_name: 'Weekly', join_approval_level: 'explicit_approval' } }),
    });

  async function changing(when: 'before' | 'after') {
    const world = makeWorld();
    await ensureRoom(aRequest(), world.context);
    const request = strict();
    failNext(world, 'change', RESET, when);
    await expect(ensureRoom(request, world.context)).rejects.toBe(RESET);
    return { world, request };
  }

  it.each(['before', 'after'] as const)('is made again, broken off %s its effect', async (when) => {
    const { world, request } = await changing(when);
    expect((await ensureRoom(request, world.context)).outcome).toBe('updated');
    expect(providerOf(world).made[0]?.settings.join_approval_level).toBe('explicit_approval');
    expect(world.row('weekly')).toMatchObject({ generation: 1, claim: undefined, spec: request.spec });
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Updated', reason: 'changed' });
  });

  it('ends in a new room where the old one is gone meanwhile', async () => {
    const { world, request } = await changing('before');
    providerOf(world).lose('first-1');
    expect((await ensureRoom(request, world.context)).outcome).toBe('rotated');
    expect(world.row('weekly')).toMatchObject({ generation: 2, previous: undefined, claim: undefined });
  });
});

describe('a room that is lost', () => {
  const order = { key: 'weekly', generation: 1, cause: 'lost' } as const;

  async function lost(spec: RoomSpec = aSpec()): Promise<World> {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec }), world.context);
    world.clock.now += HOUR;
    providerOf(world).lose('first-1');
    return world;
  }

  it("is opened again, and its dead link is nobody's previous one", async () => {
    const world = await lost();
    expect((await rotateRoom(order, world.context)).outcome).toBe('rotated');
    expect(world.row('weekly')).toMatchObject({ generation: 2, previous: undefined });
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'lost' });
    expect(await world.rooms.history('weekly')).toMatchObject([
      { reason: 'lost', expiresAt: world.clock.now },
    ]);
  });

  it.each(['recreate', 'none'] as const)(
    'is still lost after an attempt that failed, mode %s',
    async (mode) => {
      const world = await lost(aSpec({ renewal: { mode } }));
      const before = world.row('weekly');
      failNext(world, 'create', new ThrottledError('429', { retryAfter: SECOND, ambiguous: false }));
      await expect(rotateRoom(order, world.context)).rejects.toThrow(ThrottledError);
      expect(world.row('weekly')).toMatchObject({ state: before.state, current: before.current });
      expect((await rotateRoom(order, world.context)).outcome).toBe('rotated');
      expect(world.row('weekly')).toMatchObject({ generation: 2, previous: undefined });
    },
  );

  it('is asked for urgently, and a first room is not', async () => {
    const world = makeWorld();
    const urgent: unknown[] = [];
    const context = withProvider(world, (provider) => ({
      create: (room) => {
        urgent.push(room.urgent);
        return provider.create(room);
      },
    }));
    await ensureRoom(aRequest(), context);
    providerOf(world).lose('first-1');
    world.clock.now += HOUR;
    await rotateRoom(order, context);
    expect(urgent).toEqual([undefined, true]);
  });

  it.each([
    ['as long as the first one would', 2 * HOUR],
    ['for as short as the provider allows, where that was about to end', 5 * MINUTE],
  ])('and is not renewed is opened again %s', async (_, left) => {
    const world = await lost(aSpec({ renewal: { mode: 'none' } }));
    const { expiresAt = 0 } = world.row('weekly').current ?? {};
    world.clock.now = expiresAt - left;
    expect((await rotateRoom(order, world.context)).outcome).toBe('rotated');
    expect(world.row('weekly').current?.expiresAt).toBe(world.clock.now + Math.max(left, 11 * MINUTE));
  });

  it('is left alone when it is there after all, or nobody needs it', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ renewal: { mode: 'none' }, lifetime: DAY }) }), world.context);
    expect((await rotateRoom(order, world.context)).outcome).toBe('unchanged');
    world.clock.now += 2 * DAY;
    expect((await rotateRoom(order, world.context)).outcome).toBe('unchanged');
    expect(providerOf(world).made).toHaveLength(1);
  });

  it('found by a change is opened again by it', async () => {
    const world = await lost();
    failNext(world, 'create', new ThrottledError('429', { retryAfter: SECOND, ambiguous: false }));
    const request = aRequest({ spec: aSpec({ lifetime: 120 * DAY }) });
    await expect(ensureRoom(request, world.context)).rejects.toThrow(ThrottledError);
    expect((await ensureRoom(request, world.context)).outcome).toBe('rotated');
    expect(world.row('weekly')).toMatchObject({ generation: 2, previous: undefined });
  });

  it('under an extension is opened again by it', async () => {
    const world = await lost(aSpec({ renewal: { mode: 'extend' } }));
    world.clock.now += 84 * DAY;
    failNext(world, 'change', new RoomGoneError('404'));
    expect((await rotateRoom({ ...order, cause: 'due' }, world.context)).outcome).toBe('rotated');
    expect(world.row('weekly').previous).toBeUndefined();
  });
});

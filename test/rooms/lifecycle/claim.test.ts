import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import type { RoomContext } from '../../../functions/rooms/lifecycle/context.ts';
import { ClaimLostError, UnreachableError } from '../../../functions/rooms/model/errors.ts';
import { DAY, MINUTE } from '../../../functions/rooms/model/time.ts';
import { withProvider } from '../../support/faulty.ts';
import { Death } from '../../support/mortal.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

/** A worker whose create has its effect and then hangs until it is let go. */
function slowWorker(world: World): { context: RoomContext; made: Promise<void>; letGo: () => void } {
  const made = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  const context = withProvider(world, (provider) => ({
    async create(order) {
      const room = await provider.create(order);
      made.resolve();
      await going.promise;
      return room;
    },
  }));
  return { context, made: made.promise, letGo: going.resolve };
}

/** Everything that lives at the provider is the row's current room. */
function expectOneRoom({ row, kept, providers }: World) {
  const { current, retirees } = row('weekly');
  expect(kept()).toEqual([current?.id]);
  expect(retirees.map(({ id }) => id)).not.toContain(current?.id);
  const others = providers.first?.made.filter(({ id }) => id !== current?.id) ?? [];
  expect(others.every(({ retired }) => retired)).toBe(true);
}

describe('a worker whose lease ran out', () => {
  it('finds its room adopted and is done', async () => {
    const world = makeWorld();
    const slow = slowWorker(world);
    const request = aRequest();
    const first = ensureRoom(request, slow.context);
    await slow.made;
    world.clock.now += 2 * MINUTE;
    expect((await ensureRoom(request, world.context)).outcome).toBe('unchanged');
    slow.letGo();
    expect((await first).room?.current?.id).toBe(world.row('weekly').current?.id);
    expectOneRoom(world);
    expect(world.providers.first?.made).toHaveLength(1);
  });

  it('retires the room it made in vain where another was made meanwhile', async () => {
    const world = makeWorld();
    const slow = slowWorker(world);
    const request = aRequest();
    const first = ensureRoom(request, slow.context);
    await slow.made;
    world.clock.now += 2 * MINUTE;
    // the provider's list is behind: the room is there and not yet shown
    await ensureRoom(
      request,
      withProvider(world, () => ({ find: async () => [] })),
    );
    slow.letGo();
    await expect(first).rejects.toThrow(ClaimLostError);
    expect(world.row('weekly').retirees).toEqual([{ application: 'first', id: 'first-1' }]);
    await ensureRoom(request, world.context);
    expectOneRoom(world);
  });

  it('does not have its room adopted by one who found it just before it was given up', async () => {
    const world = makeWorld();
    const slow = slowWorker(world);
    const asked = () => aRequest({ spec: aSpec({ expiresAt: START + 30 * DAY }) });
    const first = ensureRoom(asked(), slow.context);
    await slow.made;
    world.clock.now += 2 * MINUTE;
    const second = withProvider(world, () => ({
      find: async () => [],
      create: async () => {
        throw new Death('create');
      },
    }));
    // a claim of somebody else's, left by a crash
    const crashed = { ...second, rooms: { ...second.rooms, write: dyingAfter(2, second) } };
    await expect(ensureRoom(asked(), crashed)).rejects.toThrow(Death);
    world.clock.now += 2 * MINUTE;
    const request = asked();
    const third = withProvider(world, (provider) => ({
      async find(token) {
        const found = await provider.find(token);
        slow.letGo();
        await expect(first).rejects.toThrow(ClaimLostError);
        return found;
      },
    }));

    await ensureRoom(request, third).catch((error) => expect(error).toBeInstanceOf(ClaimLostError));
    await ensureRoom(request, world.context);
    expectOneRoom(world);
  });
});

/** Writes of a worker that is dead after so many of them. */
function dyingAfter(writes: number, { rooms }: RoomContext): RoomContext['rooms']['write'] {
  let left = writes;
  return async (room) => {
    left -= 1;
    if (left < 0) throw new Death('write');
    return rooms.write(room);
  };
}

describe('a row that others change while a room is made', () => {
  /** A room that was given up elsewhere: news that takes no claim. */
  const NEWS = { application: 'first', id: 'first-0', endsAt: START + DAY };
  const changedMeanwhile = async ({ context, row }: World) => {
    const found = row('weekly');
    await context.rooms.write({ ...found, retirees: [...found.retirees, NEWS] });
  };

  it('gets the room and keeps the news', async () => {
    const world = makeWorld();
    const slow = slowWorker(world);
    const first = ensureRoom(aRequest(), slow.context);
    await slow.made;
    await changedMeanwhile(world);
    slow.letGo();
    expect((await first).room).toMatchObject({
      state: 'active',
      current: { id: 'first-1' },
      retirees: [NEWS],
    });
    expect(world.row('weekly').claim).toBeUndefined();
  });

  it('gets the claim back where none could be made, for the next attempt to start at once', async () => {
    const world = makeWorld();
    const failing = withProvider(world, () => ({
      async create() {
        await changedMeanwhile(world);
        throw new UnreachableError('connection refused');
      },
    }));
    await expect(ensureRoom(aRequest(), failing)).rejects.toThrow(UnreachableError);
    expect(world.row('weekly').retirees).toEqual([NEWS]);
    expect((await ensureRoom(aRequest(), world.context)).outcome).toBe('created');
  });
});

it('a table that fails when the room is to be recorded is what the caller hears of', async () => {
  const world = makeWorld();
  const { rooms } = world.context;
  let isDown = true;
  const write: RoomContext['rooms']['write'] = async (room) => {
    if (room.current && isDown) {
      isDown = false;
      throw new Error('the table cannot be reached');
    }
    return rooms.write(room);
  };
  const failing = { ...world.context, rooms: { ...rooms, write } };
  await expect(ensureRoom(aRequest(), failing)).rejects.toThrow('the table cannot be reached');
});

describe('two requests that compete for one generation', () => {
  const named = (display_name: string, at: number) =>
    aRequest({ at, spec: aSpec({ settings: { display_name } }) });

  it.each([
    ['an older', 1, 'outdated'],
    ['a newer', 3, 'rotated'],
  ])(
    'do not share a room, where a create is idempotent: %s one is served in its turn',
    async (_, at, outcome) => {
      const world = makeWorld({ capabilities: { idempotentCreate: true } });
      const slow = slowWorker(world);
      const mine = named('mine', at);
      const first = ensureRoom(mine, slow.context);
      await slow.made;
      world.clock.now += 2 * MINUTE;
      await ensureRoom(
        named('theirs', 2),
        withProvider(world, () => ({ find: async () => [] })),
      );
      slow.letGo();
      await expect(first).rejects.toThrow(ClaimLostError);
      expect((await ensureRoom(mine, world.context)).outcome).toBe(outcome);
      const { current, spec } = world.row('weekly');
      const room = world.providers.first?.made.find(({ id }) => id === current?.id);
      expect(room?.settings).toEqual(spec?.settings);
      expect(spec?.settings.display_name).toBe(at > 2 ? 'mine' : 'theirs');
    },
  );

  it('are both heard, where they want the same', async () => {
    const world = makeWorld({ capabilities: { idempotentCreate: true } });
    const slow = slowWorker(world);
    const newer = named('same', 3);
    const first = ensureRoom(newer, slow.context);
    await slow.made;
    world.clock.now += 2 * MINUTE;
    await ensureRoom(
      named('same', 1),
      withProvider(world, () => ({ find: async () => [] })),
    );
    slow.letGo();
    await expect(first).rejects.toThrow(ClaimLostError);
    expect((await ensureRoom(newer, world.context)).outcome).toBe('unchanged');
    expect((await ensureRoom(named('late', 2), world.context)).outcome).toBe('outdated');
    expect(world.kept()).toEqual(['first-1']);
  });
});

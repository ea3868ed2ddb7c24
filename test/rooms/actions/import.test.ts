import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { importRoom } from '../../../functions/rooms/actions/import.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { reconcileRooms } from '../../../functions/rooms/fleet/reconcile.ts';
import type { RoomContext } from '../../../functions/rooms/lifecycle/context.ts';
import { ClaimHeldError, RequestRefusedError } from '../../../functions/rooms/model/errors.ts';
import type { RoomStore } from '../../../functions/rooms/model/ports.ts';
import type { ImportedRoom } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { aRequest, DEPLOYMENT, makeWorld, type World, type WorldOptions } from '../../support/world.ts';

const NEVER = 8_640_000_000_000_000;

/** A world with a room that somebody else made a month ago and that lives for another sixty days. */
async function settled(options: WorldOptions = {}): Promise<World> {
  const world = makeWorld(options);
  await stray(world);
  world.clock.now += 30 * DAY;
  return world;
}

/** @returns its id */
async function stray({ providers, clock }: World, token = ''): Promise<string> {
  const order = { token, settings: { display_name: 'Theirs' }, expiresAt: clock.now + 90 * DAY };
  return (await first({ providers }).create(order)).id;
}

function first({ providers }: Pick<World, 'providers'>) {
  const provider = providers.first;
  if (!provider) throw new Error('no provider');
  return provider;
}

function asked(key = 'weekly', more: Partial<ImportedRoom> = {}, at?: number) {
  const imported = { place: { application: 'first', id: 'first-1' }, settings: {}, ...more };
  return aRequest({ key, action: 'import', imported, ...(at !== undefined && { at }) });
}

describe('a room that somebody else made', () => {
  it('is the room of the key from then on, with its link and its end, and nothing of it is changed', async () => {
    const world = await settled();
    expect(await importRoom(asked(), world.context)).toMatchObject({ outcome: 'imported' });
    expect(world.row('weekly')).toMatchObject({
      state: 'active',
      generation: 1,
      spec: { settings: { display_name: 'Theirs' }, lifetime: 90 * DAY, renewal: { mode: 'extend' } },
      current: {
        application: 'first',
        id: 'first-1',
        guestUrl: 'https://meetings.example/first-1',
        expiresAt: world.clock.now + 60 * DAY,
        renewedAt: world.clock.now - 30 * DAY,
      },
    });
    expect(world.announced).toMatchObject([{ key: 'weekly', type: 'Room Created', reason: 'imported' }]);
    expect(world.links.items.size).toBe(1);
    expect(first(world).calls).toMatchObject({ create: 1, get: 1 });
    expect([first(world).calls.change, first(world).calls.retire]).toEqual([undefined, undefined]);
  });

  it('is neither an orphan nor a stranger nor drifted for reconciliation', async () => {
    const world = await settled();
    const report = async () =>
      (
        await reconcileRooms(
          { applications: ['first'] },
          { ...world.context, rotations: world.rotations, mode: 'repair', timeLeft: () => HOUR },
        )
      ).applications.first;
    expect(await report()).toMatchObject({ rooms: 1, strangers: 1 });
    await importRoom(asked(), world.context);
    world.clock.now += 2 * HOUR;
    expect(await report()).toMatchObject({ rooms: 1, strangers: 0, orphans: 0, lost: 0, drifted: 0 });
    expect(world.rotations.sent).toEqual([]);
  });

  it('is renewed as one that was asked for: the expiry is moved and the link stays', async () => {
    const world = await settled();
    await importRoom(asked(), world.context);
    const { renewAt = 0 } = world.row('weekly');
    expect(renewAt).toBeLessThan(world.clock.now + 60 * DAY);
    world.clock.now = renewAt;
    const order = { key: 'weekly', generation: 1, cause: 'due' } as const;
    expect((await rotateRoom(order, world.context)).outcome).toBe('extended');
    expect(world.row('weekly').current).toMatchObject({ id: 'first-1', expiresAt: renewAt + 90 * DAY });
  });

  it('gets a successor where another renewal was asked for, and ends by itself', async () => {
    const world = await settled();
    await importRoom(asked('weekly', { renewal: { mode: 'recreate', explicit: true } }), world.context);
    world.clock.now = world.row('weekly').renewAt ?? 0;
    await rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, world.context);
    expect(world.row('weekly')).toMatchObject({
      generation: 2,
      current: { id: 'first-2' },
      previous: { id: 'first-1' },
    });
    expect(first(world).calls.retire).toBeUndefined();
  });

  it('is imported once, however often it is asked for', async () => {
    const world = await settled();
    const request = asked();
    await importRoom(request, world.context);
    const before = world.row('weekly');
    expect(await importRoom(request, world.context)).toMatchObject({ outcome: 'unchanged' });
    expect(await importRoom(asked(), world.context)).toMatchObject({ outcome: 'unchanged' });
    expect(world.row('weekly')).toEqual(before);
    expect(world.announced).toHaveLength(1);
  });

  it('gets what was asked for besides, once it is on the row', async () => {
    const world = await settled();
    const rows: unknown[] = [];
    const { change } = first(world);
    first(world).change = (id, wanted) => {
      rows.push(world.row('weekly').current?.id);
      return change(id, wanted);
    };
    await importRoom(
      asked('weekly', { settings: { join_approval_level: 'explicit_approval' } }),
      world.context,
    );
    expect(rows).toEqual(['first-1']);
    expect(first(world).made[0]?.settings).toMatchObject({ join_approval_level: 'explicit_approval' });
    expect(world.row('weekly').spec?.settings).toEqual({
      display_name: 'Theirs',
      join_approval_level: 'explicit_approval',
    });
  });
});

describe('a room without an end', () => {
  async function endless(): Promise<World> {
    const world = await settled();
    const [room] = first(world).made;
    if (room) room.expiresAt = NEVER;
    return world;
  }

  it('has one from then on, after it is on the row', async () => {
    const world = await endless();
    await importRoom(asked('weekly', { lifetime: 100 * DAY }), world.context);
    const end = world.clock.now + 100 * DAY;
    expect(world.row('weekly').current).toMatchObject({ expiresAt: end, renewedAt: world.clock.now });
    expect(first(world).made[0]?.expiresAt).toBe(end);
  });

  it('gets it from the message that comes again, where the provider did not answer', async () => {
    const world = await endless();
    const request = asked();
    const { change } = first(world);
    first(world).change = () => Promise.reject(new Error('reset'));
    await expect(importRoom(request, world.context)).rejects.toThrow('reset');
    first(world).change = change;
    await importRoom(request, world.context);
    expect(first(world).made[0]?.expiresAt).toBe(world.row('weekly').current?.expiresAt);
    expect(world.row('weekly').claim).toBeUndefined();
    expect(world.row('weekly').generation).toBe(1);
  });

  it('that lives by its use goes on so, unless another renewal was asked for', async () => {
    const byUse = { livesByUse: 200 * DAY };
    const world = await settled({ capabilities: byUse });
    const [room] = first(world).made;
    if (room) room.byUse = true;
    await importRoom(asked(), world.context);
    expect(world.row('weekly').current).toMatchObject({
      byUse: true,
      expiresAt: world.clock.now + 200 * DAY,
    });
    expect(first(world).calls.change).toBeUndefined();

    const other = await settled({ capabilities: byUse });
    const [theirs] = first(other).made;
    if (theirs) theirs.byUse = true;
    await importRoom(
      asked('weekly', { lifetime: 50 * DAY, renewal: { mode: 'extend', explicit: true } }),
      other.context,
    );
    expect(other.row('weekly').current?.byUse).toBeUndefined();
    expect(first(other).made[0]?.expiresAt).toBe(other.clock.now + 50 * DAY);
  });
});

describe('a room is refused, and nobody touches it', () => {
  const refused = async (world: World, request = asked()) => {
    const before = [structuredClone(first(world).made), new Map(world.rooms.rows)];
    await expect(importRoom(request, world.context)).rejects.toThrow(RequestRefusedError);
    expect([first(world).made, world.rooms.rows]).toEqual(before);
    return importRoom(request, world.context).catch((error: Error) => error.message);
  };

  it('where the provider has none of that id', async () => {
    expect(await refused(makeWorld())).toContain('the provider has no room of that id');
  });

  it('where the pool has no such account', async () => {
    const place = { application: 'third', id: 'first-1' };
    expect(await refused(await settled(), asked('weekly', { place }))).toContain(
      'application: must be an application of the pool (first), got ',
    );
  });

  it('where it has ended, or is about to', async () => {
    const world = await settled();
    world.clock.now += 60 * DAY - MINUTE;
    expect(await refused(world)).toContain('ends in a moment');
    world.clock.now += MINUTE;
    expect(await refused(world)).toContain('has ended');
  });

  it('where a deployment made it: this one or another', async () => {
    const [ours, theirs] = [makeWorld(), makeWorld()];
    await stray(ours, roomToken(DEPLOYMENT, 'other', 1));
    await stray(theirs, roomToken('zzzzz', 'other', 1));
    expect(await refused(ours)).toContain('was made by this deployment');
    expect(await refused(theirs)).toContain('was made by another deployment');
  });

  it('where the provider knows a reason', async () => {
    const world = await settled();
    const { get } = first(world);
    first(world).get = async (id) => {
      const seen = await get(id);
      return seen && { ...seen, obstacle: 'has times of its own' };
    };
    expect(await refused(world)).toContain('first-1 of application first has times of its own');
  });

  it('where its key was cancelled, so that it is about to end', async () => {
    const world = await settled();
    await importRoom(asked(), world.context);
    await cancelRoom(aRequest({ action: 'cancel' }), world.context);
    expect(world.row('weekly').retirees).toHaveLength(1);
    // a person moved the end back at the provider
    const [room] = first(world).made;
    if (room) room.expiresAt = world.clock.now + 60 * DAY;
    expect(await refused(world)).toContain('is about to end, since its key was cancelled');
  });

  it('where its provider writes the id in other letters, under which another key may have it', async () => {
    const world = await settled();
    const { get } = first(world);
    first(world).get = (id) => get(id.toLowerCase());
    await importRoom(asked('daily'), world.context);
    const place = { application: 'first', id: 'FIRST-1' };
    expect(await refused(world, asked('weekly', { place }))).toContain('has the id first-1 at its provider');
  });

  it('where the key has another room', async () => {
    const world = await settled();
    await ensureRoom(aRequest(), world.context);
    expect(await refused(world)).toContain('key: weekly has a room, first-2 of application first');
  });

  it('where another key has it', async () => {
    const world = await settled();
    await importRoom(asked('daily'), world.context);
    expect(await refused(world)).toContain('is the room of key daily already');
  });

  it('where another key had it, and a cancellation of that key still ends it', async () => {
    const world = await settled();
    await importRoom(asked('daily'), world.context);
    for (const at of [2, 3]) await rotateNow(aRequest({ key: 'daily', action: 'rotate', at }), world.context);
    expect(world.row('daily')).toMatchObject({ generation: 3, previous: { id: 'first-2' } });
    world.clock.now += world.context.lease;
    expect(await refused(world)).toContain('is the room of key daily already');
    await cancelRoom(aRequest({ key: 'daily', action: 'cancel', at: 4 }), world.context);
    expect(first(world).made[0]).toMatchObject({ id: 'first-1', retired: true });
  });
});

describe('of two keys that want one room', () => {
  it('one gets it', async () => {
    const world = await settled();
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map((key) => importRoom(asked(key), world.context)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(world.rooms.rows.size).toBe(1);
  });

  it('the second waits until the first, which has crashed, can have it no more', async () => {
    const world = await settled();
    await world.rooms.reserve({ application: 'first', id: 'first-1' }, 'crashed');
    await expect(importRoom(asked(), world.context)).rejects.toThrow(ClaimHeldError);
    world.clock.now += world.context.lease;
    expect(await importRoom(asked(), world.context)).toMatchObject({ outcome: 'imported' });
    await expect(importRoom(asked('crashed'), world.context)).rejects.toThrow('is the room of key weekly');
  });
});

describe('an import that breaks off', () => {
  /** Fails at the nth call of the table, before it or after it. */
  function breaking(context: RoomContext, at: number, after: boolean): RoomContext {
    let calls = 0;
    const broken =
      <Args extends unknown[], R>(work: (...args: Args) => Promise<R>) =>
      async (...args: Args): Promise<R> => {
        calls += 1;
        if (calls === at && !after) throw new Error('crash');
        const result = await work(...args);
        if (calls === at) throw new Error('crash');
        return result;
      };
    const { read, write, reserve } = context.rooms;
    const rooms: RoomStore = {
      ...context.rooms,
      read: broken(read),
      write: broken(write),
      reserve: broken(reserve),
    };
    return { ...context, rooms };
  }

  it.each([true, false])(
    'is whole when it is repeated, wherever it broke (after the call: %s)',
    async (after) => {
      let breaks = 0;
      for (let at = 1; ; at += 1) {
        const world = await settled();
        const [room] = first(world).made;
        if (room) room.expiresAt = NEVER;
        const request = asked();
        const broke = await importRoom(request, breaking(world.context, at, after)).then(
          () => false,
          () => true,
        );
        if (!broke) break;
        breaks += 1;
        world.clock.now += world.context.lease;
        await importRoom(request, world.context);
        expect(world.row('weekly')).toMatchObject({
          state: 'active',
          generation: 1,
          current: { id: 'first-1' },
        });
        expect(world.row('weekly').unannounced).toBeUndefined();
        expect(world.announced.filter(({ type }) => type === 'Room Created').length).toBeGreaterThan(0);
        expect(first(world).made[0]?.expiresAt).toBe(world.row('weekly').current?.expiresAt);
        expect(world.kept()).toEqual(['first-1']);
      }
      expect(breaks).toBeGreaterThan(5);
    },
  );

  it('leaves the key to who cancelled it meanwhile', async () => {
    const world = await settled();
    const request = asked('weekly', {}, 1);
    await cancelRoom(aRequest({ action: 'cancel', at: 2 }), world.context);
    expect(await importRoom(request, world.context)).toMatchObject({ outcome: 'outdated' });
    expect(world.kept()).toEqual(['first-1']);
  });
});

import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { completeClaim } from '../../../functions/rooms/lifecycle/claim.ts';
import type { RoomContext } from '../../../functions/rooms/lifecycle/context.ts';
import { ClaimLostError } from '../../../functions/rooms/model/errors.ts';
import type { RoomProvider } from '../../../functions/rooms/model/ports.ts';
import type { Claim, Room } from '../../../functions/rooms/model/room.ts';
import { DAY, MINUTE } from '../../../functions/rooms/model/time.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

/** A worker that is held up after its create, until `go` is called. */
function heldUp({ context, providers }: World) {
  let go = () => {};
  const gate = new Promise<void>((open) => {
    go = open;
  });
  let made = () => {};
  const created = new Promise<void>((tell) => {
    made = tell;
  });
  const provider = providers.first as RoomProvider;
  const slow: RoomProvider = {
    ...provider,
    async create(order) {
      const room = await provider.create(order);
      made();
      await gate;
      return room;
    },
  };
  const ports: RoomContext = { ...context, pool: { ...context.pool, provider: () => slow } };
  return { ports, created, go };
}

describe('two workers under one token, where a create is idempotent', () => {
  it('share one room, which the loser does not retire', async () => {
    const world = makeWorld({ capabilities: { idempotentCreate: true } });
    const request = aRequest();
    const [first, second] = [heldUp(world), heldUp(world)];
    const loser = ensureRoom(request, first.ports);
    await first.created;
    world.clock.now += 2 * MINUTE;
    const winner = ensureRoom(request, { ...second.ports, rooms: blindTo(world) });
    await second.created;
    first.go();
    await expect(loser).rejects.toThrow(ClaimLostError);
    second.go();
    await winner;
    expect(world.row('weekly')).toMatchObject({ generation: 1, current: { id: 'first-1' }, retirees: [] });
    expect(world.kept()).toEqual(['first-1']);
  });
});

describe('a room that was given up', () => {
  it('spends its generation, so that the next room has a token of its own', async () => {
    const world = makeWorld();
    const request = aRequest();
    const slow = heldUp(world);
    const loser = ensureRoom(request, slow.ports);
    await slow.created;
    world.clock.now += 2 * MINUTE;
    const { claim: _, ...row } = world.row('weekly');
    await world.rooms.write(row);
    slow.go();
    await expect(loser).rejects.toThrow(ClaimLostError);
    await ensureRoom(request, world.context);
    expect(world.row('weekly')).toMatchObject({ generation: 2, spent: 1, current: { id: 'first-2' } });
    expect(world.kept()).toEqual(['first-2']);
  });
});

/** The rows as a worker finds them who looks for the lost room in vain: without the claim whose lease is over. */
function blindTo({ rooms }: World): RoomContext['rooms'] {
  return {
    ...rooms,
    async read(key) {
      const room = await rooms.read(key);
      return room && { ...room, claim: undefined };
    },
  };
}

describe('a worker that comes late', () => {
  const made = aLiveRoom({ application: 'one', id: 'made' });

  /** Two workers' claims for one generation, the later one on the row. */
  async function late(theirs: Partial<Claim>, ours: Partial<Claim> = {}, row: Partial<Room> = {}) {
    const world = makeWorld({ applications: ['one', 'two'], capabilities: { idempotentCreate: true } });
    const claim: Claim = {
      owner: 'late',
      purpose: 'open',
      generation: 2,
      takenAt: START,
      leaseUntil: START,
      application: 'one',
      spec: aSpec(),
      expiresAt: START + 90 * DAY,
      announcement: { type: 'Room Rotated', reason: 'renewal' },
      ...ours,
    };
    const stale = await world.rooms.write({ ...aRoom(), claim });
    await world.rooms.write({ ...stale, claim: { ...claim, owner: 'other', ...theirs }, ...row });
    const done = completeClaim({ ...stale, claim }, (found) => found, world.context, made);
    return { world, done };
  }

  it('retires its room where the other makes the same in another application', async () => {
    const { world, done } = await late({ application: 'two' });
    await expect(done).rejects.toThrow(ClaimLostError);
    expect(world.row('weekly').retirees).toEqual([{ application: 'one', id: 'made' }]);
  });

  it('retires its room where the other makes one of other content, and says so', async () => {
    const { world, done } = await late({ spec: aSpec({ settings: { display_name: 'Monthly' } }) });
    await expect(done).rejects.toThrow(
      'the lease on room weekly ran out while generation 2 was being made or changed and another worker took it over; ' +
        'a room that was created without use is retired',
    );
    expect(world.row('weekly').retirees).toEqual([{ application: 'one', id: 'made' }]);
  });

  it('leaves its room alone where the other is making the very same', async () => {
    const { world, done } = await late({});
    await expect(done).rejects.toThrow(ClaimLostError);
    expect(world.row('weekly').retirees).toEqual([]);
  });

  it('is done where its room is on the row, and had no news that the row could lack', async () => {
    const { world, done } = await late({}, {}, { claim: undefined, current: made, generation: 2 });
    expect(await done).toEqual(world.row('weekly'));
  });

  it('is not done where its room is on the row and its news is not', async () => {
    const sequence = { source: 'request', value: '5' } as const;
    const { done } = await late({}, { sequence }, { claim: undefined, current: made, generation: 2 });
    await expect(done).rejects.toThrow(ClaimLostError);
  });
});

import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { alterRoom, NotAlteredError } from '../../../functions/rooms/lifecycle/change.ts';
import {
  AmbiguousOutcomeError,
  ChangeGivenUpError,
  ClaimLostError,
  ProviderRefusedError,
  RoomGoneError,
  ThrottledError,
} from '../../../functions/rooms/model/errors.ts';
import type { Room } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, SECOND } from '../../../functions/rooms/model/time.ts';
import { failNext, providerOf } from '../../support/faulty.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

const LOCKED = { join_approval_level: 'explicit_approval' } as const;
const RESET = new AmbiguousOutcomeError('reset');
const locked = () => aRequest({ spec: aSpec({ settings: { display_name: 'Weekly', ...LOCKED } }) });

/** A world with a room, and what is noticed in it. */
async function withRoom() {
  const world = makeWorld();
  const noticed: string[] = [];
  const context = { ...world.context, notice: (notice: string) => void noticed.push(notice) };
  await ensureRoom(aRequest(), context);
  return { ...world, context, noticed, provider: providerOf(world) };
}

/** A room of which no change has been answered for three days, and one more change of it. */
async function unclearForDays(maxWait?: number) {
  const world = await withRoom();
  const { clock, context, row } = world;
  const unclear = { settings: [], since: clock.now - 3 * DAY, triedAt: clock.now - HOUR };
  const room = await context.rooms.write({ ...row('weekly'), unclear });
  const alter = () => {
    const { current, spec } = room as Required<Pick<Room, 'current' | 'spec'>>;
    const announcement = { type: 'Room Updated', reason: 'changed' } as const;
    return alterRoom(room, current, { spec, change: { settings: LOCKED }, announcement }, context, maxWait);
  };
  return { ...world, alter };
}

describe('a room that is being changed', () => {
  it('goes on as it is, and its claim says what is changed and until when it lives', async () => {
    const { context, provider, row } = await withRoom();
    const before = row('weekly').current;
    const { change } = provider;
    let seen: Room | undefined;
    provider.change = async (id, wanted) => {
      seen = row('weekly');
      return change(id, wanted);
    };
    await ensureRoom(locked(), context);
    expect(seen).toMatchObject({
      state: 'active',
      current: before,
      claim: { purpose: 'change', generation: 1, application: 'first', expiresAt: before?.expiresAt },
    });
  });

  it('is asked for what is changed and nothing else, also where the stack listens to the provider', async () => {
    const { context, provider } = await withRoom();
    const { change } = provider;
    const asked: unknown[] = [];
    provider.change = async (id, wanted) => {
      asked.push(wanted);
      return change(id, wanted);
    };
    const callbacks = { address: async () => 'https://callbacks.example/weekly' };
    await ensureRoom(locked(), { ...context, callbacks });
    expect(asked).toEqual([{ settings: LOCKED, expiresAt: undefined }]);
  });
});

describe('a change that the provider refuses', () => {
  it('is nothing that anybody has to see to, and leaves nothing unclear', async () => {
    const { alter, noticed, provider } = await unclearForDays();
    provider.change = () => Promise.reject(new ProviderRefusedError('400'));
    const error: NotAlteredError = await alter().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(NotAlteredError);
    expect(error.cause).toBeInstanceOf(ProviderRefusedError);
    expect(error.room).toMatchObject({ warnings: [], claim: undefined, unclear: { settings: [] } });
    expect(noticed).toEqual([]);
  });
});

describe('a change that fails after days without an answer', () => {
  it('is tried again where the failure is clear: the provider only wants to wait', async () => {
    const { alter, noticed, provider } = await unclearForDays();
    const throttled = new ThrottledError('429', { retryAfter: SECOND, ambiguous: false });
    provider.change = () => Promise.reject(throttled);
    await expect(alter()).rejects.toBe(throttled);
    expect(noticed).toEqual([]);
  });

  it('is tried again where another worker has taken over', async () => {
    const { alter, noticed, provider, rooms, row } = await unclearForDays();
    const { change } = provider;
    provider.change = async (id, wanted) => {
      const { claim, ...taken } = row('weekly');
      if (claim) await rooms.write({ ...taken, claim: { ...claim, owner: 'other' } });
      return change(id, wanted);
    };
    await expect(alter()).rejects.toThrow(ClaimLostError);
    expect(noticed).toEqual([]);
  });

  it('is given up where it is unclear, with the failure as the reason, whether anybody listens or not', async () => {
    const { alter, noticed, provider, row } = await unclearForDays();
    provider.change = () => Promise.reject(RESET);
    const error: NotAlteredError = await alter().catch((thrown) => thrown);
    expect(error.cause).toBeInstanceOf(ChangeGivenUpError);
    expect(error.cause.cause).toBe(RESET);
    expect(noticed).toEqual(['change-given-up']);
    expect(row('weekly').warnings).toEqual([error.cause.message]);
    const deaf = await withRoom();
    Object.assign(deaf.provider, { change: () => Promise.reject(RESET) });
    const request = locked();
    const { notice: _, ...context } = deaf.context;
    await expect(ensureRoom(request, context)).rejects.toBe(RESET);
    deaf.clock.now += DAY;
    expect((await ensureRoom(request, context)).outcome).toBe('rotated');
  });

  it('is given up at once where nobody can wait, however clear the failure', async () => {
    const { alter, provider } = await unclearForDays(0);
    provider.change = () =>
      Promise.reject(new ThrottledError('429', { retryAfter: SECOND, ambiguous: false }));
    expect((await alter().catch((thrown) => thrown)).cause).toBeInstanceOf(ChangeGivenUpError);
  });
});

it('a room that the provider shows is not gone because a change did not meet it, which is the reason', async () => {
  const world = await withRoom();
  const gone = new RoomGoneError('404');
  failNext(world, 'change', gone);
  await expect(ensureRoom(locked(), world.context)).rejects.toMatchObject({
    code: 'ambiguous_outcome',
    cause: gone,
  });
});

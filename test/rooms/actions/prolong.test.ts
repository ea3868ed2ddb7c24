import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { isLastResort, isOfTheProvider, prolong } from '../../../functions/rooms/actions/prolong.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  ClaimHeldError,
  ClaimLostError,
  OutOfTimeError,
  PoolFullError,
  ProviderRefusedError,
  RoomChangedError,
  ThrottledError,
} from '../../../functions/rooms/model/errors.ts';
import type { Claim, Room, RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';
import { watched } from '../../support/watch.ts';
import { aRequest, makeWorld, type WorldOptions } from '../../support/world.ts';

/** A room whose account makes no more rooms, until there is space, and the nights that it lives through. */
async function withoutSpace(error: Error, { capabilities, ...spec }: WorldOptions & Partial<RoomSpec> = {}) {
  const world = makeWorld({ applications: ['one', 'two'], capabilities });
  const { violations, context: seen } = watched(world);
  await ensureRoom(aRequest({ spec: aSpec(spec) }), seen);
  const providers = Object.values(world.providers);
  const healthy = providers.map(({ create }) => create);
  for (const provider of providers) {
    provider.create = async () => {
      throw error;
    };
  }
  const noticed: string[] = [];
  const context = { ...seen, notice: (notice: string) => void noticed.push(notice) };
  const { clock, row } = world;
  const failures: unknown[] = [];

  async function nights(count: number, each = () => {}): Promise<void> {
    for (let night = 1; night <= count; night += 1) {
      clock.now += DAY;
      for (let receive = 1; receive <= 3 && (row('weekly').dueAt ?? 0) <= clock.now; receive += 1) {
        const { generation } = row('weekly');
        await rotateRoom({ key: 'weekly', generation, cause: 'due' }, context).catch((failure) =>
          failures.push(failure),
        );
      }
      each();
    }
  }

  return {
    ...world,
    context,
    violations,
    noticed,
    failures,
    nights,
    lives: () => (row('weekly').current?.expiresAt ?? 0) > clock.now,
    giveSpace: () => {
      for (const [index, provider] of providers.entries()) provider.create = healthy[index] as never;
    },
  };
}

describe('a room that is to be followed by a new one where none can be had', () => {
  it.each([
    ['every application is full', new ApplicationFullError('full')],
    ['every create is answered with 500', new AmbiguousOutcomeError('500')],
    ['every create is refused', new ProviderRefusedError('theme_id: is gone')],
  ])('lives on with its link while %s, and is followed when there is space', async (_, error) => {
    const world = await withoutSpace(error, { lifetime: 10 * DAY });
    const { row, nights, lives, giveSpace, kept, violations } = world;
    const { guestUrl } = row('weekly').current ?? {};
    await nights(92, () => expect(lives()).toBe(true));
    expect(row('weekly')).toMatchObject({ generation: 1, current: { guestUrl } });
    expect(row('weekly').warnings.at(-1)).toMatch(
      /^renewal: no new room could be created, so the end of this one/,
    );
    expect(row('weekly').lastError).toBeDefined();
    expect(world.noticed.filter((notice) => notice === 'prolonged').length).toBeGreaterThan(5);
    giveSpace();
    await nights(1);
    expect(row('weekly')).toMatchObject({ state: 'active', warnings: [], lastError: undefined });
    expect(row('weekly').current?.guestUrl).not.toBe(guestUrl);
    expect(kept()).toHaveLength(2);
    expect(violations).toEqual([]);
  });

  it('rings the alarm of a full pool each time', async () => {
    const { nights, noticed, failures } = await withoutSpace(new ApplicationFullError('full'));
    await nights(89);
    expect(noticed).toEqual(['pool-full', 'prolonged']);
    expect(failures.length).toBeGreaterThan(3);
    expect(failures.every((failure) => failure instanceof PoolFullError)).toBe(true);
  });

  it('is not moved while there is time to wait for space', async () => {
    const { nights, row, noticed } = await withoutSpace(new ApplicationFullError('full'));
    const { expiresAt } = row('weekly').current ?? {};
    await nights(86);
    expect(row('weekly').attempts).toBeGreaterThan(0);
    expect(row('weekly').current?.expiresAt).toBe(expiresAt);
    expect(noticed).toEqual([]);
  });

  it('is moved also where the provider is not called any more, since it does not answer', async () => {
    const throttle = new ThrottledError('not called', { retryAfter: SECOND, ambiguous: false });
    const { nights, noticed } = await withoutSpace(throttle);
    await nights(89);
    expect(noticed).toEqual(['prolonged']);
  });

  it('fails as it did where the provider moves no expiry', async () => {
    const capabilities = { movableExpiry: false, changeable: [] };
    const { nights, failures, noticed, row } = await withoutSpace(new ApplicationFullError('full'), {
      capabilities,
    });
    await nights(89);
    expect(failures.at(-1)).toBeInstanceOf(PoolFullError);
    expect(noticed).toEqual([]);
    expect(row('weekly').claim).toBeUndefined();
  });

  it('ends when nobody needs it any more', async () => {
    const spec = {
      lifetime: 10 * DAY,
      renewal: { mode: 'recreate' as const, until: Date.parse('2027-04-15') },
    };
    const { nights, row, clock } = await withoutSpace(new ApplicationFullError('full'), spec);
    await nights(60);
    expect(row('weekly')).toMatchObject({
      state: 'ending',
      dueAt: undefined,
      current: { expiresAt: spec.renewal.until },
    });
    expect(clock.now).toBeGreaterThan(spec.renewal.until);
  });

  it('is moved at the first attempt of the emergency where every application is full', async () => {
    const { row, clock, context, noticed } = await withoutSpace(new ApplicationFullError('full'));
    const { emergencyAt = 0 } = row('weekly');
    clock.now = emergencyAt;
    const order = { key: 'weekly', generation: 1, cause: 'due' } as const;
    expect((await rotateRoom(order, context)).outcome).toBe('extended');
    expect(row('weekly').warnings.at(-1)).toMatch(/, and the new one follows: .*full/);
    expect(noticed).toEqual(['pool-full', 'prolonged']);
  });

  it('is moved also where nobody listens for what was done instead', async () => {
    const { row, clock, context } = await withoutSpace(new ApplicationFullError('full'));
    clock.now = row('weekly').emergencyAt ?? 0;
    const order = { key: 'weekly', generation: 1, cause: 'due' } as const;
    expect((await rotateRoom(order, { ...context, notice: undefined })).outcome).toBe('extended');
  });

  it('fails for want of a new room where its end cannot be moved either', async () => {
    const { row, clock, context, providers } = await withoutSpace(new ApplicationFullError('full'));
    for (const provider of Object.values(providers)) {
      provider.change = async () => {
        throw new ProviderRefusedError('expires_at: must be within a year of created_at');
      };
    }
    clock.now = row('weekly').emergencyAt ?? 0;
    const order = { key: 'weekly', generation: 1, cause: 'due' } as const;
    await expect(rotateRoom(order, context)).rejects.toThrow(PoolFullError);
  });
});

describe('the last resort', () => {
  it.each([
    ['before the emergency', -1, 9, false],
    ['in the emergency after one failure', 0, 1, false],
    ['in the emergency after two', 0, 2, true],
  ])('%s', (_, after, attempts, isLast) => {
    expect(isLastResort(aRoom({ emergencyAt: START, attempts }), START + after)).toBe(isLast);
  });

  it.each([
    ['a full pool', new PoolFullError('full'), true],
    ['an answer that never came', new AmbiguousOutcomeError('500'), true],
    ['a claim of another worker', new ClaimHeldError('held', SECOND), false],
    ['a claim that was lost', new ClaimLostError('lost'), false],
    ['a row that another worker wrote', new RoomChangedError('changed'), false],
    ['want of time', new OutOfTimeError('no time'), false],
    ['what is no error at all', 'text', false],
  ])('is for a fault of the provider: %s', (_, failure, isOf) => {
    expect(isOfTheProvider(failure)).toBe(isOf);
  });
});

describe('a room that is not moved', () => {
  const cause = new PoolFullError('full');

  /** A room half a life after it was made, and an attempt to prolong it as it was seen then. */
  async function seen() {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ lifetime: 10 * DAY }) }), world.context);
    world.clock.now += 5 * DAY;
    const room = world.row('weekly');
    const { current, spec } = room;
    if (!current || !spec) throw new Error('there is no room');
    const kept = { room, current, spec };
    return { ...world, kept, attempt: () => prolong(kept, cause, world.context) };
  }

  it('is one that is moved where nothing is in the way', async () => {
    const { attempt, row, clock } = await seen();
    expect((await attempt()).outcome).toBe('extended');
    expect(row('weekly').current?.expiresAt).toBe(clock.now + 10 * DAY);
  });

  it.each<[string, (row: Room, now: number) => Partial<Room>]>([
    ['that is no longer the room of its key', () => ({ current: aLiveRoom({ id: 'another' }) })],
    ['of a key that has no room any more', () => ({ current: undefined })],
    ['that another worker is about to renew', (row, now) => ({ claim: aClaim(row, now + SECOND) })],
  ])('%s', async (_, more) => {
    const { attempt, rooms, row, clock, providers } = await seen();
    await rooms.write({ ...row('weekly'), ...more(row('weekly'), clock.now) });
    await expect(attempt()).rejects.toBe(cause);
    expect(providers.first?.calls.change).toBeUndefined();
  });

  it('of a key without a row', async () => {
    const { attempt, rooms } = await seen();
    rooms.rows.clear();
    await expect(attempt()).rejects.toBe(cause);
  });

  it('whose end could not be moved to a later time', async () => {
    const { attempt, clock, providers } = await seen();
    clock.now = START;
    await expect(attempt()).rejects.toBe(cause);
    expect(providers.first?.calls.change).toBeUndefined();
  });

  it('is moved where the claim of the other worker is over', async () => {
    const { attempt, rooms, row, clock } = await seen();
    await rooms.write({ ...row('weekly'), claim: aClaim(row('weekly'), clock.now) });
    expect((await attempt()).outcome).toBe('extended');
  });
});

function aClaim({ generation, spec = aSpec() }: Room, leaseUntil: number): Claim {
  return {
    owner: 'another',
    purpose: 'open',
    generation: generation + 1,
    takenAt: leaseUntil - MINUTE,
    leaseUntil,
    application: 'first',
    spec,
    expiresAt: START + 20 * DAY,
    announcement: { type: 'Room Rotated', reason: 'renewal' },
    from: 'active',
  };
}

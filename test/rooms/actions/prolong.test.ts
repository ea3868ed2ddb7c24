import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  PoolFullError,
  ProviderRefusedError,
  ThrottledError,
} from '../../../functions/rooms/model/errors.ts';
import type { RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, SECOND } from '../../../functions/rooms/model/time.ts';
import { aSpec } from '../../support/rooms.ts';
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
      /^renewal: no new room could be had, so the end of this one/,
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
    expect(row('weekly')).toMatchObject({ state: 'ending', current: { expiresAt: spec.renewal.until } });
    expect(clock.now).toBeGreaterThan(spec.renewal.until);
  });
});

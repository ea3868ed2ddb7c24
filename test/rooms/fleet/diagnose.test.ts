import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { diagnose } from '../../../functions/rooms/fleet/diagnose.ts';
import { readInventory } from '../../../functions/rooms/fleet/inventory.ts';
import type { Claim, Room } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

/** A living room of two applications, two hours after it was made; `home` is where it lives. */
async function diagnosing() {
  const world = makeWorld({ applications: ['first', 'second'] });
  await ensureRoom(aRequest(), world.context);
  world.clock.now += 2 * HOUR;
  const row = world.row('weekly');
  const { application: home = '', id = '' } = row.current ?? {};
  const other = home === 'first' ? 'second' : 'first';
  const lose = () => world.providers[home]?.lose(id);

  /** What is found, in a word, and in which application it is counted. */
  async function found(more: Partial<Room> = {}, names = [home, other]) {
    const inventories = new Map(
      await Promise.all(
        names.map(
          async (name) => [name, await readInventory(name, world.context, { mayGoOn: () => true })] as const,
        ),
      ),
    );
    const { order } = diagnose({ ...row, ...more }, inventories, world.clock.now) ?? {};
    const counted = names.filter((name) => {
      const { lost = 0, drifted = 0, unfinished = 0 } = inventories.get(name)?.report ?? {};
      return lost + drifted + unfinished > 0;
    });
    return order && [order.cause, ...counted];
  }

  const claim = (leaseUntil: number, application = home): Claim => ({
    owner: 'worker',
    purpose: 'open',
    generation: 2,
    takenAt: START,
    leaseUntil,
    application,
    spec: aSpec(),
    expiresAt: START + 90 * DAY,
    announcement: { type: 'Room Rotated', reason: 'renewal' },
    from: 'active',
  });
  return { found, lose, claim, home, other, now: world.clock.now };
}

describe('what is wrong with a row', () => {
  it('is nothing while another worker is at it, whatever the list shows', async () => {
    const { found, lose, claim, now } = await diagnosing();
    lose();
    expect(await found({ claim: claim(now + 1) })).toBeUndefined();
  });

  it('is that it is unfinished, from the end of the lease on', async () => {
    const { found, claim, now, home } = await diagnosing();
    expect(await found({ claim: claim(now) })).toEqual(['unfinished', home]);
  });

  it('is that it is unfinished, an hour after it was written with something left to tell', async () => {
    const { found, now, home } = await diagnosing();
    const unannounced = [{ type: 'Room Updated', reason: 'changed' }] as const;
    expect(await found({ unannounced, updatedAt: now - HOUR + 1 })).toBeUndefined();
    expect(await found({ unannounced, updatedAt: now - HOUR })).toEqual(['unfinished', home]);
  });

  it('is counted where its claim, its room or a room to end is', async () => {
    const { found, claim, now, home, other } = await diagnosing();
    expect(await found({ claim: claim(now, other) })).toEqual(['unfinished', other]);
    const retirees = [{ application: other, id: 'left' }];
    const bare = { current: undefined, retirees, updatedAt: START };
    expect(await found(bare)).toEqual(['unfinished', other]);
    // one of them has left the pool, or is not looked at
    expect(await found({ claim: claim(now, 'gone') })).toEqual(['unfinished', home]);
    expect(await found({ claim: claim(now, other) }, [home])).toEqual(['unfinished', home]);
    expect(await found({ current: undefined, claim: claim(now, 'gone') })).toBeUndefined();
  });

  it('is that its room is lost, unless it is younger than an hour', async () => {
    const { found, lose, now, home } = await diagnosing();
    expect(await found()).toBeUndefined();
    lose();
    expect(await found()).toEqual(['lost', home]);
    const current = { application: home, id: 'lost', guestUrl: '', expiresAt: now + DAY, renewedAt: now };
    expect(await found({ current: { ...current, createdAt: now - HOUR } })).toEqual(['lost', home]);
    expect(await found({ current: { ...current, createdAt: now - HOUR + 1 } })).toBeUndefined();
  });
});

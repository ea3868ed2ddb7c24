import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { reconcileRooms } from '../../../functions/rooms/fleet/reconcile.ts';
import { shownAt, withAnnouncement } from '../../../functions/rooms/model/announcements.ts';
import type { Announcement, Room, RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

/** A room while the bus takes nothing, until it is told otherwise. */
async function unheard(spec: Partial<RoomSpec> = {}) {
  const world = makeWorld();
  await ensureRoom(aRequest({ spec: aSpec(spec) }), world.context);
  let silent = true;
  const revisions: number[] = [];
  const shown: Room[] = [];
  const context = {
    ...world.context,
    events: {
      ...world.context.events,
      async announce(room: Room, news: Announcement) {
        if (silent) throw new Error('the bus takes nothing');
        revisions.push(room.revision);
        shown.push(room);
        await world.context.events.announce(room, news);
      },
    },
  };
  return {
    ...world,
    context,
    revisions,
    shown,
    hear: () => {
      silent = false;
    },
    due: () =>
      rotateRoom({ key: 'weekly', generation: world.row('weekly').generation, cause: 'due' }, context),
  };
}

describe('while the bus takes nothing', () => {
  it.each(['extend', 'recreate'] as const)(
    'a room of three days is kept for weeks, mode %s',
    async (mode) => {
      const { clock, row, due, announced, hear, context, rotations } = await unheard({
        lifetime: 3 * DAY,
        renewal: { mode },
      });
      for (let night = 1; night <= 21; night += 1) {
        clock.now += DAY;
        if ((row('weekly').dueAt ?? 0) > clock.now) continue;
        await expect(due()).rejects.toThrow('takes nothing');
        expect(row('weekly').current?.expiresAt).toBeGreaterThan(clock.now + DAY);
      }
      expect(announced).toHaveLength(1);
      hear();
      clock.now += 2 * HOUR;
      await reconcileRooms(
        { applications: ['first'] },
        { ...context, rotations, mode: 'repair', timeLeft: () => HOUR },
      );
      for (const { order } of rotations.sent) await rotateRoom(order, context);
      expect(row('weekly').unannounced).toBeUndefined();
      const type = mode === 'extend' ? 'Room Updated' : 'Room Rotated';
      expect(announced.slice(1)).toMatchObject([{ type, roomId: row('weekly').current?.id }]);
    },
  );

  it('a message is not acknowledged, and tells when it comes back', async () => {
    const { context, hear, announced, row } = await unheard();
    const request = aRequest({ spec: aSpec({ lifetime: 120 * DAY }) });
    await expect(ensureRoom(request, context)).rejects.toThrow('takes nothing');
    await expect(ensureRoom(request, context)).rejects.toThrow('takes nothing');
    expect(row('weekly')).toMatchObject({ claim: undefined, spec: request.spec });
    hear();
    expect((await ensureRoom(request, context)).outcome).toBe('unchanged');
    expect(announced.at(-1)).toMatchObject({ type: 'Room Updated', reason: 'extended' });
    expect(row('weekly').unannounced).toBeUndefined();
  });

  it('a cancelled room is ended only when its end has been told', async () => {
    const { context, hear, kept } = await unheard();
    const request = aRequest({ action: 'cancel' });
    await expect(cancelRoom(request, context)).rejects.toThrow('takes nothing');
    expect(kept()).toEqual(['first-1']);
    hear();
    await cancelRoom(request, context);
    expect(kept()).toEqual([]);
  });

  it('news pile up and are told in order, each with a revision of its own', async () => {
    const { context, hear, announced, row, revisions, shown } = await unheard();
    const before = row('weekly').revision;
    const cancel = aRequest({ action: 'cancel' });
    await expect(cancelRoom(cancel, context)).rejects.toThrow('takes nothing');
    await expect(ensureRoom(aRequest(), context)).rejects.toThrow('takes nothing');
    await expect(rotateNow(aRequest({ action: 'rotate' }), context)).rejects.toThrow('takes nothing');
    hear();
    await ensureRoom(aRequest(), context);
    expect(announced.slice(1).map(({ type }) => type)).toEqual([
      'Room Cancelled',
      'Room Created',
      'Room Rotated',
    ]);
    expect(shown[0]).toMatchObject({ state: 'cancelled', current: undefined });
    expect(shown[2]).toMatchObject({ state: 'active', current: { id: 'first-3' } });
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(revisions[0]).toBeGreaterThan(before);
  });
});

describe('what is still to be told', () => {
  const news = (type: Announcement['type'], reason = 'x'): Announcement => ({ type, reason });
  const listed = (...types: Announcement['type'][]) =>
    types.reduce<Room['unannounced']>(
      (unannounced, type, index) =>
        withAnnouncement({ ...makeRoom(), unannounced }, news(type, String(index))),
      undefined,
    );
  const makeRoom = () => ({ revision: 9, state: 'active' }) as Room;

  it('has one of each type, the newest in its place', () => {
    expect(listed('Room Created', 'Room Updated', 'Room Rotated', 'Room Updated')).toEqual([
      news('Room Created', '0'),
      news('Room Rotated', '2'),
      news('Room Updated', '3'),
    ]);
  });

  it('has no news of links that died before anybody heard of them', () => {
    expect(listed('Room Rejected', 'Room Created', 'Room Rotated', 'Room Cancelled')).toEqual([
      news('Room Rejected', '0'),
      news('Room Cancelled', '3'),
    ]);
  });

  it('shows the row as it is, the last with its revision', () => {
    const list = [news('Room Rejected'), news('Room Updated')];
    const room = makeRoom();
    expect(shownAt(room, list, 0)).toEqual({ ...room, revision: 8 });
    expect(shownAt(room, list, 1)).toBe(room);
  });
});

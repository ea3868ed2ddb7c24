import { describe, expect, it } from 'vitest';
import { archiveCurrent } from '../../../functions/rooms/lifecycle/archive.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { aLiveRoom, aRoom, START } from '../../support/rooms.ts';
import { makeWorld } from '../../support/world.ts';

describe('the history of a key', () => {
  const END = START + 90 * DAY;

  async function historyOf(room = aRoom(), ends = false, after = DAY) {
    const { context, clock } = makeWorld();
    clock.now = START + after;
    await archiveCurrent(room, { reason: 'renewal', ends }, context);
    return context.rooms.history(room.key);
  }

  it('has a generation with its room, its link, its times and why another one came', async () => {
    const { id, guestUrl, application } = aLiveRoom();
    expect(await historyOf(aRoom({ generation: 7 }))).toEqual([
      {
        key: 'weekly',
        generation: 7,
        application,
        roomId: id,
        guestUrl,
        openedAt: START,
        expiresAt: END,
        replacedAt: START + DAY,
        reason: 'renewal',
      },
    ]);
  });

  it('says that a room which is gone has ended now', async () => {
    expect((await historyOf(aRoom(), true))[0]?.expiresAt).toBe(START + DAY);
  });

  it('says that a room which was over before has ended then', async () => {
    expect((await historyOf(aRoom(), true, 100 * DAY))[0]?.expiresAt).toBe(END);
  });

  it('has nothing of a key without a room', async () => {
    expect(await historyOf(aRoom({ current: undefined }))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { archived } from '../../../functions/rooms/model/transitions.ts';
import { aLiveRoom, aRoom, START } from '../../support/rooms.ts';

describe('the history of a key', () => {
  const END = START + 90 * DAY;

  const historyOf = (room = aRoom(), ends = false, after = DAY) =>
    archived(room, { reason: 'renewal', ends }, START + after);

  it('has a generation with its room, its times and why another one came', () => {
    const { id, application } = aLiveRoom();
    expect(historyOf(aRoom({ generation: 7 }))).toEqual([
      {
        key: 'weekly',
        generation: 7,
        application,
        roomId: id,
        openedAt: START,
        expiresAt: END,
        replacedAt: START + DAY,
        reason: 'renewal',
      },
    ]);
  });

  it('says that a room which is gone has ended now', () => {
    expect(historyOf(aRoom(), true)[0]?.expiresAt).toBe(START + DAY);
  });

  it('says that a room which was over before has ended then', () => {
    expect(historyOf(aRoom(), true, 100 * DAY)[0]?.expiresAt).toBe(END);
  });

  it('has the earlier generations before it', () => {
    const [first] = historyOf();
    expect(historyOf(aRoom({ generation: 2, past: first && [first] }))).toMatchObject([
      first,
      { generation: 2 },
    ]);
  });

  it('has nothing of a key without a room', () => {
    expect(historyOf(aRoom({ current: undefined }))).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { FleetGauges } from '../../../functions/rooms/fleet/gauges.ts';
import type { RoomState } from '../../../functions/rooms/model/room.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { aLiveRoom, aRoom, START } from '../../support/rooms.ts';

/** The gauges of rooms that live for a hundred days and have so many left. */
function gaugesOf(daysLeft: readonly number[], state: RoomState = 'active'): FleetGauges {
  const gauges = new FleetGauges(START);
  for (const days of daysLeft) {
    const renewedAt = START - (100 - days) * DAY;
    gauges.count(aRoom({ state, current: aLiveRoom({ renewedAt, expiresAt: renewedAt + 100 * DAY }) }));
  }
  return gauges;
}

describe('the gauges', () => {
  test('tells how much life the rooms have left', () => {
    const { livesLeft } = gaugesOf([1, 5, 6, 25, 49, 60, 75, 76, 100]);
    expect(Object.fromEntries(livesLeft)).toEqual({
      '0-5%': 2,
      '5-25%': 2,
      '25-50%': 1,
      '50-75%': 2,
      '75-100%': 2,
    });
  });

  test('takes a room that is newer than the clock for one that has all its life before it', () => {
    expect(gaugesOf([101]).livesLeft.get('75-100%')).toBe(1);
  });

  test('leaves those out that have ended', () => {
    const { livesLeft, states } = gaugesOf([0, -1], 'cancelled');
    expect([...livesLeft.values()]).toEqual([0, 0, 0, 0, 0]);
    expect(states.get('cancelled')).toBe(2);
  });

  test('tells of each state how many there are, and of those that nobody is in that there are none', () => {
    expect(Object.fromEntries(gaugesOf([50, 50], 'held').states)).toEqual({
      opening: 0,
      active: 0,
      held: 2,
      ending: 0,
      'on-demand': 0,
      cancelled: 0,
      rejected: 0,
    });
  });
});

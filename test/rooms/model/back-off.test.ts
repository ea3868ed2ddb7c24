import { describe, expect, it } from 'vitest';
import { backedOff } from '../../../functions/rooms/model/back-off.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { aLiveRoom, aRoom, START } from '../../support/rooms.ts';

const due = aRoom({ dueAt: START, emergencyAt: START + 80 * DAY });

describe('a room that failed to be renewed', () => {
  it.each([
    [1, MINUTE],
    [2, 5 * MINUTE],
    [3, 15 * MINUTE],
    [4, HOUR],
    [5, 4 * HOUR],
    [6, 12 * HOUR],
    [100, 12 * HOUR],
  ])('is due again after %i failures in %i ms', (attempts, pause) => {
    expect(backedOff(due, attempts, START)).toBe(START + pause);
  });

  it('is due again within a tenth of the life that is left', () => {
    const room = { ...due, current: aLiveRoom({ expiresAt: START + HOUR }) };
    expect(backedOff(room, 6, START)).toBe(START + 6 * MINUTE);
  });

  it('is due at once where its life is over, or where it has none', () => {
    const over = { ...due, current: aLiveRoom({ expiresAt: START - HOUR }) };
    expect(backedOff(over, 6, START)).toBe(START);
    expect(backedOff({ ...due, current: undefined }, 6, START)).toBe(START);
  });

  it('is due in every run in an emergency', () => {
    expect(backedOff({ ...due, emergencyAt: START + MINUTE }, 6, START)).toBe(START + MINUTE);
  });

  it('is never due earlier than it was', () => {
    expect(backedOff({ ...due, dueAt: START + 2 * DAY }, 1, START)).toBe(START + 2 * DAY);
  });

  it('is not due where it was not', () => {
    expect(backedOff({ ...due, dueAt: undefined }, 1, START)).toBeUndefined();
  });
});

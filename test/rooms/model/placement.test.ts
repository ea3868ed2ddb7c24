import { describe, expect, it } from 'vitest';
import { placementOrder } from '../../../functions/rooms/model/placement.ts';

const keys = Array.from({ length: 3000 }, (_, index) => `room-${index}`);
const homes = (applications: readonly string[]) => keys.map((key) => placementOrder(key, applications)[0]);

describe('the home of a key', () => {
  it('is spread evenly over the pool', () => {
    const found = homes(['one', 'two', 'three']);
    for (const name of ['one', 'two', 'three']) {
      expect(found.filter((home) => home === name).length).toBeGreaterThan(900);
    }
  });

  it('does not move when an application is added, but to the one that was added', () => {
    const before = homes(['one', 'two']);
    const after = homes(['three', 'one', 'two']);
    const moved = after.filter((home, index) => home !== before[index]);
    expect(new Set(moved)).toEqual(new Set(['three']));
    expect(moved.length).toBeLessThan(1200);
  });

  it('is where the room lives already', () => {
    for (const key of keys.slice(0, 50)) {
      expect(placementOrder(key, ['one', 'two', 'three'], 'two')[0]).toBe('two');
      expect(new Set(placementOrder(key, ['one', 'two', 'three'], 'two')).size).toBe(3);
    }
  });
});

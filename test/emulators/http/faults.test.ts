import { describe, expect, test } from 'vitest';
import { STORM } from '../../../emulators/http/fault.ts';
import { Faults } from '../../../emulators/http/faults.ts';
import { seededRandom } from '../../../emulators/http/random.ts';

const LINE = { method: 'POST', path: '/rooms' };
const drawn = (faults: Faults, times: number) =>
  Array.from({ length: times }, () => faults.draw(LINE)?.fault);

describe('a storm', () => {
  test('strikes with each kind as often as it was asked to', () => {
    const faults = new Faults(seededRandom(7));
    faults.storm({ each: 0.05 });
    const kinds = drawn(faults, 20_000);
    for (const { fault } of STORM) {
      const share = kinds.filter((kind) => kind === fault).length / kinds.length;
      expect(share).toBeGreaterThan(0.045);
      expect(share).toBeLessThan(0.055);
    }
    expect(kinds.filter((kind) => kind === undefined).length / kinds.length).toBeCloseTo(0.75, 1);
  });

  test('is the same for the same seed and another for another', () => {
    const sequence = (seed: number) => {
      const faults = new Faults(seededRandom(seed));
      faults.storm({ each: 0.15 });
      return drawn(faults, 200);
    };
    expect(sequence(1)).toEqual(sequence(1));
    expect(sequence(1)).not.toEqual(sequence(2));
  });

  test('leaves nothing to chance once a fault is drawn', () => {
    const faults = new Faults(seededRandom(3));
    faults.storm({ each: 1, of: [{ fault: 'status', strikes: 'either' }] });
    const sides = Array.from({ length: 100 }, () => faults.draw(LINE)?.strikes);
    expect(new Set(sides)).toEqual(new Set(['before', 'after']));
  });

  test('of more than certainty is refused', () => {
    expect(() => new Faults(seededRandom(1)).storm({ each: 0.3 })).toThrow('storm of 5 kinds at 0.3 each');
  });

  test('leaves calls alone that it does not name', () => {
    const faults = new Faults(seededRandom(1));
    faults.storm({ each: 0.2, on: 'PATCH /rooms/:id' });
    expect(drawn(faults, 100).every((kind) => kind === undefined)).toBe(true);
    expect(faults.draw({ method: 'PATCH', path: '/rooms/1' })).toBeDefined();
  });
});

describe('a rule', () => {
  test('with a probability goes on striking until it is taken back', () => {
    const faults = new Faults(seededRandom(5));
    faults.add({ fault: 'reset', probability: 0.5 });
    const struck = drawn(faults, 1000).filter((kind) => kind === 'reset').length;
    expect(struck).toBeGreaterThan(400);
    expect(struck).toBeLessThan(600);
  });

  test('can look closer at a call', () => {
    const faults = new Faults(seededRandom(5));
    faults.add({ fault: 'reset', only: ({ path }) => path.length > 10 });
    expect(faults.draw(LINE)).toBeUndefined();
    expect(faults.draw({ method: 'GET', path: '/rooms/123456' })?.fault).toBe('reset');
  });
});

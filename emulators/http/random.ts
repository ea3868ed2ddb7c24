/** Returns a number in [0, 1); the same seed gives the same numbers. */
export type Random = () => number;

/** Mulberry32: its 32 bits of state are enough to choose faults and meeting codes. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a whole number in [0, below). */
export const drawBelow = (random: Random, below: number): number => Math.floor(random() * below);

/** Returns this many digits, including leading zeros. */
export const drawDigits = (random: Random, length: number): string =>
  Array.from({ length }, () => drawBelow(random, 10)).join('');

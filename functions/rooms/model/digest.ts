import { hash } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Returns a number in [0, 1) that depends only on the text. It is the same in every process, and evenly
 * distributed over texts.
 */
export function fraction(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32BE(0) / 2 ** 32;
}

/**
 * Returns `length` characters (at most 51) of RFC 4648's base32 alphabet in lower case, derived from the
 * text.
 */
export function base32Digest(text: string, length: number): string {
  const bytes = hash('sha256', text, 'buffer');
  let digits = '';
  for (let bit = 0; digits.length < length; bit += 5) {
    const start = Math.min(bit >> 3, bytes.length - 2);
    const shift = 11 - (bit - 8 * start);
    digits += BASE32[(bytes.readUInt16BE(start) >> shift) & 31];
  }
  return digits;
}

/** Returns the same text for the same value, in any order of its properties. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

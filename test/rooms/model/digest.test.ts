import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base32Digest, canonicalJson, fraction } from '../../../functions/rooms/model/digest.ts';

describe('digests', () => {
  it('writes the bits of SHA-256 in base32', () => {
    const bits = [...createHash('sha256').update('evergreen').digest()]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('');
    const expected = Array.from({ length: 51 }, (_, digit) => {
      return 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(bits.slice(digit * 5, digit * 5 + 5), 2)];
    }).join('');
    expect(base32Digest('evergreen', 51)).toBe(expected);
  });

  it('gives a fraction in [0, 1), evenly', () => {
    const fractions = Array.from({ length: 10_000 }, (_, index) => fraction(`text ${index}`));
    expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...fractions)).toBeLessThan(1);
    expect(fractions.reduce((sum, value) => sum + value, 0) / 10_000).toBeCloseTo(0.5, 1);
  });

  it('does not care in which order properties were set', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(
      canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }),
    );
    expect(canonicalJson({ b: 1, a: { d: [2], c: null } })).toBe('{"a":{"c":null,"d":[2]},"b":1}');
    expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
  });
});

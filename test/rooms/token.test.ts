import { describe, expect, it } from 'vitest';
import { isTokenOf, roomToken } from '../../functions/rooms/token.ts';

describe('the correlation token', () => {
  it('is what every provider can carry', () => {
    expect(roomToken('abcde', 'team/weekly', 1)).toMatch(/^erabcde[a-z2-7]{25}$/);
  });

  it('is the same for the same key and generation, and another for any other', () => {
    const token = roomToken('abcde', 'weekly', 1);
    expect(roomToken('abcde', 'weekly', 1)).toBe(token);
    const others = [
      roomToken('abcde', 'weekly', 2),
      roomToken('abcde', 'weekly#1', 1),
      roomToken('fghij', 'weekly', 1),
    ];
    expect(new Set([token, ...others]).size).toBe(4);
  });

  it('tells its own deployment from another on the same account', () => {
    expect(isTokenOf('abcde', roomToken('abcde', 'weekly', 1))).toBe(true);
    expect(isTokenOf('abcde', roomToken('fghij', 'weekly', 1))).toBe(false);
    expect(isTokenOf('abcde', undefined)).toBe(false);
  });
});

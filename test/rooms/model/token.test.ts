import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import {
  formerToken,
  generationOf,
  generationToken,
  isTokenOf,
  markOf,
  roomToken,
} from '../../../functions/rooms/model/token.ts';
import { aSpec, START } from '../../support/rooms.ts';

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

  it('is another for another room, and the same however often one is asked for', () => {
    const token = (more = {}) => roomToken('abcde', 'weekly', 1, aSpec(more));
    const tokens = [
      token(),
      token({ settings: { display_name: 'Monthly' } }),
      token({ lifetime: 30 * DAY }),
      token({ expiresAt: START + 30 * DAY }),
    ];
    expect(new Set(tokens).size).toBe(4);
    const expiresAt = START + 30 * DAY;
    expect(token({ expiresAt, lifetime: 30 * DAY - HOUR })).toBe(token({ expiresAt, lifetime: 30 * DAY }));
    expect(token({ renewal: { mode: 'extend' } })).toBe(token());
  });

  it('tells its generation, whatever the room shall be like', () => {
    const generation = generationToken('abcde', 'weekly', 1);
    const settings = { display_name: 'Monthly' };
    expect(generationOf(roomToken('abcde', 'weekly', 1, aSpec()))).toBe(generation);
    expect(generationOf(roomToken('abcde', 'weekly', 1, aSpec({ settings })))).toBe(generation);
    expect(generationOf(roomToken('abcde', 'weekly', 2, aSpec()))).not.toBe(generation);
  });

  it('stays what rooms carry already, which other versions have made', () => {
    expect(markOf('arn:aws:cloudformation:eu-central-1:123456789012:stack/rooms/1')).toBe('wyewk');
    const spec = aSpec({ settings: { display_name: 'Weekly', theme_id: 'x' }, lifetime: DAY });
    const until = { ...spec, expiresAt: 1_900_000_000_000 };
    const specs = [undefined, spec, until];
    expect(specs.map((each) => roomToken('abcde', 'weekly', 2, each))).toEqual([
      'erabcdemt5ewrrhukvkxmt5ewrrhukvk',
      'erabcdemt5ewrrhukvkxkdrikzc3wfit',
      'erabcdemt5ewrrhukvkxe4meuc2fiowk',
    ]);
    expect(specs.map((each) => formerToken('abcde', 'weekly', 2, each))).toEqual([
      'erabcdemt5ewrrhukvkxwdsnxj2n2vur',
      'erabcdekdrikzc3wfitsxn2yyzrasp53',
      'erabcdee4meuc2fiowkrzfa4jpbroovy',
    ]);
  });

  it('tells its own deployment from another on the same account', () => {
    expect(isTokenOf('abcde', roomToken('abcde', 'weekly', 1))).toBe(true);
    expect(isTokenOf('abcde', roomToken('fghij', 'weekly', 1))).toBe(false);
    expect(isTokenOf('abcde', undefined)).toBe(false);
  });
});

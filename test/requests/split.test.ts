import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../functions/requests/parse.ts';
import { bodiesOf, LARGEST_SPLIT } from '../../functions/requests/split.ts';
import { busEvent, message, refusal, SETTINGS } from './incoming.ts';

const list = (items: readonly unknown[], timeZone = 'Europe/Vienna') =>
  busEvent('Calendar Event Updated', { kind: 'calendar#events', timeZone, items });

describe('what a message is split into', () => {
  test('is bounded in all, however small its parts are', async () => {
    const items = Array.from({ length: 40_000 }, () => ({}));
    expect(await refusal(list(items, 'x'.repeat(120_000)))).toMatch(
      /^detail: its 40000 events must make at most 8388608 characters as messages of their own/,
    );
  });

  test('is not written further than it fits', () => {
    let written = 0;
    const write = () => {
      written += 1;
      return 'x'.repeat(LARGEST_SPLIT / 4);
    };
    expect(() => bodiesOf(Array.from({ length: 40_000 }), write)).toThrow(/its 40000 events/);
    expect(written).toBe(4);
  });

  test('may be a thousand events of a list', async () => {
    const items = Array.from({ length: 1000 }, (_, nth) => ({
      id: `event-${nth}`,
      summary: 'x'.repeat(100),
    }));
    const { split } = await parseMessage(message(list(items)), SETTINGS);
    expect(split).toHaveLength(1000);
  });
});

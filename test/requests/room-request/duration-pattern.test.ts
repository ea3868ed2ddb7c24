import { expect, test } from 'vitest';
import { seededRandom } from '../../../emulators/http/random.ts';
import { readDuration } from '../../../functions/requests/room-request/duration.ts';
import { OUT_OF_BOUNDS } from '../../../functions/requests/room-request/duration-pattern.ts';
import { LONGEST_LIFE, SHORTEST_LIFE } from '../../../functions/requests/room-request/schema.ts';

const refused = (text: string) => new RegExp(OUT_OF_BOUNDS).test(text);

test.each([
  'P2Y',
  'P1Y1D',
  'P13M',
  'P53W',
  'P366D',
  'PT8761H',
  'P0Y0M366D',
  'PT10M',
  'PT600S',
  'PT9M60S',
  'PT0H',
  'P0D',
  'P0DT5M',
])('the pattern refuses %s', (text) => {
  expect(refused(text)).toBe(true);
});

test.each([
  'P1Y',
  'P12M',
  'P52W',
  'P365D',
  'PT8760H',
  'PT601S',
  'PT11M',
  'PT10M1S',
  'PT9M61S',
  'P1DT1M',
  'P0Y30D',
  'PT0H601S',
])('the pattern leaves %s alone', (text) => {
  expect(refused(text)).toBe(false);
});

test('the pattern refuses nothing that the code takes, and every single part that it does not', () => {
  const random = seededRandom(20270115);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  for (let run = 0; run < 20_000; run += 1) {
    const part = (most: number, unit: string, chance: number) =>
      random() < chance ? `${upTo(most)}${unit}` : '';
    const date = part(2, 'Y', 0.2) + part(14, 'M', 0.2) + part(54, 'W', 0.2) + part(370, 'D', 0.3);
    const time = part(9000, 'H', 0.2) + part(20, 'M', 0.4) + part(700, 'S', 0.4);
    const text = `P${date}${time && `T${time}`}`;
    const duration = readDuration(text);
    if (duration === undefined) continue;
    const taken = duration > SHORTEST_LIFE && duration <= LONGEST_LIFE;
    const isSingle = text.replaceAll(/[^A-Z]/g, '').replace(/[PT]/g, '').length === 1;
    if (taken || isSingle) expect([text, refused(text)]).toEqual([text, !taken]);
  }
});

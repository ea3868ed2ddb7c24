import { expect, test } from 'vitest';
import { AskedEvents } from '../../../functions/adapters/calendars/microsoft/asked-events.ts';

const names = (count: number) => Array.from({ length: count }, (_, n) => `series ${n}`);

test('the events of a reading are known at a later position, unless they have changed since', () => {
  const asked = new AskedEvents();
  for (const name of names(3000)) asked.add(name, `${name} W/1`);
  const later = new AskedEvents(asked.toString());
  expect(names(3000).filter((name) => !later.has(name))).toEqual([]);
  expect([later.has('series 1', 'series 1 W/1'), later.has('series 1', 'series 1 W/2')]).toEqual([
    true,
    false,
  ]);
  expect(
    names(4000)
      .slice(3000)
      .filter((name) => later.has(name)),
  ).toEqual([]);
});

test('of very many, the first and the last are known, in the space that a row has', () => {
  const asked = new AskedEvents();
  for (const name of names(20_000)) asked.add(name);
  const known = names(20_000).filter((name) => asked.has(name));
  expect(known).toEqual([...names(3500), ...names(20_000).slice(-500)]);
  expect(asked.toString()).toHaveLength(48_000);
});

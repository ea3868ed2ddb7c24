import { expect, test } from 'vitest';
import { pool } from '../../functions/adapters/pool.ts';
import type { RoomProvider } from '../../functions/rooms/model/ports.ts';

const entries = [
  { name: 'blue', provider: 'here' },
  { name: 'green', provider: 'here' },
  { name: 'amber', provider: 'there' },
];

function counted() {
  const made: string[] = [];
  const provider = (name: string) => ({ name }) as unknown as RoomProvider;
  return {
    made,
    make: ({ name }: { name: string }) => {
      made.push(name);
      return provider(name);
    },
  };
}

test('a provider is made when it is first asked for, and once', () => {
  const { made, make } = counted();
  const applications = pool(entries, make);
  expect(applications.names).toEqual(['blue', 'green', 'amber']);
  expect(made).toEqual([]);
  expect(applications.provider('green')).toBe(applications.provider('green'));
  expect(made).toEqual(['green']);
});

test('an application that was taken out of the pool is an error that names it and says what to do', () => {
  const applications = pool(entries, counted().make);
  expect(() => applications.provider('red')).toThrow(
    'application red is not in the pool (blue, green, amber), yet a room lives in it: put it back until its rooms have ' +
      'moved or ended',
  );
});

test('the accounts at one provider are told apart from those at another', () => {
  const { siblings } = pool(entries, counted().make);
  expect(siblings('green')).toEqual(['blue', 'green']);
  expect(siblings('amber')).toEqual(['amber']);
});

test('two applications of one name are refused', () => {
  expect(() => pool([...entries, { name: 'blue', provider: 'one' }], counted().make)).toThrow('named blue');
});

import { expect, test } from 'vitest';
import { pool, providerPool } from '../../functions/adapters/pool.ts';
import type { RoomProvider } from '../../functions/rooms/ports.ts';

const entries = [
  { name: 'blue', provider: 'one' },
  { name: 'green', provider: 'two' },
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
  expect(applications.names).toEqual(['blue', 'green']);
  expect(made).toEqual([]);
  expect(applications.provider('green')).toBe(applications.provider('green'));
  expect(made).toEqual(['green']);
});

test('an application that was taken out of the pool is an error that names it and says what to do', () => {
  const applications = pool(entries, counted().make);
  expect(() => applications.provider('red')).toThrow(
    'application red is not in the pool (blue, green), yet a room lives in it: put it back until its rooms have ' +
      'moved or ended',
  );
});

test('the accounts at one provider are siblings', () => {
  const applications = pool([...entries, { name: 'teal', provider: 'one' }], counted().make);
  expect(applications.siblings('blue')).toEqual(['blue', 'teal']);
  expect(applications.siblings('green')).toEqual(['green']);
});

test('two applications of one name are refused', () => {
  expect(() => pool([...entries, { name: 'blue', provider: 'one' }], counted().make)).toThrow('named blue');
});

test('an entry is served by the adapter that it names', () => {
  const entry = {
    provider: 'meetings-api',
    name: 'main',
    applicationId: 'a',
    secret: 's',
    baseUrl: 'https://meetings.example',
  } as const;
  const applications = providerPool([entry], { now: () => 0 });
  expect(applications.provider('main').capabilities.movableExpiry).toBe(true);
  const unknown = { ...entry, provider: 'telepathy' as never };
  expect(() => providerPool([unknown], { now: () => 0 }).provider('main')).toThrow(
    'application main names the provider telepathy: must be one of meetings-api',
  );
});

import { type Daily, type DailyOptions, startDaily } from '../../../emulators/daily/daily.ts';
import { call } from './calling.ts';
import { DAY, standingClock } from './clock.ts';

export const KEY = 'key-of-the-first-domain';
export const OTHER_KEY = 'key-of-the-second-domain';

export let daily: Daily;
export let clock: ReturnType<typeof standingClock>;

/** Starts an emulator with a standing clock, in the place of the one before. */
export const start = async (options: Partial<DailyOptions> = {}) => {
  await daily?.close();
  clock = standingClock();
  daily = await startDaily({
    domains: [
      { domainName: 'first', domainId: 'domain-1', apiKeys: [KEY] },
      { domainName: 'second', apiKeys: [OTHER_KEY] },
    ],
    now: clock.now,
    rateLimits: false,
    ...options,
  });
};

/** Calls with a good key, below the base URL. */
export const ask = (method: string, path: string, body?: unknown, key = KEY) =>
  call(`${daily.url}${path}`, { method, body, headers: { authorization: `Bearer ${key}` } });
export const seconds = (ahead: number) => Math.floor((clock.now() + ahead) / 1000);
export const create = (name?: string, properties: object = { exp: seconds(DAY) }) =>
  ask('POST', '/rooms', { name, properties });
export const ids = (list: { data: { id: string }[] }) => list.data.map(({ id }) => id);

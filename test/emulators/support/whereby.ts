import { startWhereby, type Whereby, type WherebyOptions } from '../../../emulators/whereby/whereby.ts';
import { call } from './calling.ts';
import { DAY, standingClock } from './clock.ts';

export const KEY = 'key-of-the-first-organisation';
export const OTHER_KEY = 'key-of-the-second-organisation';

export let whereby: Whereby;
export let clock: ReturnType<typeof standingClock>;

/** Starts an emulator with a standing clock, in the place of the one before. */
export const start = async (options: Partial<WherebyOptions> = {}) => {
  await whereby?.close();
  clock = standingClock();
  whereby = await startWhereby({
    organizations: [
      { subdomain: 'first', apiKeys: [KEY] },
      { subdomain: 'second', apiKeys: [OTHER_KEY], pointsPerMinute: 1000 },
    ],
    now: clock.now,
    rateLimits: false,
    ...options,
  });
};

/** Calls with a good key, below the base URL. */
export const ask = (method: string, path: string, body?: unknown, key = KEY) =>
  call(`${whereby.url}${path}`, { method, body, headers: { authorization: `Bearer ${key}` } });
export const create = (body: object = {}, key = KEY) =>
  ask('POST', '/meetings', { endDate: clock.in(DAY), ...body }, key);
export const ids = (body: { results: { meetingId: string }[] }) =>
  body.results.map(({ meetingId }) => meetingId);
